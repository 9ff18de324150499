"""Payload files: stored once, named by their content, and damage is noticed."""

from pathlib import Path

import pytest

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer_tests.warehouse.frames_of_prices import MORNING, NOON

BODY = b'{"price": [80.0, null]}'
SHA256_OF_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # pragma: allowlist secret - FIPS 180-4


def stored(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_payload_comes_back_as_it_was_and_is_stored_once(warehouse: Warehouse) -> None:
    told = {"source": "energy-charts", "request": "/price?bzn=DE-LU", "outcome": "ok"}
    first = warehouse.store_payload(BODY, fetched_at=MORNING, **told)
    second = warehouse.store_payload(BODY, fetched_at=NOON, **told)
    assert first == second
    assert warehouse.load_payload(first) == BODY
    assert len(stored(warehouse.payloads)) == 1


def test_the_name_is_the_sha256_of_the_content(tmp_path: Path) -> None:
    assert FileStore(tmp_path).put(b"") == SHA256_OF_EMPTY


@pytest.mark.parametrize("damage", [lambda content: content[:-3], lambda content: content[::-1], lambda content: content[:0]])
def test_a_damaged_file_is_an_error_with_its_remedy(tmp_path: Path, damage) -> None:
    store = FileStore(tmp_path)
    sha256 = store.put(BODY)
    path = stored(store)[0]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(WarehouseError, match="restore it from a backup"):
        store.get(sha256)


def test_a_file_with_the_content_of_another_is_noticed(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.put(BODY)
    path = stored(store)[0]
    other = store.put(b"another")
    (tmp_path / other[:2] / f"{other}.zst").write_bytes(path.read_bytes())
    with pytest.raises(WarehouseError, match="does not match its name"):
        store.get(other)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=SHA256_OF_EMPTY):
        FileStore(tmp_path).get(SHA256_OF_EMPTY)


def test_a_folder_that_cannot_be_made_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match="free space or permissions"):
        FileStore(tmp_path / "file").put(BODY)
