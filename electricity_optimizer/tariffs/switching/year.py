"""A year in quarter hours: its days, the market prices of each, and what a site takes from and gives to the grid.

Days are also seen by the wall clock, as rows of 96 quarter hours, so that the prices of one day can be put in the place of another's:
the hour that spring skips takes the value before it, the hour that autumn repeats the mean of both.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import delivery_days, grid, range_bounds

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

STEP_MINUTES = 15
HOURS = STEP_MINUTES / 60
QUARTERS = 96
DAYS = 365
LEAST_DAYS = 28
"""Fewer days of prices are no year, however they are stretched."""
SPRING_QUARTERS = 92


@dataclass(frozen=True)
class YearSteps:
    """The quarter hours of the local days `first` to `last` in `tz`."""

    first: dt.date
    last: dt.date
    tz: str

    @cached_property
    def starts(self) -> pl.Series:
        """UTC starts, ascending, named `start`."""
        return grid(*range_bounds(self.first, self.last, self.tz), STEP_MINUTES)

    @cached_property
    def days(self) -> list[dt.date]:
        """The local days."""
        return list(delivery_days(self.first, self.last))

    @cached_property
    def day(self) -> Indices:
        """Index of the day of each step."""
        local = self.starts.dt.convert_time_zone(self.tz).dt.date().to_numpy().astype("datetime64[D]")
        return np.asarray((local - np.datetime64(self.first)).astype(np.int64), dtype=np.int64)

    @cached_property
    def quarter(self) -> Indices:
        """Quarter hour of the wall clock of each step, 0..95."""
        local = self.starts.dt.convert_time_zone(self.tz)
        return np.asarray(local.dt.hour().to_numpy().astype(np.int64) * 4 + local.dt.minute().to_numpy() // STEP_MINUTES)

    @cached_property
    def month(self) -> Indices:
        """Number of the calendar month of each day, ascending from 0: the 365 days touch twelve or thirteen."""
        months = np.array([day.year * 12 + day.month for day in self.days])
        return np.asarray(months - months[0])

    def by_day(self, values: Array) -> Array:
        """Sums by day of `values` by step."""
        return np.bincount(self.day, weights=values, minlength=len(self.days)).astype(np.float64)

    def table(self, values: Array) -> Array:
        """(days, 96): sums of `values` by day and quarter hour of the wall clock."""
        place = self.day * QUARTERS + self.quarter
        sums = np.bincount(place, weights=values, minlength=len(self.days) * QUARTERS).astype(np.float64)
        return sums.reshape(-1, QUARTERS)

    def means(self, values: Array) -> Array:
        """(days, 96): means of `values` by day and quarter hour of the wall clock; a skipped one takes the value before it."""
        sums, counts = self.table(values), self.table(np.ones(len(values)))
        return _filled(np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0))

    def frame(self, price_eur_mwh: Array) -> pl.DataFrame:
        """A market series over these steps: start, price_eur_mwh."""
        return self.starts.to_frame().with_columns(pl.Series("price_eur_mwh", price_eur_mwh))


@dataclass(frozen=True)
class Usage:
    """What a site does in a year: kWh by step at the meter, and by day what no meter shows.

    `wear` of its devices in currency; `stored` (days, 2): kWh at the terminal that its stores hold when the day begins and when it ends;
    `planned`: the days that were really planned.
    """

    import_kwh: Array
    export_kwh: Array
    wear: Array
    stored: Array
    planned: NDArray[np.bool_]

    def off_the_bill(self, stored_value: Array) -> Array:
        """Currency by day that no bill shows: wear, and energy taken from the stores; `stored_value` (days,) per kWh at each day's end."""
        before = np.concatenate([stored_value[:1], stored_value[:-1]])
        return np.asarray(self.wear + before * self.stored[:, 0] - stored_value * self.stored[:, 1])


@dataclass(frozen=True)
class PriceDays:
    """Market prices by the wall clock: `prices` (n, 96) in EUR per MWh of the whole `days`, ascending."""

    days: tuple[dt.date, ...]
    prices: Array

    @cached_property
    def row(self) -> dict[dt.date, int]:
        """Where a day stands."""
        return {day: k for k, day in enumerate(self.days)}


def price_days(market: pl.DataFrame, tz: str) -> PriceDays:
    """The whole days of `market` (start UTC, resolution_minutes, price_eur_mwh) at any resolution, also a changing one.

    Raises InputError where fewer than 28 days are whole.
    """
    known = _quarters(market).drop_nulls()
    local = pl.col("start").dt.convert_time_zone(tz)
    clock = known.select(local.dt.date().alias("day"), (local.dt.hour().cast(pl.Int64) * 4 + local.dt.minute() // 15).alias("q"), "price")
    means = clock.group_by("day", "q").agg(pl.col("price").mean())
    days = means["day"].unique().sort()
    table = np.full((len(days), QUARTERS), np.nan)
    table[days.search_sorted(means["day"]).to_numpy(), means["q"].to_numpy()] = means["price"].to_numpy()
    whole = np.isfinite(table).sum(axis=1)
    skipped = np.isfinite(table[:, 0]) & (whole == SPRING_QUARTERS) & np.array([_springs(day, tz) for day in days], dtype=bool)
    keep = (whole == QUARTERS) | skipped
    if keep.sum() < LEAST_DAYS:
        what = f"{int(keep.sum())} whole days of prices are known, {LEAST_DAYS} are needed"
        raise InputError(what, where="prices", remedy="backfill the prices of the year before")
    return PriceDays(tuple(day for day, kept in zip(days, keep, strict=True) if kept), _filled(table[keep]))


def year_prices(known: PriceDays, market: pl.DataFrame, steps: YearSteps) -> tuple[pl.DataFrame, int]:
    """The market of the year (start, price_eur_mwh) and how many of its days were known.

    A day without prices takes those of the known day of its weekday that is nearest in the season, of any year.
    """
    rows = np.array([known.row.get(day, -1) for day in steps.days])
    stand_ins = np.array([row if row >= 0 else _stand_in(known, day) for day, row in zip(steps.days, rows, strict=True)])
    price = known.prices[stand_ins[steps.day], steps.quarter]
    exact = steps.starts.to_frame().join(_quarters(market), on="start", how="left", maintain_order="left")["price"].fill_null(np.nan)
    as_sent = np.isfinite(exact.to_numpy()) & (rows[steps.day] >= 0)
    return steps.frame(np.where(as_sent, exact.to_numpy(), price)), int((rows >= 0).sum())


def season_distance(one: dt.date, other: dt.date) -> int:
    """Days between two dates of the year, whatever the years: 0 to 182."""
    apart = abs(one.timetuple().tm_yday - other.timetuple().tm_yday)
    return min(apart, DAYS - apart) if apart <= DAYS else 0


def _filled(table: Array) -> Array:
    """Each unknown value of a day replaced by the one before it."""
    forward = pl.DataFrame(table.T).fill_nan(None).fill_null(strategy="forward").to_numpy().T
    return np.ascontiguousarray(forward, dtype=np.float64)


def _stand_in(known: PriceDays, day: dt.date) -> int:
    alike = [k for k, other in enumerate(known.days) if other.weekday() == day.weekday()]
    return min(alike, key=lambda k: (season_distance(known.days[k], day), abs((known.days[k] - day).days)))


def _springs(day: dt.date, tz: str) -> bool:
    start, end = range_bounds(day, day, tz)
    return end - start == dt.timedelta(hours=23)


def _quarters(market: pl.DataFrame) -> pl.DataFrame:
    """start, price of each quarter hour: an hourly price holds for its four."""
    parts = pl.int_ranges(0, pl.col("resolution_minutes") // STEP_MINUTES)
    split = market.select("start", pl.col("price_eur_mwh").alias("price"), part=parts).explode("part", empty_as_null=False)
    return split.select((pl.col("start") + pl.duration(minutes=STEP_MINUTES * pl.col("part"))).alias("start"), "price")
