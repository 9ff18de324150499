"""The bitemporal record: what a source said, when we knew it, and nothing overwritten."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.warehouse import Recorded, Warehouse
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, EVENING, MORNING, NOON, price_records


def prices(warehouse: Warehouse, as_of: dt.datetime | None = None) -> list[float | None]:
    return warehouse.records("price_record", "DE-LU", DAY, DAY, as_of=as_of)["price"].to_list()


def test_new_values_are_recorded_with_revision_one(warehouse: Warehouse) -> None:
    assert warehouse.record("price_record", price_records(), now=MORNING) == Recorded(new=2, revised=0, unchanged=0)
    known = warehouse.records("price_record", "DE-LU", DAY, DAY)
    assert known["price"].to_list() == [80.0, 81.5]
    assert known.select("revision", "valid_from", "valid_to").unique().row(0) == (1, MORNING, None)


def test_the_same_values_from_another_payload_are_unchanged(warehouse: Warehouse) -> None:
    warehouse.record("price_record", price_records(), now=MORNING)
    again = warehouse.record("price_record", price_records(payload="b" * 64), now=NOON)
    assert again == Recorded(new=0, revised=0, unchanged=2)
    assert warehouse.records("price_record", "DE-LU", DAY, DAY)["payload_sha256"].unique().to_list() == ["a" * 64]


def test_a_changed_value_adds_a_revision_and_the_old_one_is_still_known_as_of_then(warehouse: Warehouse) -> None:
    warehouse.record("price_record", price_records(prices=(80.0, 81.5)), now=MORNING)
    changed = warehouse.record("price_record", price_records(prices=(80.0, 95.0, 70.0)), now=EVENING)
    assert changed == Recorded(new=1, revised=1, unchanged=1)
    assert prices(warehouse) == [80.0, 95.0, 70.0]
    assert prices(warehouse, as_of=NOON) == [80.0, 81.5]
    assert prices(warehouse, as_of=EVENING) == [80.0, 95.0, 70.0]
    assert prices(warehouse, as_of=MORNING - dt.timedelta(hours=1)) == []
    assert warehouse.records("price_record", "DE-LU", DAY, DAY)["revision"].to_list() == [1, 2, 1]


def test_a_value_that_goes_missing_is_a_revision_and_missing_again_is_not(warehouse: Warehouse) -> None:
    warehouse.record("price_record", price_records(prices=(80.0,)), now=MORNING)
    assert warehouse.record("price_record", price_records(prices=(None,)), now=NOON).revised == 1
    assert warehouse.record("price_record", price_records(prices=(float("nan"),)), now=EVENING).unchanged == 1
    assert prices(warehouse) == [None]


def test_a_value_that_comes_back_is_a_third_revision(warehouse: Warehouse) -> None:
    for price, now in ((80.0, MORNING), (90.0, NOON), (80.0, EVENING)):
        warehouse.record("price_record", price_records(prices=(price,)), now=now)
    assert warehouse.records("price_record", "DE-LU", DAY, DAY).select("price", "revision").rows() == [(80.0, 3)]


def test_areas_and_days_are_apart(warehouse: Warehouse) -> None:
    warehouse.record("price_record", price_records(), now=MORNING)
    assert warehouse.records("price_record", "FR", DAY, DAY).is_empty()
    assert warehouse.records("price_record", "DE-LU", DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)).is_empty()


def test_a_value_said_twice_in_one_frame_is_refused_whole(warehouse: Warehouse) -> None:
    twice = pl.concat([price_records(), price_records().tail(1)])
    with pytest.raises(WarehouseError, match="comes twice"):
        warehouse.record("price_record", twice, now=MORNING)
    assert prices(warehouse) == []


def test_an_empty_frame_records_nothing(warehouse: Warehouse) -> None:
    assert warehouse.record("price_record", price_records().clear(), now=MORNING) == Recorded(0, 0, 0)


def test_the_same_value_written_another_way_is_unchanged(warehouse: Warehouse) -> None:
    records = price_records(prices=(80.0, 81.0))
    warehouse.record("price_record", records.with_columns(price_raw=pl.Series(["80", "81"])), now=MORNING)
    again = warehouse.record("price_record", records.with_columns(price_raw=pl.Series(["80.0", "81.00"])), now=NOON)
    assert again == Recorded(new=0, revised=0, unchanged=2)
