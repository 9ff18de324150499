"""Payload and model files: content-addressed, zstd-compressed, written beside their place and renamed."""

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path

import zstandard

from electricity_optimizer.errors import WarehouseError


class FileStore:
    """Files of one kind under `folder`, named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Store `body` and return its SHA-256; the same content is stored once."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            _write_and_rename(path, zstandard.compress(body))
        return sha256

    def find(self, sha256: str) -> bytes | None:
        """The content with this hash, None when there is none. A damaged file is taken away, so that the content is stored anew."""
        path = self._path(sha256)
        try:
            return self.get(sha256) if path.exists() else None
        except WarehouseError:
            with suppress(OSError):  # a folder that is read-only: nothing new is stored there either
                path.unlink(missing_ok=True)
            return None

    def get(self, sha256: str) -> bytes:
        """Return the content with this hash. Raises WarehouseError when it is missing or damaged."""
        path = self._path(sha256)
        try:
            body = zstandard.decompress(path.read_bytes())
        except (OSError, zstandard.ZstdError) as error:
            raise WarehouseError(f"cannot be read: {error}", where=f"file {path.name}", remedy="restore it from a backup") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise WarehouseError("its content does not match its name", where=f"file {path.name}", remedy="restore it from a backup")
        return body

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.zst"


def _write_and_rename(path: Path, content: bytes) -> None:
    """Write beside, flush, rename: a reader sees the whole file or none, also after a crash."""
    beside = path.with_name(f".new-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):  # the disk or the folder is what failed
            beside.unlink(missing_ok=True)
        raise WarehouseError(f"cannot be written: {error}", where=f"file {path.name}", remedy="free space or permissions") from error
