"""Frames that are written by whole columns land in the store as if each row had been handed to SQLAlchemy."""

import datetime as dt

import polars as pl
from sqlalchemy import Engine, insert, select, text

from electricity_optimizer.timeline import UTC, UTC_DTYPE
from electricity_optimizer.warehouse.frames import execute_many, fetch_frame
from electricity_optimizer.warehouse.tables import metadata
from electricity_optimizer_tests.warehouse.frames_of_prices import price_records

TABLE = metadata.tables["price_record"]
AT = dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)  # before the epoch, to the microsecond


def rows() -> pl.DataFrame:
    told = price_records(prices=(80.0, None, -500.1))
    return told.with_columns(
        revision=pl.lit(1, dtype=pl.Int64), valid_from=pl.lit(AT, dtype=UTC_DTYPE), valid_to=pl.lit(None, dtype=UTC_DTYPE),
        run_id=pl.lit(None, dtype=pl.String), delivery_date=pl.lit(dt.date(1999, 2, 3)), redistributable=pl.Series([True, False, True]),
    )  # fmt: skip


def stored(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("select * from price_record order by series_id, start_utc"))]


def test_rows_are_stored_as_they_would_be_one_by_one(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(TABLE), rows().to_dicts())
    one_by_one = stored(engine)
    with engine.begin() as connection:
        connection.execute(text("delete from price_record"))
        execute_many(connection, insert(TABLE), rows())
    assert stored(engine) == one_by_one
    assert [[type(value) for value in row] for row in stored(engine)] == [[type(value) for value in row] for row in one_by_one]


def test_columns_may_come_in_any_order_and_no_rows_are_no_statement(engine: Engine) -> None:
    with engine.begin() as connection:
        execute_many(connection, insert(TABLE), rows().select(sorted(rows().columns)))
        execute_many(connection, insert(TABLE), rows().clear())
        found = fetch_frame(connection, select(*TABLE.c).order_by(TABLE.c.start_utc), list(TABLE.c))
    assert found.select(rows().columns).equals(rows())
