"""Bitemporal records: a new or changed value adds a revision and closes the one before; nothing is overwritten."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    and_,
    bindparam,
    cast,
    extract,
    func,
    insert,
    null,
    or_,
    select,
    type_coerce,
    update,
)

from electricity_optimizer.timeline import UTC_DTYPE
from electricity_optimizer.warehouse.engine import reading, writing
from electricity_optimizer.warehouse.frames import conformed, execute_many, fetch_frame
from electricity_optimizer.warehouse.tables import metadata

BOOKKEEPING = ("revision", "valid_from", "valid_to", "run_id")
LINEAGE = ("payload_sha256", "parser_version", "price_raw", "published_at")
"""Columns that may differ while the value is the same: another payload that says the same, be it 50 for 50.0, is no revision."""
HELD_SCHEMA = pl.Schema(
    {
        "series_id": pl.String(),
        "source": pl.String(),
        "synthetic": pl.Boolean(),
        "delivery_date": pl.Date(),
        "kind": pl.String(),
        "intervals": pl.Int64(),
        "valued": pl.Int64(),
        "start_utc": UTC_DTYPE,
        "end_utc": UTC_DTYPE,
        "seconds": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Recorded:
    """How many values of a frame were new, revised, or already known."""

    new: int
    revised: int
    unchanged: int


def record(engine: Engine, table_name: str, frame: pl.DataFrame, *, now: dt.datetime, run_id: str | None = None) -> Recorded:
    """Add what `frame` says to the record `table_name` in one transaction. Raises WarehouseError; then nothing is changed."""
    table = metadata.tables[table_name]
    said = conformed(frame, table, without=BOOKKEEPING)
    if said.is_empty():
        return Recorded(0, 0, 0)
    with writing(engine) as connection:
        known = _current(connection, table, said)
        fresh = _changed(said, known)
        if fresh.is_empty():
            return Recorded(0, 0, unchanged=said.height)
        revised = fresh.filter(pl.col("revision") > 1)
        _close(connection, table, revised, now)
        told = fresh.with_columns(valid_from=pl.lit(now, dtype=UTC_DTYPE), run_id=pl.lit(run_id, dtype=pl.String))
        execute_many(connection, insert(table), told)
    return Recorded(new=fresh.height - revised.height, revised=revised.height, unchanged=said.height - fresh.height)


def records(engine: Engine, table_name: str, area: str, first: dt.date, last: dt.date, as_of: dt.datetime | None) -> pl.DataFrame:
    """Rows of `area` for the delivery days `first` to `last`: the current revisions, or those known at `as_of`."""
    table = metadata.tables[table_name]
    columns = list(table.columns)
    query = select(*columns).where(table.c.area == area, table.c.delivery_date.between(first, last), _known_at(table, as_of))
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(table.c.series_id, table.c.start_utc), columns)


def _known_at(table: Table, as_of: dt.datetime | None) -> ColumnElement[bool]:
    if as_of is None:
        return table.c.valid_to.is_(None)
    return and_(table.c.valid_from <= as_of, or_(table.c.valid_to.is_(None), table.c.valid_to > as_of))


def _current(connection: Connection, table: Table, said: pl.DataFrame) -> pl.DataFrame:
    columns = [column for column in table.columns if column.name not in {"valid_from", "valid_to", "run_id"}]
    query = select(*columns).where(
        table.c.series_id.in_(said["series_id"].unique().to_list()),
        table.c.start_utc >= said["start_utc"].min(),
        table.c.start_utc <= said["start_utc"].max(),
        table.c.valid_to.is_(None),
    )
    return fetch_frame(connection, query, columns)


def _changed(said: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Rows of `said` that are new or differ from the known ones, with their next revision number."""
    keys = ["series_id", "start_utc"]
    values = [name for name in said.columns if name not in {*keys, *LINEAGE}]
    joined = said.join(known.select(*keys, "revision", *(pl.col(name).alias(f"{name}__known") for name in values)), on=keys, how="left")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}__known")) for name in values)
    fresh = joined.filter(pl.col("revision").is_null() | differs)
    return fresh.select(*said.columns, (pl.col("revision").fill_null(0) + 1).alias("revision"))


def _close(connection: Connection, table: Table, revised: pl.DataFrame, now: dt.datetime) -> None:
    statement = (
        update(table)
        .where(table.c.series_id == bindparam("of_series"), table.c.start_utc == bindparam("of_start"), table.c.valid_to.is_(None))
        .values(valid_to=bindparam("closed_at"))
    )
    closed_at = pl.lit(now, dtype=UTC_DTYPE).alias("closed_at")
    execute_many(connection, statement, revised.select(closed_at, of_series="series_id", of_start="start_utc"))


def held(engine: Engine, table_name: str, area: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """What is there of each series and delivery day, without reading its values: what a backfill need not ask for.

    Columns: series_id, source, synthetic, delivery_date, kind (null for prices), intervals, valued (those with a price), start_utc,
    end_utc (of the first and the last interval), seconds (of all intervals together).
    """
    table = metadata.tables[table_name]
    value = table.c.price if "price" in table.c else table.c.start_utc
    with reading(engine) as connection:
        query = (
            select(
                table.c.series_id,
                func.max(table.c.source),  # a series is of one source, kind and origin: grouping by them would cost a sort
                func.max(cast(table.c.synthetic, Integer)),
                table.c.delivery_date,
                func.max(table.c.kind) if "kind" in table.c else null(),
                func.count(),
                func.count(value),
                func.min(table.c.start_utc),
                func.max(table.c.end_utc),
                cast(func.sum(_seconds(table, connection)), Integer),
            )
            .where(table.c.area == area, table.c.delivery_date.between(first, last), table.c.valid_to.is_(None))
            .group_by(table.c.delivery_date, table.c.series_id)
        )
        rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=HELD_SCHEMA | {"synthetic": pl.Int64()}, orient="row").cast({"synthetic": pl.Boolean})


def has_real(engine: Engine, table_name: str, area: str, since: dt.date) -> bool:
    """Whether `area` has a value that is not synthetic for a delivery day from `since` on."""
    table = metadata.tables[table_name]
    query = select(table.c.series_id).where(
        table.c.area == area, table.c.delivery_date >= since, table.c.valid_to.is_(None), table.c.synthetic.is_(False)
    )
    with reading(engine) as connection:
        return connection.execute(query.limit(1)).first() is not None


def _seconds(table: Table, connection: Connection) -> ColumnElement[Any]:
    """Length of an interval: SQLite holds instants as microseconds."""
    if connection.dialect.name == "sqlite":
        return (type_coerce(table.c.end_utc, BigInteger) - type_coerce(table.c.start_utc, BigInteger)) / 1_000_000
    return extract("epoch", table.c.end_utc - table.c.start_utc)
