"""Records have the columns of the bitemporal tables."""

import datetime as dt

import pytest

from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, WeatherRecord, completed, schema_of, series_id, to_frame
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import frames, tables

BOOKKEEPING = {"revision", "valid_from", "valid_to"}


@pytest.mark.parametrize(
    ("record", "table"),
    [
        (PriceRecord, tables.price_record),
        (WeatherRecord, tables.weather_record),
        (GridForecastRecord, tables.grid_forecast_record),
    ],
)
def test_a_record_has_the_columns_and_types_of_its_table(record, table):
    columns = [column for column in table.columns if column.name not in BOOKKEEPING]
    assert dict(schema_of(record)) == {
        name: dtype() if isinstance(dtype, type) else dtype for name, dtype in frames.schema_of(columns).items()
    }


def test_no_records_make_an_empty_frame_of_the_same_schema():
    assert to_frame([], WeatherRecord).schema == schema_of(WeatherRecord)


def test_a_frame_keeps_null_as_null():
    record = PriceRecord(
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
    frame = to_frame([record])
    assert frame["price"].to_list() == [None]
    assert completed(frame.drop("synthetic"), PriceRecord).equals(frame)
