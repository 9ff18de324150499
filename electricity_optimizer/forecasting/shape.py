"""From 24 hourly prices to the market time units of a delivery day: 23, 24 or 25 hours of 60, 30 or 15 minutes.

Quarter-hour prices have a saw-tooth within the hour (sun and load rise or fall while schedules step by the hour). Its mean shape for each
local hour is learnt from the last weeks of true quarter-hour prices and added to the hourly forecast; it sums to zero within
every hour, so the hourly mean stays. Without quarter-hour history the hour is flat.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.timeline import interval_starts, local_hour

MAD_TO_SIGMA = 1.4826
QUARTILES_TO_SIGMA = 1.349
WIDEST = 3.0
"""A step's band is at most so many times as wide as the hour's: an hour without spread says nothing of its steps."""


def flat_shape(minutes: int = 15) -> Array:
    """The shape without history: zero for every hour and step, (24, 60 / minutes)."""
    return np.zeros((HOURS, _steps(minutes)))


@dataclasses.dataclass(frozen=True)
class Shape:
    """The market time units within an hour, both (24, 60 / minutes) by local hour and step.

    `deviation` is added to the hour's price and sums to zero in each hour; `noise` is the standard deviation that stays unexplained.
    """

    deviation: Array
    noise: Array

    @classmethod
    def flat(cls, minutes: int = 15) -> "Shape":
        """The shape without history: no deviation, no noise."""
        return cls(flat_shape(minutes), flat_shape(minutes))

    def widened(self, quantiles: Array, levels: Sequence[float]) -> Array:
        """Factors (24, steps) by which a band around the hour's mean is widened for a single step of it.

        `quantiles` (levels, 24) give the hour's own spread; independent errors add in squares. Without a spread there is no factor.
        """
        low, high = (quantiles[levels.index(level)] for level in (0.25, 0.75))
        spread = (high - low)[:, None] / QUARTILES_TO_SIGMA
        with np.errstate(divide="ignore", invalid="ignore"):
            factor: Array = np.sqrt(1 + (self.noise / spread) ** 2)
        return np.where(np.isfinite(factor), np.minimum(factor, WIDEST), 1.0)


def learn_shape(frame: pl.DataFrame, tz: str, *, before: dt.datetime, weeks: int = 8, minutes: int = 15) -> Shape:
    """Median deviation from the hour's mean and its noise, by local hour and step, from the `weeks` before the instant `before`.

    `frame` has `start` (UTC) and `price` in market time units of `minutes`; only hours with all their steps count. Hours never seen
    stay flat. The noise is the median absolute deviation as a normal's standard deviation.
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
    deviation = pl.col("deviation")
    middle = deviations.group_by("hour", "step", maintain_order=True).agg(
        deviation.median(), noise=MAD_TO_SIGMA * (deviation - deviation.median()).abs().median()
    )
    shape, noise = flat_shape(minutes), flat_shape(minutes)
    place = (middle["hour"].to_numpy(), middle["step"].to_numpy())
    shape[place], noise[place] = middle["deviation"].to_numpy(), middle["noise"].to_numpy()
    return Shape(shape - shape.mean(axis=1, keepdims=True), noise)


def to_market_time_units(day: dt.date, tz: str, minutes: int, hourly: Array, shape: Array | None = None) -> list[tuple[dt.datetime, float]]:
    """UTC interval starts of the local `day` with their values: 92, 96 or 100 pairs at 15 minutes.

    `hourly` (24,) is by local hour: the hour that the day skips is not used, the doubled hour is used twice. `shape` (24, steps) is
    added by local hour and step (None: flat). Raises InputError when the shape does not fit `minutes`.
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
