"""A backtest at the market time unit: the hourly forecasts made finer as production does it, and measured against the finer prices.

Each day takes the shape learnt from the units known before it (`shape.py`, as `published.forecast_rows`). The naive is that of the unit
itself: the same quarter hour yesterday or a week ago. Days stand on the local clock like those of a `DayTable`: the hour that spring
skips is bridged, the doubled hour of autumn is the mean of both. Where a file changes its unit, a day has its own, and a longer
one is repeated in the shorter steps, so that every hour weighs the same.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.accuracy import score
from electricity_optimizer.forecasting.backtest import ModelResult, Request
from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable, day_table
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.shape import Shape, learn_shape
from electricity_optimizer.timeline import day_start, local_day

_AS_UTC = "UTC"
"""Naive local time of 24-hour days is read as if it were UTC: its days begin at its own midnights."""


@dataclasses.dataclass(frozen=True)
class UnitTable:
    """Prices of a zone by market time unit: `price` (days, 24, steps) from `first_day` on, `minutes` of each day's own unit (days,).

    `frame` are the same rows as `start` (UTC) and `price`, `tz` the market's time zone.
    """

    first_day: dt.date
    price: Array
    minutes: tuple[int, ...]
    frame: pl.DataFrame
    tz: str

    @property
    def steps(self) -> int:
        """Steps of an hour at the shortest unit of the file."""
        return int(self.price.shape[2])

    def price_of(self, day: dt.date) -> Array:
        """Prices (24, steps) of `day`; NaN outside the table."""
        row = (day - self.first_day).days
        return self.price[row] if 0 <= row < len(self.price) else np.full((HOURS, self.steps), np.nan)

    def minutes_of(self, day: dt.date) -> int:
        """The market time unit of `day`."""
        return self.minutes[(day - self.first_day).days]

    def shape_before(self, day: dt.date) -> Shape:
        """The shape of the units as known before `day`, in steps of the table; flat on a day of hours."""
        minutes = self.minutes_of(day)
        if minutes == 60:
            return Shape.flat(60 // self.steps)
        shape = learn_shape(self.frame, self.tz, before=day_start(day, self.tz), minutes=minutes)
        return shape.finer(self.steps * minutes // 60)


def unit_table(frame: pl.DataFrame, tz: str | None) -> UnitTable:
    """Table of rows of `start` (UTC, or naive with `tz` None) and `price`, every hour tiled evenly by its own steps."""
    if tz is None:
        frame, tz = frame.with_columns(pl.col("start").dt.replace_time_zone(_AS_UTC)), _AS_UTC
    hours = (
        frame.sort("start")
        .group_by(pl.col("start").dt.truncate("1h"), maintain_order=True)
        .agg("price")
        .with_columns(count=pl.col("price").list.len().cast(pl.Int64), day=local_day("start", tz))
    )
    most = hours["count"].to_numpy().max()
    by_step = [
        day_table(hours.select("start", pl.col("price").list.get(step * pl.col("count") // most)), tz, inputs=()) for step in range(most)
    ]
    days = hours.group_by("day", maintain_order=True).agg(minutes=60 // pl.col("count").max())
    price = np.stack([table.price for table in by_step], axis=-1)
    return UnitTable(by_step[0].first_day, price, tuple(days["minutes"].to_list()), frame.select("start", "price"), tz)


def at_units(units: UnitTable, request: Request, results: Mapping[str, ModelResult]) -> dict[str, ModelResult]:
    """The hourly `results` at the market time units: point (days, 24 * steps), quantiles (days, 19, 24 * steps), measures at that step."""
    shapes = [units.shape_before(day) for day in request.days]
    actual = np.array([units.price_of(day).ravel() for day in request.days])
    naive = naive_units(units, request)
    finer = {}
    for name, result in results.items():
        own = naive if name == Naive.name else None
        point, quantiles = _finer(shapes, result, own)
        measures = dict(result.measures) | score(actual, point, quantiles, naive)
        finer[name] = dataclasses.replace(result, point=point, quantiles=quantiles, measures=measures)
    return finer


def naive_units(units: UnitTable, request: Request) -> Array:
    """The naive forecast (days, 24 * steps) of each unit: the same unit yesterday or a week ago."""
    return np.array([units.price_of(day - dt.timedelta(days=naive_lag(day))).ravel() for day in request.days])


def hourly_naive(table: DayTable, request: Request) -> Array:
    """The same by the hour (days, 24)."""
    return np.array([table.price_of(day - dt.timedelta(days=naive_lag(day))) for day in request.days])


def _finer(shapes: list[Shape], result: ModelResult, own: Array | None) -> tuple[Array, Array]:
    """Point and quantiles of each day by its shape; `own` is a point that has its units already: the band goes around it."""
    points, bands = [], []
    for row, (shape, hourly, quantiles) in enumerate(zip(shapes, result.point, result.quantiles, strict=True)):
        of_day = shape.following(hourly)
        point = hourly[:, None] + of_day.deviation
        band = of_day.band(hourly, quantiles, LEVELS)
        if own is not None:
            band = band + (own[row].reshape(point.shape) - point)
            point = own[row]
        points.append(point.ravel())
        bands.append(band.reshape(len(LEVELS), -1))
    return np.array(points), np.array(bands)
