"""Published prices and a forecast on one grid: what an interval is worth and how far that can be trusted. Pure, in EUR/MWh.

`kind` of an interval: `settled` when its price is published and the interval is over, `day_ahead` when its price is published and it
is not, `forecast` when only the ensemble speaks, else `missing`. An interval made of several takes the least certain kind among them.
"""

import datetime as dt
from typing import Any

import polars as pl

from electricity_optimizer.timeline import UTC_DTYPE, grid

QUARTER = 15
KINDS = ("settled", "day_ahead", "forecast", "missing")
"""From certain to unknown."""
KNOWN: dict[str, Any] = {
    "start": UTC_DTYPE, "minutes": pl.Int64, "value": pl.Float64, "p10": pl.Float64, "p90": pl.Float64, "source": pl.String,
    "licence": pl.String, "synthetic": pl.Boolean,
}  # fmt: skip
"""Columns of what is known, prices and forecasts alike; prices have no p10 and p90."""


def nothing_known() -> pl.DataFrame:
    """An empty frame of known rows."""
    return pl.DataFrame(schema=KNOWN)


def blended(
    prices: pl.DataFrame, forecast: pl.DataFrame, start: dt.datetime, end: dt.datetime, minutes: int, now: dt.datetime
) -> pl.DataFrame:
    """Rows start, end, value, kind, p10, p90, source, licence, synthetic of all intervals of `[start, end)`, ascending, none left out."""
    quarters = pl.DataFrame({"start": grid(start, end, QUARTER)})
    rows = quarters.join(_in_quarters(prices), on="start", how="left").join(_in_quarters(forecast), on="start", how="left", suffix="_f")
    known, guessed = pl.col("value").is_not_null(), pl.col("value_f").is_not_null()
    over = pl.col("start") + pl.duration(minutes=QUARTER) <= now
    level = pl.when(known & over).then(0).when(known).then(1).when(guessed).then(2).otherwise(3)
    merged = [pl.coalesce(name, f"{name}_f").alias(name) for name in ("value", "source", "licence", "synthetic")]
    bands = [pl.when(known).then("value").otherwise(f"{name}_f").alias(name) for name in ("p10", "p90")]
    return _coarsened(rows.select("start", level.alias("level"), *merged, *bands), minutes)


def _in_quarters(rows: pl.DataFrame) -> pl.DataFrame:
    """Each row repeated for the quarter-hours that it covers; of two rows for one quarter-hour the later one of the frame stays."""
    steps = pl.int_ranges(0, pl.col("minutes") // QUARTER).alias("step")
    spread = rows.with_columns(steps).explode("step", empty_as_null=True)
    moved = spread.with_columns(pl.col("start") + pl.duration(minutes=pl.col("step") * QUARTER))
    return moved.drop("step", "minutes").unique("start", keep="last", maintain_order=True)


def _coarsened(rows: pl.DataFrame, minutes: int) -> pl.DataFrame:
    """Means over intervals of `minutes`; null as soon as one part is."""
    whole = pl.col("value").count() == minutes // QUARTER
    means = [pl.when(whole).then(pl.col(name).mean()).alias(name) for name in ("value", "p10", "p90")]
    labels = [pl.col(name).drop_nulls().last().alias(name) for name in ("source", "licence")]
    grouped = rows.group_by(pl.col("start").dt.truncate(f"{minutes}m"), maintain_order=True).agg(
        *means, *labels, pl.col("level").max(), pl.col("synthetic").any(ignore_nulls=True)
    )
    is_forecast = pl.col("level") == KINDS.index("forecast")
    return grouped.select(
        "start",
        (pl.col("start") + pl.duration(minutes=minutes)).alias("end"),
        "value",
        pl.col("level").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String).alias("kind"),
        *[pl.when(is_forecast).then(name).alias(name) for name in ("p10", "p90")],
        "source",
        "licence",
        pl.col("synthetic").fill_null(value=False),
    )
