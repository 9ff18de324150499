"""Whether records can be what an upstream said about what was asked: the last door before the record, the same for every source.

A parser refuses bodies of another shape; this refuses rows that no correct parser makes, so that a defect in one of many parsers is an
outcome with a reason and never a wrong row.
"""

import polars as pl

from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import TABLES, required_of
from electricity_optimizer.timeline import local_day

KEY = ["series_id", "start_utc"]
TIMED = frozenset({"price_record", "weather_record", "grid_forecast_record", "carbon_record"})
"""Tables whose rows fill delivery days."""

REQUIRED = {table: required_of(kind) for kind, table in TABLES.items()}


def refuse_unsound(table: str, frame: pl.DataFrame, where: str) -> None:
    """Raises SchemaChangedError when an interval comes twice, has no length, overlaps its neighbour, or a value is missing or no number."""
    numbers = [pl.col(name).is_nan() | pl.col(name).is_infinite() for name, dtype in frame.schema.items() if dtype == pl.Float64]
    faults = {
        "a field is empty that never is": pl.any_horizontal(pl.col(name).is_null() for name in REQUIRED[table]),
        "an interval comes twice": pl.struct(KEY).is_duplicated(),
        "an interval ends before it begins": pl.col("end_utc") <= pl.col("start_utc"),
        "a value is no number": pl.any_horizontal(numbers).fill_null(value=False) if numbers else pl.lit(value=False),
    }
    if table == "price_record":
        faults["an interval is not as long as its resolution"] = (pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds() != pl.col(
            "resolution_s"
        )
    if table in TIMED:
        following = pl.col("start_utc").shift(-1).over("series_id", order_by="start_utc")
        faults["intervals overlap"] = (following < pl.col("end_utc")).fill_null(value=False)
    _refuse(frame, faults, where)


def refuse_foreign(table: str, frame: pl.DataFrame, *, source: str, area: str, tz: str) -> None:
    """Raises SchemaChangedError when rows are of another source or area than asked, or stand under another delivery day than theirs."""
    if table not in TIMED:
        return
    faults = {
        f"rows are not of source {source}": pl.col("source") != source,
        f"rows are not of area {area}": pl.col("area") != area,
        "rows stand under another delivery day than theirs": pl.col("delivery_date") != local_day("start_utc", tz),
    }
    _refuse(frame, faults, source)


def _refuse(frame: pl.DataFrame, faults: dict[str, pl.Expr], where: str) -> None:
    counts = frame.select(fault.sum().alias(what) for what, fault in faults.items())
    found = [(what, count) for what, count in zip(counts.columns, counts.row(0), strict=True) if count]
    if found:
        what, count = found[0]
        raise SchemaChangedError(f"{what} ({count} of {frame.height} rows)", where=where)
