"""Which delivery days are whole: in an answer before it is recorded, and in the record before it is asked for again.

A day of prices, weather or carbon is one part. Of the grid it has three, load, wind and sun, which may come as series of their own and
from several sources (see `market.grid`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from electricity_optimizer.catalog.sources import Kind
from electricity_optimizer.timeline import day_bounds

FORECAST, ACTUAL = "forecast", "actual"
WHOLE = frozenset({"all"})
OF_THE_GRID = frozenset({"load", "wind", "solar"})
BOTH_WINDS = frozenset({"wind_onshore", "wind_offshore"})

Parts = Mapping[dt.date, set[str]]
"""What is there of each day."""


def needed(kind: Kind) -> frozenset[str]:
    """The parts that a whole day of `kind` has."""
    return OF_THE_GRID if kind == "grid_forecasts" else WHOLE


def complete_days(frame: pl.DataFrame, kind: Kind, tz: str) -> set[dt.date]:
    """Days of which a series of record rows tiles the local day from midnight to midnight; see `whole_series`."""
    return set(whole_series(frame, kind, tz)["delivery_date"])


def whole_series(frame: pl.DataFrame, kind: Kind, tz: str) -> pl.DataFrame:
    """The pairs `delivery_date`, `series_id` of rows that tile a local day; prices must all be there, inputs may hold nulls.

    Of weather, grid quantities and carbon the forecasts count: a day ahead has no actual values yet.
    """
    counted = frame.filter(pl.col("price").is_not_null() if kind == "prices" else pl.col("kind") == FORECAST).sort("start_utc")
    found = counted.group_by("delivery_date", "series_id").agg(
        pl.col("start_utc").min(),
        pl.col("end_utc").max(),
        seconds=(pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds().sum(),
        overlaps=(pl.col("start_utc").shift(-1) < pl.col("end_utc")).sum(),
    )
    return found.filter(_tiles(found, tz) & (pl.col("overlaps") == 0)).select("delivery_date", "series_id")


def parts_of(series: pl.DataFrame, kind: Kind) -> dict[dt.date, set[str]]:
    """What the pairs of `whole_series` give of each day."""
    names: dict[dt.date, set[str]] = defaultdict(set)
    for day, name in series.select("delivery_date", "series_id").iter_rows():
        names[day] |= _named(name, kind)
    return {day: _with_wind(there) for day, there in names.items()}


def held_parts(held: pl.DataFrame, kind: Kind, tz: str, views: Sequence[str | None]) -> dict[str, Parts]:
    """What each source holds of each day in all of `views` (forecast, actual; None for prices), from `Warehouse.held`."""
    whole = held.filter(_tiles(held, tz) & (pl.col("valued") == pl.col("intervals")))
    found: dict[str, Parts] = {}
    for (name,), rows in whole.group_by("source"):
        seen = [parts_of(rows.filter(pl.col("kind").eq_missing(pl.lit(view, dtype=pl.String))), kind) for view in views]
        days = set.intersection(*(set(view) for view in seen))
        found[str(name)] = {day: set.intersection(*(view[day] for view in seen)) for day in days}
    return found


def _tiles(found: pl.DataFrame, tz: str) -> pl.Series:
    """Whether each row (a series on a day: its first start, last end and seconds in all) fills its local day."""
    bounds = {day: day_bounds(day, tz) for day in found["delivery_date"].unique()}
    columns = zip(*(found[name] for name in ("delivery_date", "start_utc", "end_utc", "seconds")), strict=True)
    return pl.Series(
        [(start, end) == bounds[day] and seconds == (end - start).total_seconds() for day, start, end, seconds in columns],
        dtype=pl.Boolean,
    )


def _named(series_id: str, kind: Kind) -> frozenset[str]:
    """Parts in a series, by the `auction` of its name: of the grid a series may hold one quantity or all of them."""
    quantity = series_id.split(":")[-3]
    known = kind == "grid_forecasts" and quantity in OF_THE_GRID | BOTH_WINDS
    return frozenset({quantity}) if known else needed(kind)


def _with_wind(there: Iterable[str]) -> set[str]:
    """The parts of a day: wind on land and at sea are the wind only together."""
    found = set(there)
    return (found | {"wind"} if found >= BOTH_WINDS else found) - BOTH_WINDS
