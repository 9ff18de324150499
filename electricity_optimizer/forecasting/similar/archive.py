"""A card and parts of bytes in one archive, checked when it is read: what an index is stored as. Never a pickle.

A zip without compression (the file store compresses) and with a fixed time, so that equal content has equal bytes. The card is JSON and
holds the schema version and the SHA-256 of each part: hnswlib would read damaged bytes without a word, or crash.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from electricity_optimizer.errors import InputError

CARD = "card.json"
WHERE = "similar days file"
REMEDY = "build the index again"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(kind: str, schema: int, card: Mapping[str, Any], parts: Mapping[str, bytes]) -> bytes:
    """The archive of `card` (JSON values) and `parts` by name."""
    hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    head = {"kind": kind, "schema_version": schema, "sha256": hashes, **card}
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(zipfile.ZipInfo(CARD, _EPOCH), json.dumps(head, sort_keys=True).encode())
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), part)
    return body.getvalue()


def unpack(body: bytes, kind: str, schema: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Card and parts. Raises InputError for bytes that are no such archive, of another schema version, or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            card = json.loads(archive.read(CARD))
            parts = {name: archive.read(name) for name in archive.namelist() if name != CARD}
        found, version, hashes = card["kind"], card["schema_version"], card["sha256"]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise InputError(f"the bytes are none: {error}", where=WHERE, remedy=REMEDY) from error
    if (found, version) != (kind, schema):
        what = f"it is {found} of schema version {version}, this program reads {kind} of {schema}"
        raise InputError(what, where=WHERE, remedy=REMEDY)
    damaged = [name for name in hashes if name not in parts or hashlib.sha256(parts[name]).hexdigest() != hashes[name]]
    if damaged:
        raise InputError(f"part {', '.join(damaged)} is damaged", where=WHERE, remedy=REMEDY)
    return card, parts
