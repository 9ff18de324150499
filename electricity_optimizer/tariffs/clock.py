"""The wall clock of a series of intervals: month, kind of day and minute of the day, as rules of tariffs name them.

An instant is judged by its own local date and time: the hours after midnight of a window from 22:00 to 06:00 belong to the day they lie
in. The repeated hour of autumn has its clock times twice, the missing hour of spring never.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.errors import InputError

Period = Literal["day", "month"]
"""Over what use is counted: the local calendar day or month."""

DAY = 24 * 60
MICROSECONDS = 60_000_000
"""Of a minute."""

HOLIDAY = 7
"""Kind of day of a public holiday; 0 to 6 are Monday to Sunday that are none."""

Integers = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Clock:
    """Intervals of `minutes` from `starts` (UTC, ascending) on the clock of `tz`; `country` is the one whose holidays count, if any.

    `minutes` is None where one start alone does not tell the length.
    """

    starts: pl.Series
    tz: str
    country: str | None
    minutes: int | None

    @classmethod
    def of(cls, starts: pl.Series, tz: str, country: str | None) -> "Clock":
        """The clock of `starts`; the length of an interval is the shortest distance of two starts."""
        shortest = int(np.diff(starts.to_physical().to_numpy()).min()) if len(starts) > 1 else None
        return cls(starts, tz, country, None if shortest is None else shortest // MICROSECONDS)

    def between(self, begin: int, end: int) -> "Clock":
        """The clock of the intervals `begin` to `end`, the last one left out."""
        return Clock(self.starts[begin:end], self.tz, self.country, self.minutes)

    @cached_property
    def local(self) -> pl.Series:
        """Starts as local times."""
        return self.starts.dt.convert_time_zone(self.tz)

    @cached_property
    def days(self) -> pl.Series:
        """Local dates."""
        return self.local.dt.date()

    @cached_property
    def months(self) -> Integers:
        """Months, 0 to 11."""
        return self.local.dt.month().cast(pl.Int64).to_numpy() - 1

    @cached_property
    def minute_of_day(self) -> Integers:
        """Minutes since 00:00 that the clock shows, 0 to 1439."""
        return (self.local.dt.hour().cast(pl.Int64) * 60 + self.local.dt.minute()).to_numpy()

    @cached_property
    def kinds_of_day(self) -> Integers:
        """0 to 6 for Monday to Sunday, HOLIDAY on public holidays of the country."""
        kinds = self.local.dt.weekday().cast(pl.Int64).to_numpy() - 1
        if self.country is None:
            return kinds
        found = self.days.unique()
        free = found.filter(pl.Series([is_holiday(self.country, day) for day in found.to_list()], dtype=pl.Boolean))
        return np.where(self.days.is_in(free.implode()).to_numpy(), HOLIDAY, kinds)

    def periods(self, period: Period) -> Integers:
        """A number for the local day or month of each interval, the same within one and ascending."""
        if period == "day":
            return self.days.cast(pl.Int32).cast(pl.Int64).to_numpy()
        return (self.local.dt.year().cast(pl.Int64) * 12).to_numpy() + self.months

    @cached_property
    def days_in_month(self) -> Integers:
        """Length of the month of each interval in days."""
        return self.days.dt.month_end().dt.day().cast(pl.Int64).to_numpy()

    def fits(self, boundaries: Sequence[int], what: str) -> None:
        """Raise InputError where one of `boundaries` (minutes of the day) lies inside an interval: it would have two prices."""
        lengths = self._lengths
        for edge in boundaries:
            inside = (edge - self.minute_of_day) % DAY
            held = np.flatnonzero((inside > 0) & (inside < lengths))
            if len(held):
                raise InputError(
                    f"the interval of {lengths[held[0]]} min from {self.starts[int(held[0])].isoformat()} holds a change of price at "
                    f"{clock_time(edge)}",
                    where=what,
                    remedy="give the series at a resolution that begins an interval there",
                )

    @cached_property
    def _lengths(self) -> Integers:
        """Minutes of each interval: until the next begins, or as long as the one before where that is shorter (a gap follows)."""
        if len(self.starts) < 2:
            return np.full(len(self.starts), self.minutes or 0)
        distance = np.diff(self.starts.to_physical().to_numpy()) // MICROSECONDS
        return np.asarray(np.minimum(np.append(distance, distance[-1]), np.insert(distance, 0, distance[0])))


def days_of_month(day: dt.date) -> int:
    """How many days the month of `day` has."""
    return calendar.monthrange(day.year, day.month)[1]


def clock_time(minute: int) -> str:
    """Minutes of the day as HH:MM.

    >>> clock_time(1350)
    '22:30'
    """
    return f"{minute // 60:02}:{minute % 60:02}"
