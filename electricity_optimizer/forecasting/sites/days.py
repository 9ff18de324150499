"""A meter as a table of days: one row a local day, one column a quarter hour of the wall clock.

People live by the wall clock, so a lag of a day is the row above. On the autumn day of 100 quarter hours the repeated hour holds the mean
of both; on the spring day the skipped hour is NaN.

What is known when the forecast for a day is issued is counted in half days: the issue is at gate closure, 12:00 on the day before, and
`age` says how many half days before that the readings end (0: they reach the gate closure, 1: the midnight before it ...).
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.timeline import interval_starts

Array = NDArray[np.float64]

MINUTES = 15
QUARTERS = 96
NOON = QUARTERS // 2
WORKDAY, SATURDAY, SUNDAY = 0, 1, 2
"""Kinds of days; a public holiday is a Sunday."""


@dataclasses.dataclass(frozen=True)
class MeterDays:
    """A metered power over days: `value`, its `prior` without history and `inputs` known ahead, all (days, 96) in kW or their own units.

    NaN is unknown. `kinds` (days,) says workday, Saturday or Sunday; `limit` is what the power can never exceed.
    """

    first_day: dt.date
    tz: str
    value: Array
    prior: Array
    inputs: Mapping[str, Array]
    kinds: NDArray[np.int64]
    limit: float = np.inf

    def __len__(self) -> int:
        return len(self.value)

    @property
    def last_day(self) -> dt.date:
        """The day of the last row: of a table from `known_for`, the day to forecast."""
        return self.first_day + dt.timedelta(days=len(self) - 1)

    @property
    def dark(self) -> NDArray[np.bool_]:
        """Where the prior is nothing: a sun that is down. The prior of a load is never nothing."""
        return np.asarray(self.prior == 0)

    def row(self, day: dt.date) -> int:
        """Row of `day`."""
        return (day - self.first_day).days

    def known_for(self, day: dt.date) -> Self:
        """The table as known when the forecast for `day` is issued: it ends with `day`, readings end at 12:00 on the day before."""
        end = self.row(day) + 1
        value = self.value[:end].copy()
        value[-1] = np.nan
        value[-2:-1, NOON:] = np.nan
        inputs = {name: values[:end] for name, values in self.inputs.items()}
        return dataclasses.replace(self, value=value, prior=self.prior[:end], inputs=inputs, kinds=self.kinds[:end])

    @property
    def first_reading(self) -> dt.date:
        """The first day of which anything was read, or the first of the table."""
        read = np.flatnonzero(np.isfinite(self.value).any(axis=1))
        return self.first_day + dt.timedelta(days=int(read[0]) if len(read) else 0)

    def tail(self, count: int) -> Self:
        """The last `count` days, or all where there are fewer."""
        cut = max(len(self) - count, 0)
        inputs = {name: values[cut:] for name, values in self.inputs.items()}
        first = self.first_day + dt.timedelta(days=cut)
        return dataclasses.replace(
            self, first_day=first, value=self.value[cut:], prior=self.prior[cut:], inputs=inputs, kinds=self.kinds[cut:]
        )

    def with_inputs(self, names: Sequence[str]) -> Self:
        """The table with these inputs only."""
        return dataclasses.replace(self, inputs={name: self.inputs[name] for name in names})

    @cached_property
    def age(self) -> int:
        """Half days between the gate closure of the last day and the end of the readings; without any, those since the first day."""
        halves = np.isfinite(self.value.reshape(len(self) * 2, NOON)).mean(axis=1) >= 0.5
        known = np.flatnonzero(halves)
        reach = int(known[-1]) + 1 if len(known) else 0
        return max(2 * len(self) - 3 - reach, 0)

    @cached_property
    def days_known(self) -> int:
        """Days of which at least three quarters are known."""
        return int((np.isfinite(self.value).mean(axis=1) >= 0.75).sum())

    def steps(self, clock: Array) -> Array:
        """Values of the wall clock (..., 96) at the 92, 96 or 100 quarter hours of the last day."""
        return clock[..., clock_quarters(pl.Series(interval_starts(self.last_day, self.tz, MINUTES)), self.tz)]


def meter_days(
    frame: pl.DataFrame,
    tz: str,
    span: tuple[dt.date, dt.date],
    is_holiday: Callable[[dt.date], bool],
    inputs: Sequence[str] = (),
    limit: float = np.inf,
) -> MeterDays:
    """Table of the days of `span` from `frame` (start UTC in quarter hours, value, prior and `inputs`); what it lacks is NaN."""
    first, last = span
    count = (last - first).days + 1
    local = frame["start"].dt.convert_time_zone(tz).dt.date()
    inside = frame.filter((local >= first) & (local <= last))
    rows = (inside["start"].dt.convert_time_zone(tz).dt.date() - first).dt.total_days().to_numpy()
    cells = rows * QUARTERS + clock_quarters(inside["start"], tz)
    tables = {name: _mean_by_cell(cells, inside[name].cast(pl.Float64).to_numpy(), count) for name in ("value", "prior", *inputs)}
    days = [first + dt.timedelta(days=k) for k in range(count)]
    kinds = np.array([SUNDAY if is_holiday(day) else {5: SATURDAY, 6: SUNDAY}.get(day.weekday(), WORKDAY) for day in days])
    return MeterDays(first, tz, tables["value"], tables["prior"], {name: tables[name] for name in inputs}, kinds, limit)


def clock_quarters(starts: pl.Series, tz: str) -> NDArray[np.int64]:
    """Quarter hour 0..95 of the wall clock in `tz` of each UTC start."""
    wall = starts.dt.convert_time_zone(tz).dt
    return np.asarray(wall.hour().to_numpy().astype(np.int64) * 4 + wall.minute().to_numpy() // MINUTES, dtype=np.int64)


def _mean_by_cell(cells: NDArray[np.int64], values: Array, count: int) -> Array:
    known = np.isfinite(values)
    total, number = (np.bincount(cells[known], weights, count * QUARTERS) for weights in (values[known], None))
    table = np.full(count * QUARTERS, np.nan)
    np.divide(total, number, out=table, where=number > 0)
    return table.reshape(count, QUARTERS)
