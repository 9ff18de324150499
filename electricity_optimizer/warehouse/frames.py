"""Between tables and polars frames: the schema of a frame follows from its table."""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Insert,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Update,
    type_coerce,
)

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.timeline import UTC_DTYPE
from electricity_optimizer.warehouse.types import Instant

_DTYPES: tuple[tuple[type, Any], ...] = (
    (Instant, UTC_DTYPE),
    (Boolean, pl.Boolean),
    (Date, pl.Date),
    (Float, pl.Float64),
    (Integer, pl.Int64),
    (LargeBinary, pl.Binary),
    (JSON, pl.Object),
    (String, pl.String),
)


def schema_of(columns: Iterable[Column[Any]]) -> dict[str, Any]:
    """Polars schema of table columns; JSON columns hold Python objects."""
    return {column.name: next(dtype for kind, dtype in _DTYPES if isinstance(column.type, kind)) for column in columns}


def fetch_frame(connection: Connection, query: Select[Any], columns: Sequence[Column[Any]]) -> pl.DataFrame:
    """Rows of `query` reduced to `columns`, with the table's schema also when there are none.

    Instants of SQLite come as the integers they are stored as and are converted as whole columns: by row it takes three times as long.
    """
    as_integers = connection.dialect.name == "sqlite"
    wanted = [type_coerce(column, BigInteger) if as_integers and isinstance(column.type, Instant) else column for column in columns]
    rows = connection.execute(query.with_only_columns(*wanted)).all()
    schema = schema_of(columns)
    instants = [name for name, dtype in schema.items() if as_integers and dtype == UTC_DTYPE]
    values = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    frame = pl.DataFrame(
        [
            pl.Series(name, list(column), dtype=pl.Int64 if name in instants else dtype)
            for (name, dtype), column in zip(schema.items(), values, strict=True)
        ]
    )
    return frame.with_columns(pl.col(instants).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")) if instants else frame


def execute_many(connection: Connection, statement: Insert | Update, frame: pl.DataFrame) -> None:
    """Executes `statement` for each row of `frame`, whose columns are named as its parameters.

    For SQLite the values are converted as whole columns into what it stores, and handed to the driver: by row it takes twice as long.
    """
    if frame.is_empty():
        return
    if connection.dialect.name != "sqlite" or pl.Object in frame.dtypes:
        connection.execute(statement, frame.to_dicts())
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=frame.columns)
    stored = frame.select(_as_stored(name, frame.schema[name]) for name in compiled.positiontup or ())
    connection.exec_driver_sql(str(compiled), stored.rows())


def _as_stored(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == UTC_DTYPE:
        return pl.col(name).to_physical()
    return pl.col(name).cast(pl.String) if dtype == pl.Date else pl.col(name)


def conformed(frame: pl.DataFrame, table: Table, without: Iterable[str]) -> pl.DataFrame:
    """Columns of `table` (less `without`) in its order and types; a column that may be null may be left out, a NaN is null.

    Raises WarehouseError naming a missing or unknown column.
    """
    left_out = set(without)
    schema = schema_of(column for column in table.columns if column.name not in left_out)
    unknown = [name for name in frame.columns if name not in schema]
    missing = [name for name in schema if name not in frame.columns and not table.c[name].nullable]
    if unknown or missing:
        said = f"unknown columns {unknown}" if unknown else f"missing columns {missing}"
        raise WarehouseError(said, where=f"table {table.name}", remedy="give the columns of warehouse.tables")
    return frame.select(_conformed_column(frame, name, dtype) for name, dtype in schema.items())


def _conformed_column(frame: pl.DataFrame, name: str, dtype: Any) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(None, dtype=dtype).alias(name)
    if dtype == pl.Object:
        return pl.col(name)
    return pl.col(name).cast(dtype).fill_nan(None) if dtype == pl.Float64 else pl.col(name).cast(dtype)
