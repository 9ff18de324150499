"""From 24 hourly prices to the market time units of a delivery day: 23, 24 or 25 hours of 60, 30 or 15 minutes.

Quarter-hour prices have a saw-tooth within the hour (sun and load rise or fall while schedules step by the hour). Its mean shape for each
local hour is learnt from the last weeks of true quarter-hour prices and added to the hourly forecast; it sums to zero within
every hour, so the hourly mean stays. Without quarter-hour history the hour is flat.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.timeline import interval_starts, local_hour


def flat_shape(minutes: int = 15) -> Array:
    """The shape without history: zero for every hour and step, (24, 60 / minutes)."""
    return np.zeros((HOURS, _steps(minutes)))


def learn_shape(frame: pl.DataFrame, tz: str, *, before: dt.datetime, weeks: int = 8, minutes: int = 15) -> Array:
    """Median deviation from the hour's mean, (24, 60 / minutes), by local hour and step; zero in the mean of each hour.

    `frame` has `start` (UTC) and `price` in market time units of `minutes`; only the `weeks` before the instant `before` count, and
    only hours with all their steps. Hours never seen stay flat.
    """
    steps = _steps(minutes)
    recent = frame.filter(pl.col("start") < before, pl.col("start") >= before - dt.timedelta(weeks=weeks), pl.col("price").is_finite())
    hours = recent.with_columns(pl.col("start").dt.truncate("1h").alias("whole"), hour=local_hour("start", tz).cast(pl.Int64))
    price = pl.col("price")
    deviations = hours.select(
        "hour",
        step=pl.col("start").dt.minute().cast(pl.Int64) // minutes,
        deviation=price - price.mean().over("whole"),
        count=pl.len().over("whole"),
    ).filter(pl.col("count") == steps)
    middle = deviations.group_by("hour", "step").agg(pl.col("deviation").median())
    shape = flat_shape(minutes)
    shape[middle["hour"].to_numpy(), middle["step"].to_numpy()] = middle["deviation"].to_numpy()
    shape -= shape.mean(axis=1, keepdims=True)
    return shape


def to_market_time_units(day: dt.date, tz: str, minutes: int, hourly: Array, shape: Array | None = None) -> list[tuple[dt.datetime, float]]:
    """UTC interval starts of the local `day` with their values: 92, 96 or 100 pairs at 15 minutes.

    `hourly` (24,) is by local hour: the hour that the day skips is not used, the doubled hour is used twice. `shape` comes from
    `learn_shape` (None: flat). Raises InputError when the shape does not fit `minutes`.
    """
    shape = flat_shape(minutes) if shape is None else shape
    if shape.shape != (HOURS, _steps(minutes)):
        raise InputError(f"the shape is {shape.shape}", where="shape", remedy=f"{minutes} minutes need {(HOURS, _steps(minutes))}")
    zone, units = ZoneInfo(tz), []
    for start in interval_starts(day, tz, minutes):
        local = start.astimezone(zone)
        units.append((start, float(hourly[local.hour] + shape[local.hour, local.minute // minutes])))
    return units


def _steps(minutes: int) -> int:
    if minutes < 1 or 60 % minutes:
        raise InputError(f"{minutes} minutes do not tile an hour", where="minutes", remedy="use 60, 30 or 15")
    return 60 // minutes
