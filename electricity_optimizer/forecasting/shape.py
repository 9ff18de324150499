"""From 24 hourly prices to the market time units of a delivery day: 23, 24 or 25 hours of 60, 30 or 15 minutes.

Quarter-hour prices have a saw-tooth within the hour (sun and load rise or fall while schedules step by the hour). It is the stronger the
steeper the hourly prices rise or fall around the hour. So two things are learnt for each local hour from the last weeks of true
quarter-hour prices: the median deviation of each step from the hour's mean, and by how much it follows the differences to the hour before
and after (a ridge regression over the hour and its two neighbours). Chosen on DE-LU days of 2025-11-12..2026-01-31: given the true hourly
prices the mean error of a step is 5.13 EUR/MWh with a flat hour, 4.08 with the median, 3.03 with the differences. All deviations sum to
zero within every hour, so the hourly mean stays. Without quarter-hour history the hour is flat.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.robust import SIGMA_PER_MAD
from electricity_optimizer.timeline import interval_starts, local_day, local_hour

QUARTILES_TO_SIGMA = 1.349
WIDEST = 3.0
"""A step's band is at most so many times as wide as the hour's: an hour without spread says nothing of its steps."""
DIFFERENCE_VARIANCE = 0.25
"""Of the difference of two neighbouring hours' errors, in variances of one: 0.23 to 0.29 for LEAR on DE-LU, 2025-11-15..2026-01-31."""
RIDGE = 3.0
"""Penalty on the slopes, in mean squares of the differences: a few days of history say little."""


def flat_shape(minutes: int = 15) -> Array:
    """The shape without history: zero for every hour and step, (24, 60 / minutes)."""
    return np.zeros((HOURS, _steps(minutes)))


@dataclasses.dataclass(frozen=True)
class Rise:
    """How the deviations follow the hourly prices: by `slope` (24, 2, steps) a unit of difference to the hour before and after.

    `usual` (24, 2) are the differences at which the deviations are the median ones.
    """

    usual: Array
    slope: Array


@dataclasses.dataclass(frozen=True)
class Shape:
    """The market time units within an hour, both (24, 60 / minutes) by local hour and step.

    `deviation` is added to the hour's price and sums to zero in each hour; `noise` is the standard deviation that stays unexplained.
    `rise` says how the deviation depends on the day's prices; None: it does not.
    """

    deviation: Array
    noise: Array
    rise: Rise | None = None

    @classmethod
    def flat(cls, minutes: int = 15) -> "Shape":
        """The shape without history: no deviation, no noise."""
        return cls(flat_shape(minutes), flat_shape(minutes))

    def following(self, hourly: Array) -> "Shape":
        """The shape of a day with the prices `hourly` (24,): its differences are the usual ones now."""
        if self.rise is None:
            return self
        of_day = _differences(hourly)
        deviation = self.deviation + np.einsum("hd,hds->hs", of_day - self.rise.usual, self.rise.slope)
        return Shape(deviation, self.noise, Rise(of_day, self.rise.slope))

    def finer(self, times: int) -> "Shape":
        """The same with every step cut into `times` alike."""
        rise = self.rise and Rise(self.rise.usual, self.rise.slope.repeat(times, axis=2))
        return Shape(self.deviation.repeat(times, axis=1), self.noise.repeat(times, axis=1), rise)

    def band(self, point: Array, quantiles: Array, levels: Sequence[float]) -> Array:
        """Quantiles (levels, 24, steps) of the steps from those of the hours (levels, 24) around `point` (24,).

        The shape is that of the day already (`following`).
        """
        wider = self.widened(quantiles, levels)
        units: Array = (point[:, None] + self.deviation) + wider * (quantiles - point)[:, :, None]
        return units

    def widened(self, quantiles: Array, levels: Sequence[float]) -> Array:
        """Factors (24, steps) by which a band around the hour's mean is widened for a single step of it.

        `quantiles` (levels, 24) give the hour's own spread; independent errors add in squares: that of the hour, that of its difference
        to the neighbours by the slope, and the noise. Without a spread there is no factor.
        """
        low, high = (quantiles[levels.index(level)] for level in (0.25, 0.75))
        spread = (high - low)[:, None] / QUARTILES_TO_SIGMA
        with np.errstate(divide="ignore", invalid="ignore"):
            factor: Array = np.sqrt(1 + self._error_of_rise() + (self.noise / spread) ** 2)
        return np.where(np.isfinite(factor), np.minimum(factor, WIDEST), 1.0)

    def _error_of_rise(self) -> Array | float:
        """Variance that wrong differences bring to the steps, in variances of the hour's error."""
        return 0.0 if self.rise is None else DIFFERENCE_VARIANCE * (self.rise.slope**2).sum(axis=1)


def learn_shape(frame: pl.DataFrame, tz: str, *, before: dt.datetime, weeks: int = 8, minutes: int = 15) -> Shape:
    """The shape of each local hour and step from the `weeks` before the instant `before`.

    `frame` has `start` (UTC) and `price` in market time units of `minutes`; only hours with all their steps count. Hours never seen
    stay flat. The noise is the median absolute deviation from what the shape says, as a normal's standard deviation.
    """
    recent = frame.filter(pl.col("start") < before, pl.col("start") >= before - dt.timedelta(weeks=weeks), pl.col("price").is_finite())
    hour, steps, differences = _whole_hours(recent, tz, _steps(minutes))
    deviation, noise, usual = flat_shape(minutes), flat_shape(minutes), np.zeros((HOURS, 2))
    off, unusual, seen = steps - steps.mean(axis=1, keepdims=True), differences.copy(), np.unique(hour)
    for one in seen:
        rows = hour == one
        middle = np.median(off[rows], axis=0)
        deviation[one], usual[one] = middle - middle.mean(), np.median(differences[rows], axis=0)
        off[rows] -= deviation[one]
        unusual[rows] -= usual[one]
    slope = _slopes(hour, unusual, off)
    for one in seen:
        rows = hour == one
        noise[one] = SIGMA_PER_MAD * np.median(np.abs(off[rows] - unusual[rows] @ slope[one]), axis=0)
    return Shape(deviation, noise, Rise(usual, slope))


def _slopes(hour: NDArray[np.int64], unusual: Array, off: Array) -> Array:
    """Ridge regression (24, 2, steps) of deviations `off` (n, steps) on `unusual` differences (n, 2), each hour with its neighbours."""
    slope = np.zeros((HOURS, 2, off.shape[1]))
    penalty = RIDGE * float((unusual**2).mean()) if unusual.any() else 0.0
    for one in np.unique(hour) if penalty else ():
        near = np.abs(hour - one) <= 1
        x = unusual[near]
        slope[one] = np.linalg.solve(x.T @ x + penalty * np.eye(2), x.T @ off[near])
    return slope


def _whole_hours(frame: pl.DataFrame, tz: str, steps: int) -> tuple[NDArray[np.int64], Array, Array]:
    """The hours of `frame` with all their `steps`: local hour (n,), prices (n, steps), differences to the neighbours (n, 2)."""
    hours = (
        frame.sort("start")
        .group_by(pl.col("start").dt.truncate("1h"), maintain_order=True)
        .agg("price")
        .filter(pl.col("price").list.len() == steps)
        .with_columns(mean=pl.col("price").list.mean(), day=local_day("start", tz), hour=local_hour("start", tz).cast(pl.Int64))
    )
    adjoins = (pl.col("start").diff() == pl.duration(hours=1)) & (pl.col("day") == pl.col("day").shift())
    before = pl.when(adjoins).then(pl.col("mean").diff()).fill_null(0.0)
    hours = hours.with_columns(before=before).with_columns(after=pl.col("before").shift(-1).fill_null(0.0))
    return hours["hour"].to_numpy(), hours["price"].list.to_array(steps).to_numpy(), hours.select("before", "after").to_numpy()


def _differences(hourly: Array) -> Array:
    """By how much each of 24 hours is dearer than the one before, and the one after dearer than it, (24, 2); zero at the day's ends."""
    steps = np.concatenate([[0.0], np.diff(hourly), [0.0]])
    return np.column_stack([steps[:-1], steps[1:]])


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
