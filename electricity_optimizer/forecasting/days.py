"""The table every forecast is made from: delivery days by 24 local hours, prices and known-ahead inputs.

Models see a day as 24 wall-clock hours, because people and power plants live by them. The hour that is missing in spring is the
mean of its neighbours, the doubled hour of autumn is the mean of both. What a model may know is cut here, once: `known_for`
ends the table with the day to forecast, whose inputs are known and whose price is not. A model never gets a longer table, so it
cannot look ahead.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import local_day, local_hour

Array = NDArray[np.float64]
HOURS = 24


@dataclasses.dataclass(frozen=True)
class DayTable:
    """Consecutive delivery days from `first_day` on.

    `price` is (days, 24) in currency per MWh, each of `inputs` is (days, 24) in its own unit. A missing value is NaN, never zero.
    """

    first_day: dt.date
    price: Array
    inputs: Mapping[str, Array] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.price)

    @property
    def last_day(self) -> dt.date:
        """The last day that has a row."""
        return self.first_day + dt.timedelta(days=len(self) - 1)

    @property
    def days(self) -> list[dt.date]:
        """Every day that has a row, ascending."""
        return [self.first_day + dt.timedelta(days=k) for k in range(len(self))]

    def row(self, day: dt.date) -> int:
        """Row of `day`. Raises InputError for a day outside the table."""
        offset = (day - self.first_day).days
        if not 0 <= offset < len(self):
            raise InputError(f"day {day} is not in the table", where="day", remedy=f"it holds {self.first_day} to {self.last_day}")
        return offset

    def price_of(self, day: dt.date) -> Array:
        """The 24 prices of `day`; NaN where unknown or outside the table."""
        offset = (day - self.first_day).days
        return self.price[offset] if 0 <= offset < len(self) else np.full(HOURS, np.nan)

    def reaching(self, day: dt.date) -> "DayTable":
        """The same table with rows up to `day`; new rows are unknown."""
        missing = (day - self.last_day).days
        if missing <= 0:
            return self
        unknown = np.full((missing, HOURS), np.nan)
        inputs = {name: np.vstack([values, unknown]) for name, values in self.inputs.items()}
        return DayTable(self.first_day, np.vstack([self.price, unknown]), inputs)

    def known_for(self, day: dt.date) -> "DayTable":
        """What is known when `day` is forecast at gate closure: prices up to the day before, inputs up to `day` itself.

        The last row is `day`, its price is NaN. Raises InputError for a day before the table.
        """
        table = self.reaching(day)
        end = table.row(day) + 1
        price = table.price[:end].copy()
        price[-1] = np.nan
        return DayTable(self.first_day, price, {name: values[:end] for name, values in table.inputs.items()})

    def with_price(self, day: dt.date, hourly: Array) -> "DayTable":
        """The same table with `hourly` (24,) as the price of `day`: to go on from one's own forecast."""
        table = self.reaching(day)
        price = table.price.copy()
        price[table.row(day)] = hourly
        return dataclasses.replace(table, price=price)


def day_table(frame: pl.DataFrame, tz: str | None, *, price: str = "price", inputs: Sequence[str] | None = None) -> DayTable:
    """Day table from rows of `start` (interval start), a price column and input columns; any resolution, even a mixed one.

    `start` is UTC and `tz` names the market's time zone, or `start` is naive local time of 24-hour days and `tz` is None. Every
    other numeric column is an input unless `inputs` names them. An hour is the mean of its known values; null and NaN are unknown.
    Raises InputError for a missing column, no rows, a start that comes twice, or a clock that does not fit `tz`.
    """
    names = (
        [name for name in frame.columns if name not in {"start", price} and frame[name].dtype.is_numeric()] if inputs is None else inputs
    )
    _check_columns(frame, ["start", price, *names])
    _check_clock(frame["start"], tz)
    hour = local_hour("start", tz) if tz else pl.col("start").dt.hour()
    day = local_day("start", tz) if tz else pl.col("start").dt.date()
    values = [pl.col(name).cast(pl.Float64).fill_nan(None).implode().list.mean() for name in (price, *names)]
    hourly = frame.group_by(day.alias("day"), hour.cast(pl.Int64).alias("hour"), maintain_order=True).agg(values)
    first, last = hourly["day"].min(), hourly["day"].max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    offsets = (hourly["day"] - first).dt.total_days().to_numpy()
    grids = {name: _grid(hourly, name, offsets, (last - first).days + 1) for name in (price, *names)}
    return DayTable(first, grids.pop(price), grids)


def _grid(hourly: pl.DataFrame, name: str, offsets: NDArray[np.int64], days: int) -> Array:
    grid = np.full((days, HOURS), np.nan)
    grid[offsets, hourly["hour"].to_numpy()] = hourly[name].to_numpy()
    return _bridge_single_hours(grid)


def _bridge_single_hours(grid: Array) -> Array:
    """Fill an hour whose two neighbours are known: the hour that the spring day does not have (and no longer hole)."""
    flat = grid.ravel()
    middle = flat[1:-1]
    lone = np.isnan(middle) & np.isfinite(flat[:-2]) & np.isfinite(flat[2:])
    middle[lone] = (flat[:-2][lone] + flat[2:][lone]) / 2
    return grid


def _check_columns(frame: pl.DataFrame, needed: Sequence[str]) -> None:
    for name in needed:
        if name not in frame.columns:
            raise InputError(f"column '{name}' is missing", where=name, remedy=f"the columns are {', '.join(frame.columns)}")
        if name != "start" and not (frame[name].dtype.is_numeric() or frame[name].dtype == pl.Null):
            raise InputError(f"column '{name}' holds {frame[name].dtype}, not numbers", where=name, remedy="correct or drop it")
    if frame.is_empty():
        raise InputError("there are no rows", where="start", remedy="give at least one day")


def _check_clock(start: pl.Series, tz: str | None) -> None:
    dtype = start.dtype
    if not isinstance(dtype, pl.Datetime):
        raise InputError(f"start holds {dtype}, not times", where="start", remedy="parse it to a datetime first")
    if (dtype.time_zone is None) != (tz is None):
        clock = "naive" if dtype.time_zone is None else f"in {dtype.time_zone}"
        raise InputError(
            f"start is {clock} and the time zone is {tz}", where="start", remedy="UTC needs a zone, naive local time needs None"
        )
    if start.null_count():
        raise InputError(f"{start.null_count()} rows have no time", where="start", remedy="drop or correct them")
    twice = start.filter(start.is_duplicated())
    if len(twice):
        raise InputError(f"the start {twice[0]} comes twice", where="start", remedy="keep one row of each interval")
