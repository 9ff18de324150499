"""Payload files: stored once, named by their content, and damage is noticed."""

import datetime as dt
from pathlib import Path

import pytest

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.warehouse import KeptPayload, Warehouse
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer_tests.warehouse.frames_of_prices import EVENING, MORNING, NOON

BODY = b'{"price": [80.0, null]}'
SHA256_OF_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # pragma: allowlist secret - FIPS 180-4


def stored(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def answered(at: dt.datetime = MORNING, **more: object) -> KeptPayload:
    told = {"sha256": "", "source": "energy-charts", "request": "/price?bzn=DE-LU", "fetched_at": at, "outcome": "ok", "kind": "prices"}
    return KeptPayload(**{**told, **more})


def test_a_payload_comes_back_as_it_was_and_is_stored_once(warehouse: Warehouse) -> None:
    first = warehouse.store_payload(BODY, answered(MORNING))
    second = warehouse.store_payload(BODY, answered(NOON))
    assert first == second
    assert warehouse.load_payload(first) == BODY
    assert len(stored(warehouse.payloads)) == 1


def test_the_newest_good_answer_to_a_request_is_found_with_what_it_came_with(warehouse: Warehouse) -> None:
    about, validators = {"area": "DE-LU"}, ('"7"', "Sun, 03 May 2026 10:00:00 GMT")
    warehouse.store_payload(b"older", answered(MORNING))
    sha256 = warehouse.store_payload(BODY, answered(NOON, about=about, validators=validators, parser_version=3))
    kept = warehouse.kept_payload("energy-charts", "/price?bzn=DE-LU")
    assert (kept.sha256, kept.about, kept.validators, kept.parser_version, kept.fetched_at) == (sha256, about, validators, 3, NOON)
    assert warehouse.kept_payload("energy-charts", "/price?bzn=FR") is None
    assert warehouse.kept_payload("omie", "/price?bzn=DE-LU") is None


def test_bytes_that_come_again_are_the_newest_again_and_keep_when_they_first_came(warehouse: Warehouse) -> None:
    first = warehouse.store_payload(BODY, answered(MORNING))
    warehouse.store_payload(b"between", answered(NOON))
    warehouse.store_payload(BODY, answered(EVENING))
    kept = warehouse.kept_payload("energy-charts", "/price?bzn=DE-LU")
    assert (kept.sha256, kept.fetched_at) == (first, MORNING)


def test_after_a_bad_answer_there_is_no_good_one(warehouse: Warehouse) -> None:
    warehouse.store_payload(BODY, answered(MORNING))
    warehouse.store_payload(b"<html>", answered(NOON, outcome="blocked"))
    assert warehouse.kept_payload("energy-charts", "/price?bzn=DE-LU") is None


def test_answers_to_be_read_again_come_in_their_order_by_time_and_by_parser(warehouse: Warehouse) -> None:
    for at, version in ((NOON, 2), (MORNING, 1), (EVENING, 1)):
        warehouse.store_payload(at.isoformat().encode(), answered(at, parser_version=version))
    warehouse.store_payload(b"a file", answered(kind=""))
    assert [kept.fetched_at for kept in warehouse.kept_payloads("energy-charts")] == [MORNING, NOON, EVENING]
    assert [kept.fetched_at for kept in warehouse.kept_payloads("energy-charts", since=NOON)] == [NOON, EVENING]
    old = warehouse.kept_payloads("energy-charts", older_than_parser=2)
    assert [kept.fetched_at for kept in old] == [MORNING, EVENING]
    warehouse.mark_read(old[0], 2)
    assert [kept.fetched_at for kept in warehouse.kept_payloads("energy-charts", older_than_parser=2)] == [EVENING]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x"), lambda path: path.write_bytes(b"")])
def test_what_is_lost_or_damaged_is_not_found_and_is_stored_anew(tmp_path: Path, damage) -> None:
    store = FileStore(tmp_path)
    sha256 = store.put(BODY)
    assert store.find(sha256) == BODY
    damage(stored(store)[0])
    assert store.find(sha256) is None
    assert store.put(BODY) == sha256
    assert store.get(sha256) == BODY


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
