"""Records have the columns of the bitemporal tables."""

import datetime as dt
from dataclasses import replace

import pytest

from electricity_optimizer.sources.records import (
    TABLES,
    PriceRecord,
    WeatherRecord,
    completed,
    required_of,
    schema_of,
    series_id,
    to_frame,
)
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import frames, tables

BOOKKEEPING = {"revision", "valid_from", "valid_to", "run_id"}


@pytest.mark.parametrize(("record", "table"), TABLES.items())
def test_a_record_has_the_columns_and_types_of_its_table(record, table):
    columns = [column for column in tables.metadata.tables[table].columns if column.name not in BOOKKEEPING]
    assert dict(schema_of(record)) == {
        name: dtype() if isinstance(dtype, type) else dtype for name, dtype in frames.schema_of(columns).items()
    }
    assert set(required_of(record)) == {column.name for column in columns if not column.nullable}


RECORD = PriceRecord(
    series_id=series_id("x", "DE-LU", 60),
    start_utc=dt.datetime(2026, 5, 4, tzinfo=UTC),
    end_utc=dt.datetime(2026, 5, 4, 1, tzinfo=UTC),
    source="x",
    area="DE-LU",
    delivery_date=dt.date(2026, 5, 4),
    resolution_s=3600,
    price=None,
    currency="EUR",
    licence="none",
    redistributable=False,
    parser_version=1,
)


def test_no_records_make_an_empty_frame_of_the_same_schema():
    assert to_frame([], WeatherRecord).schema == schema_of(WeatherRecord)


def test_a_frame_keeps_null_as_null():
    frame = to_frame([RECORD])
    assert frame["price"].to_list() == [None]
    assert completed(frame.drop("synthetic"), PriceRecord).equals(frame)


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "105.10"},
        {"resolution_s": "3600"},
        {"resolution_s": 3600.5},
        {"area": 7},
        {"redistributable": "no"},
        {"start_utc": dt.datetime(2026, 5, 4)},  # noqa: DTZ001 - that is the fault
    ],
)
def test_a_value_of_another_type_is_not_converted_but_refused(wrong):
    with pytest.raises(TypeError):
        to_frame([RECORD, replace(RECORD, **wrong)])
