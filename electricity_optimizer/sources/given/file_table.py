"""A table in a file (CSV, Parquet, line protocol) as UTC intervals: strict about what a person may have got wrong, in one line each.

Times carry an offset, or stand in a column whose name says UTC, or are naive local times of the zone; the last only as long as none of
them falls into an hour that a clock change repeats or skips, for then their meaning would be a guess.
"""

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import PurePath

import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.given import line_protocol
from electricity_optimizer.timeline import UTC_DTYPE, local_day

TIME_NAMES = (
    "utc",
    "start_utc",
    "time_utc",
    "datetime_utc",
    "start",
    "time",
    "timestamp",
    "datetime",
    "date",
    "index",
    "__index_level_0__",
    "",
)
STEPS_S = (900, 1800, 3600)
OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
ROW = "__row"


def read_table(body: bytes, name: str) -> pl.DataFrame:
    """The table as it stands, with its row numbers in `__row` (as an editor shows them). Raises InputError when it is no table."""
    suffix = PurePath(name).suffix.lower()
    try:
        if suffix in {".parquet", ".pq"} or body[:4] == b"PAR1":
            return pl.read_parquet(io.BytesIO(body)).with_row_index(ROW, offset=1)
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
        if suffix in line_protocol.SUFFIXES:
            return line_protocol.read_lines(text, name)
        head = text.partition("\n")[0]
        separator = max(",;\t", key=head.count)
        table = pl.read_csv(io.StringIO(text), separator=separator, infer_schema=False, truncate_ragged_lines=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(f"cannot be read as a table: {reason}", where=name, remedy="give a CSV or Parquet file") from None
    if separator == ";":  # the continental dialect: semicolons between, commas inside numbers
        table = table.with_columns(pl.col(pl.String).str.replace(r"^(\s*-?\d+),(\d+\s*)$", "$1.$2"))
    return table.with_row_index(ROW, offset=2)


def find(table: pl.DataFrame, names: Sequence[str]) -> str | None:
    """The column whose name, in lower case with underscores, is the first of `names` that is there."""
    normal = {_normal(column): column for column in table.columns if column != ROW}
    return next((normal[name] for name in names if name in normal), None)


def with_start(table: pl.DataFrame, name: str, tz: str) -> pl.DataFrame:
    """`table` ascending by a new column `start_utc`. Raises InputError for times that are missing, no times, ambiguous or double."""
    column = find(table, TIME_NAMES)
    if column is None:  # a name that nobody foresaw
        column = next((other for other, dtype in table.schema.items() if dtype == pl.Datetime), None)
    if column is None:
        raise InputError("has no time column", where=name, remedy="name one utc, start, time, timestamp or date")
    start = _instants(table, column, name, tz)
    return table.with_columns(start.alias("start_utc")).sort("start_utc")


def refuse_duplicates(table: pl.DataFrame, name: str) -> None:
    """Raises InputError when an instant of a series stands twice."""
    double = table.filter(pl.col("start_utc").is_duplicated())
    if double.height:
        start, rows = double["start_utc"][0], double.filter(pl.col("start_utc") == double["start_utc"][0])[ROW].to_list()
        raise InputError(f"time {_z(start)} stands twice, in rows {rows[0]} and {rows[1]}", where=name, remedy="keep one of them")


def with_end(table: pl.DataFrame, name: str, tz: str) -> pl.DataFrame:
    """Adds `end_utc`, `delivery_date` and `resolution_s`; the step within a local day is its smallest spacing.

    Raises InputError for a spacing that is no market time unit and for a gap inside the span.
    """
    spaced = table.with_columns(
        delivery_date=local_day("start_utc", tz), gap_s=pl.col("start_utc").diff().shift(-1).dt.total_seconds().cast(pl.Int64)
    )
    same_day = pl.col("delivery_date") == pl.col("delivery_date").shift(-1)
    step = pl.when(same_day).then(pl.col("gap_s")).min().over("delivery_date").forward_fill().backward_fill()
    spaced = spaced.with_columns(resolution_s=step.fill_null(3600))
    wrong = spaced.filter(~pl.col("resolution_s").is_in(STEPS_S))
    if wrong.height:
        row = wrong.row(0, named=True)
        said = f"{row['resolution_s'] // 60} min between rows on {row['delivery_date']} is no market time unit"
        raise InputError(said, where=f"{name} row {row[ROW]}", remedy="give 15, 30 or 60 min")
    holes = spaced.filter(pl.col("gap_s") != pl.col("resolution_s"))
    if holes.height:
        row = holes.row(0, named=True)
        missing = row["start_utc"] + dt.timedelta(seconds=row["resolution_s"])
        raise InputError(f"gap: no row for {_z(missing)}", where=f"{name} after row {row[ROW]}", remedy="add the missing rows")
    return spaced.with_columns(end_utc=pl.col("start_utc") + pl.duration(seconds="resolution_s")).drop("gap_s")


def numbers(table: pl.DataFrame, column: str, name: str) -> pl.Series:
    """A column as floats; empty and NaN are null. Raises InputError naming row and text of what is no number."""
    values = table[column]
    if values.dtype == pl.String:
        text = values.str.strip_chars()
        blank = text.is_null() | text.str.to_lowercase().is_in(["", "nan", "null", "na", "none"])
        floats = text.cast(pl.Float64, strict=False)
        wrong = table.filter(~blank & (floats.is_null() | floats.is_infinite() | floats.is_nan()))
        if wrong.height:
            row = wrong.row(0, named=True)
            said = f"'{row[column]}' is not a number"
            raise InputError(said, where=f"{name} row {row[ROW]} column {column}", remedy="write it like 12.34, or leave it empty")
        return pl.select(pl.when(blank).then(None).otherwise(floats).alias(column)).to_series()
    if not values.dtype.is_numeric():
        raise InputError(f"holds {values.dtype} and not numbers", where=f"{name} column {column}", remedy="give numbers")
    floats = values.cast(pl.Float64).fill_nan(None)
    if floats.is_infinite().any():
        raise InputError("holds an infinite number", where=f"{name} column {column}", remedy="give finite numbers")
    return floats


def _instants(table: pl.DataFrame, column: str, name: str, tz: str) -> pl.Series:
    values = table[column]
    if values.dtype == pl.String:
        values = _parsed(table, column, name)
    elif values.dtype.is_integer():
        values = _from_epoch(values.cast(pl.Int64))
    elif values.dtype == pl.Date:
        values = values.cast(pl.Datetime("us"))
    elif values.dtype != pl.Datetime:
        raise InputError(f"holds {values.dtype} and not times", where=f"{name} column {column}", remedy="write 2026-05-04T00:00:00Z")
    if values.null_count():
        row = table.filter(values.is_null())[ROW][0]
        raise InputError("has no time", where=f"{name} row {row} column {column}", remedy="write it like 2026-05-04T00:00:00Z")
    if values.dtype.time_zone is not None:  # type: ignore[attr-defined]  # a Datetime by now
        return values.dt.convert_time_zone("UTC").cast(UTC_DTYPE)
    if _normal(column).endswith("utc"):
        return values.dt.replace_time_zone("UTC").cast(UTC_DTYPE)
    return _from_local(table, values, column, name, tz)


def _from_local(table: pl.DataFrame, values: pl.Series, column: str, name: str, tz: str) -> pl.Series:
    local = values.dt.replace_time_zone(tz, ambiguous="null", non_existent="null")
    if local.null_count():
        row = table.filter(local.is_null()).row(0, named=True)
        said = f"naive time {row[column]} is repeated or skipped by the clock change of {tz}"
        raise InputError(said, where=f"{name} row {row[ROW]} column {column}", remedy="write times with Z or an offset")
    return local.dt.convert_time_zone("UTC").cast(UTC_DTYPE)


def _from_epoch(numbers_since_1970: pl.Series) -> pl.Series:
    """Times from seconds or milliseconds since 1970; a number of milliseconds has 12 digits at least."""
    scale = 1_000_000 if (numbers_since_1970 < 10**11).all() else 1_000
    return (numbers_since_1970 * scale).cast(pl.Datetime("us", "UTC"))


def _parsed(table: pl.DataFrame, column: str, name: str) -> pl.Series:
    """Times of a text column: all with an offset (then UTC) or none (then naive)."""
    text = table[column].str.strip_chars().str.replace("T", " ", literal=True).str.replace(r"(:\d{2})\.\d+", "$1")
    offset = text.str.contains(OFFSET)
    if text.str.contains(r"^\d{9,13}$").all():
        return _from_epoch(text.cast(pl.Int64))
    with_offset = bool(offset[0])
    if with_offset:
        text = text.str.replace("Z$", "+0000").str.replace(r"([+-]\d{2}):(\d{2})$", "$1$2")
    suffix = "%z" if with_offset else ""
    tries = [text.str.to_datetime(pattern + suffix, strict=False, time_unit="us") for pattern in FORMATS]
    values = pl.select(pl.coalesce(tries)).to_series()
    wrong = table.filter(values.is_null() | (offset != with_offset))
    if wrong.height:
        row = wrong.row(0, named=True)
        said = f"'{row[column]}' is no time" if not with_offset else f"'{row[column]}' is no time with an offset"
        raise InputError(said, where=f"{name} row {row[ROW]} column {column}", remedy="write it like 2026-05-04T00:00:00Z")
    return values


def _normal(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def _z(instant: dt.datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%MZ}"
