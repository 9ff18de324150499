"""Publishing: a partition is seen whole or not at all, and the same content again makes no new version."""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, EVENING, MORNING, NOON, price_rows


def publish(warehouse: Warehouse, *frames: pl.DataFrame, now: dt.datetime = MORNING, partition: str = DAY.isoformat()) -> list:
    parts = [Part(frame["zone"][0], partition, frame) for frame in frames]
    return warehouse.publish("prices", parts, run_id="run-1", now=now)


def test_what_is_published_is_read_back_unchanged(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows(price=-12.34))
    read = warehouse.read("prices", "DE-LU", DAY, DAY)
    assert read.select(sorted(read.columns)).equals(price_rows(price=-12.34).select(sorted(read.columns)))


def test_nothing_published_reads_as_an_empty_frame_with_the_columns_of_the_table(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows())
    assert warehouse.read("prices", "FR", DAY, DAY).schema == warehouse.read("prices", "DE-LU", DAY, DAY).schema


def test_the_first_version_is_one_and_a_change_makes_the_next(warehouse: Warehouse) -> None:
    first = publish(warehouse, price_rows(price=80.0))
    second = publish(warehouse, price_rows(price=81.0), now=NOON)
    assert [(part.version, part.changed, part.rows) for part in first + second] == [(1, True, 24), (2, True, 24)]
    assert warehouse.read("prices", "DE-LU")["price"].unique().to_list() == [81.0]


def test_unchanged_content_makes_no_version_and_keeps_the_token(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows())
    token = warehouse.version_token(["prices"], "DE-LU")
    again = publish(warehouse, price_rows(), now=EVENING)
    assert (again[0].version, again[0].changed) == (1, False)
    assert warehouse.version_token(["prices"], "DE-LU") == token
    assert warehouse.versions("prices")["committed_at"].to_list() == [MORNING]


def test_the_token_changes_when_something_is_published_for_the_scope_only(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows())
    before = warehouse.version_token(["prices", "weather"], "DE-LU")
    publish(warehouse, price_rows(zone="FR"))
    assert warehouse.version_token(["prices", "weather"], "DE-LU") == before
    publish(warehouse, price_rows(price=1.0))
    assert warehouse.version_token(["prices", "weather"], "DE-LU") != before


def test_reading_as_of_then_gives_what_was_current_then(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows(price=80.0), now=MORNING)
    publish(warehouse, price_rows(price=81.0), now=EVENING)
    at = {moment: warehouse.read("prices", "DE-LU", as_of=moment)["price"].unique().to_list() for moment in (MORNING, NOON, EVENING)}
    assert at == {MORNING: [80.0], NOON: [80.0], EVENING: [81.0]}
    assert warehouse.read("prices", "DE-LU", as_of=MORNING - dt.timedelta(microseconds=1)).is_empty()
    assert warehouse.versions("prices", as_of=NOON)["version"].to_list() == [1]


def test_reading_between_instants_is_half_open_and_crosses_partitions(warehouse: Warehouse) -> None:
    for day in (DAY, DAY + dt.timedelta(days=1)):
        publish(warehouse, price_rows(day), partition=day.isoformat())
    start = dt.datetime(2026, 5, 4, 20, tzinfo=dt.UTC)
    between = warehouse.read_between("prices", "DE-LU", start, start + dt.timedelta(hours=4))
    assert between["start"].to_list() == [start + dt.timedelta(hours=hour) for hour in range(4)]


def test_reading_days_takes_only_their_partitions(warehouse: Warehouse) -> None:
    days = [DAY + dt.timedelta(days=offset) for offset in range(3)]
    for day in days:
        publish(warehouse, price_rows(day), partition=day.isoformat())
    assert warehouse.read("prices", "DE-LU", days[1], days[1])["delivery_day"].unique().to_list() == [days[1]]
    assert warehouse.versions("prices", "DE-LU", days[1], days[2])["partition"].to_list() == [day.isoformat() for day in days[1:]]


def test_versions_tell_rows_hash_run_and_whether_anything_is_synthetic(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows().with_columns(synthetic=pl.col("start") == pl.col("start").max()))
    row = warehouse.versions("prices").row(0, named=True)
    assert (row["rows"], row["run_id"], row["synthetic"], len(row["content_hash"])) == (24, "run-1", True, 64)


def test_a_missing_price_is_null_and_a_nan_is_the_same_as_missing(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows(price=None))
    again = publish(warehouse, price_rows(price=float("nan")))
    assert not again[0].changed
    assert warehouse.read("prices", "DE-LU")["price"].null_count() == 24


def test_json_and_bytes_come_back_as_they_were(warehouse: Warehouse) -> None:
    card = {"model": "lear", "coefficients": [0.1, -2.5], "nested": {"rmae": None}}
    frame = pl.DataFrame(
        {"zone": ["DE-LU"], "delivery_day": [DAY], "text": ["a calm day"], "details": pl.Series([card], dtype=pl.Object)},
    )
    warehouse.publish("learning_journal", [Part("DE-LU", DAY.isoformat(), frame)], run_id="r", now=MORNING)
    again = warehouse.publish("learning_journal", [Part("DE-LU", DAY.isoformat(), frame)], run_id="r", now=NOON)
    assert warehouse.read("learning_journal", "DE-LU")["details"].to_list() == [card]
    assert not again[0].changed


def broken(frame: pl.DataFrame) -> pl.DataFrame:
    """A row that comes twice: the database refuses it after the good rows before it were sent."""
    return pl.concat([frame, frame.tail(1)])


def test_a_failure_in_the_middle_leaves_the_last_good_version_and_no_rows(warehouse: Warehouse) -> None:
    publish(warehouse, price_rows(price=80.0))
    with pytest.raises(WarehouseError, match="a row or a part comes twice"):
        publish(warehouse, price_rows(price=99.0), broken(price_rows(zone="FR")), now=NOON)
    assert warehouse.read("prices", "DE-LU")["price"].unique().to_list() == [80.0]
    assert warehouse.read("prices", "FR").is_empty()
    assert warehouse.versions("prices")["version"].to_list() == [1]


def test_an_exception_while_parts_are_made_publishes_nothing(warehouse: Warehouse) -> None:
    def parts() -> Iterator[Part]:
        yield Part("DE-LU", DAY.isoformat(), price_rows())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        warehouse.publish("prices", parts(), run_id="r", now=MORNING)
    assert warehouse.versions("prices").is_empty()


def test_the_same_part_twice_in_one_call_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="comes twice"):
        publish(warehouse, price_rows(price=1.0), price_rows(price=2.0))
    assert warehouse.versions("prices").is_empty()


def test_a_frame_with_other_columns_is_refused_by_name(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match=r"table price: unknown columns \['colour'\]"):
        publish(warehouse, price_rows().with_columns(colour=pl.lit("red")))
    with pytest.raises(WarehouseError, match=r"table price: missing columns \['currency'\]"):
        publish(warehouse, price_rows().drop("currency"))


def test_a_null_where_a_value_is_needed_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="give a value for this column"):
        publish(warehouse, price_rows().with_columns(currency=pl.lit(None, dtype=pl.String)))
    assert warehouse.versions("prices").is_empty()


def test_publishing_no_parts_changes_nothing(warehouse: Warehouse) -> None:
    assert warehouse.publish("prices", [], run_id="r", now=MORNING) == []
