"""Which delivery days are whole: in an answer before it is recorded, and in the record before it is asked for again."""

import datetime as dt
from collections import defaultdict

import polars as pl

from electricity_optimizer.catalog.sources import Kind
from electricity_optimizer.timeline import day_bounds

FORECAST = "forecast"


def complete_days(frame: pl.DataFrame, kind: Kind, tz: str) -> set[dt.date]:
    """Days that a series of record rows tiles from local midnight to midnight; prices must all be there, inputs may hold nulls.

    Of weather, grid quantities and carbon the forecasts count: a day ahead has no actual values yet.
    """
    counted = frame.filter(pl.col("price").is_not_null()) if kind == "prices" else frame.filter(pl.col("kind") == FORECAST)
    tiled = counted.group_by("delivery_date", "series_id").agg(
        pl.col("start_utc").min(), pl.col("end_utc").max(), seconds=(pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds().sum()
    )
    complete = set()
    for row in tiled.iter_rows(named=True):
        start, end = day_bounds(row["delivery_date"], tz)
        if (row["start_utc"], row["end_utc"], row["seconds"]) == (start, end, (end - start).total_seconds()):
            complete.add(row["delivery_date"])
    return complete


def givers(held: pl.DataFrame, kind: Kind, tz: str) -> dict[dt.date, set[str]]:
    """Sources that hold each day whole, from `Warehouse.held`; intervals of one series are of one length.

    A past day of weather or of the grid is whole when its forecast and its actual values are there.
    """
    kinds: dict[tuple[dt.date, str], set[str | None]] = defaultdict(set)
    for row in held.iter_rows(named=True):
        if row["valued"] == row["intervals"] and _tiles(row, tz):
            kinds[row["delivery_date"], row["source"]].add(row["kind"])
    needed = {None} if kind == "prices" else {FORECAST, "actual"}
    found: dict[dt.date, set[str]] = defaultdict(set)
    for (day, source), there in kinds.items():
        if needed <= there:
            found[day].add(source)
    return found


def _tiles(row: dict[str, object], tz: str) -> bool:
    start, end = day_bounds(row["delivery_date"], tz)  # type: ignore[arg-type]  # a row of HELD_SCHEMA
    minutes = str(row["series_id"]).split(":")[4].removeprefix("PT").removesuffix("M")
    step = dt.timedelta(minutes=int(minutes)) if minutes.isdigit() else None
    return (row["start_utc"], row["end_utc"]) == (start, end) and step is not None and row["intervals"] * step == end - start  # type: ignore[operator]
