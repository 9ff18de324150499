"""No parser takes another upstream's answer for its own: it refuses it, or finds nothing in it, and never gives a row.

Every upstream of the catalogue joins by itself, and every folder of recorded payloads, those without an adapter of ours included.
"""

import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.sources.outcome import SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.registry import module_of

REMOTE = [key for key, entry in sources().items() if entry.url]
WITHOUT_ADAPTER = {"easyenergy", "energyzero", "jao", "openelectricity", "tibber"}


def taken(parse, body):
    """How many records a parser finds, 0 where it refuses."""
    try:
        return len(parse(body))
    except (SchemaChangedError, UpstreamSaidError):
        return 0


def foreign(shared, key):
    """Files of the folders of other upstreams."""
    folders = [folder for folder in sorted((shared / "payloads").iterdir()) if folder.is_dir() and folder.name != key]
    return [file for folder in folders for file in sorted(folder.iterdir())]


@pytest.mark.parametrize("key", REMOTE)
def test_answers_of_other_upstreams_give_no_row(shared, key):
    parse = module_of(key).parse
    found = {f"{file.parent.name}/{file.name}": taken(parse, file.read_bytes()) for file in foreign(shared, key)}
    assert {name: count for name, count in found.items() if count} == {}


def test_folders_without_an_adapter_are_among_them(shared):
    assert {folder.name for folder in (shared / "payloads").iterdir() if folder.is_dir()} - set(REMOTE) == WITHOUT_ADAPTER


ODD = [
    b"",
    b" ",
    b"null",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"[[]]",
    b"[{}]",
    b"\xff\xfe\x00",
    b"<html><body>Just a moment...</body></html>",
    b'{"a": NaN}',
]


@pytest.mark.parametrize("key", REMOTE)
def test_odd_bodies_give_no_row(key):
    parse = module_of(key).parse
    assert [body for body in ODD if taken(parse, body)] == []
