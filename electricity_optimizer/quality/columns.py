"""Columns that the rules read and the tables do not have: what the calendar and the market expect of a row and of a day.

A rule of the library looks at one row. So what concerns a whole day (how many intervals it lacks, whether it repeats the day before)
is written into the first row of that day and is null in the others, which the library passes over: one frame and one validation serve
for both.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import interval_count, local_day

DAY = "delivery_day"


def with_calendar(frame: pl.DataFrame, zone: Zone, *, series: str | None = None, unit: pl.Expr | None = None) -> pl.DataFrame:
    """`frame` of one zone, ascending, with the columns of the calendar.

    Of each row: `gap_minutes` to the interval before it of the same day, its `local_day`, `market_minutes` of its day. Of each day:
    `missing_intervals` and `minutes_after_midnight` of its first interval. `series` is a column that tells series of one day apart;
    `unit` are the minutes of an interval where it is not the market time unit.
    """
    keys = [series, DAY] if series else [DAY]
    before = pl.col("start").shift(1) + pl.duration(minutes=pl.col("resolution_minutes").shift(1))
    gap = (pl.col("start") - before).dt.total_minutes().over(keys).fill_null(0)
    local = pl.col("start").dt.convert_time_zone(zone.tz)
    units = {day: zone.resolution_on(day) for day in frame[DAY].unique().drop_nulls()}
    ordered = frame.sort(*([series] if series else []), "start").with_columns(
        market_minutes=pl.col(DAY).replace_strict(units, return_dtype=pl.Int64, default=None)
    )
    whole = _with_whole(ordered.with_columns(unit=pl.col("market_minutes") if unit is None else unit.cast(pl.Int64)), zone)
    return whole.with_columns(
        gap_minutes=gap,
        local_day=local_day("start", zone.tz),
        missing_intervals=first_of(keys, pl.col("whole") - pl.len().over(keys).cast(pl.Int64)),
        minutes_after_midnight=first_of(keys, local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute()),
    ).drop("unit", "whole")


def first_of(keys: list[str], value: pl.Expr) -> pl.Expr:
    """`value` in the first row of each group of `keys`, null in the others."""
    return pl.when(pl.int_range(pl.len()).over(keys) == 0).then(value)


def with_days(frame: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """`frame` with the further columns of `days` (one row a delivery day), each written into the first row of its day."""
    joined = frame.join(days, on=DAY, how="left", maintain_order="left")
    return joined.with_columns(first_of([DAY], pl.col(name)).alias(name) for name in days.columns if name != DAY)


def with_simulated(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `simulated_share` of each day, and the same in words."""
    share = pl.col("synthetic").mean().over(DAY)
    said = (share * 100).round(0).cast(pl.Int64).cast(pl.String) + "%"
    return frame.with_columns(simulated_share=first_of([DAY], share), simulated_said=first_of([DAY], said))


def _with_whole(frame: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    """Adds how many intervals of `unit` minutes the local day of each row holds."""
    pairs = frame.select(DAY, "unit").unique().drop_nulls()
    whole = [interval_count(day, zone.tz, unit) for day, unit in pairs.iter_rows()]
    counted = pairs.with_columns(whole=pl.Series(whole, dtype=pl.Int64))
    return frame.join(counted, on=[DAY, "unit"], how="left", maintain_order="left")
