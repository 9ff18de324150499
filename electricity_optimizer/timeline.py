"""Delivery days, market time units and DST: the only place that does calendar arithmetic.

An instant is an aware UTC `datetime`. A delivery day is the local day of a zone's market, keyed by its local date; it has 23, 24
or 25 hours. To walk a day, local midnight is converted to UTC once and the walk goes on in UTC: adding to a zone-aware local
time is wrong on both DST days.
"""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.instants import aware

UTC = dt.UTC
UTC_DTYPE = pl.Datetime("us", "UTC")


def day_start(day: dt.date, tz: str) -> dt.datetime:
    """UTC instant at which the local `day` begins in `tz`.

    >>> day_start(dt.date(2026, 3, 29), "Europe/Berlin").isoformat()
    '2026-03-28T23:00:00+00:00'
    """
    return dt.datetime.combine(day, dt.time(), ZoneInfo(tz)).astimezone(UTC)


def day_bounds(day: dt.date, tz: str) -> tuple[dt.datetime, dt.datetime]:
    """Half-open UTC bounds of the local `day` in `tz`."""
    return day_start(day, tz), day_start(day + dt.timedelta(days=1), tz)


def range_bounds(first: dt.date, last: dt.date, tz: str) -> tuple[dt.datetime, dt.datetime]:
    """Half-open UTC bounds of the local days `first` to `last`, both included."""
    return day_start(first, tz), day_start(last + dt.timedelta(days=1), tz)


def interval_count(day: dt.date, tz: str, minutes: int) -> int:
    """Number of market time units of `minutes` in the local `day`: 92, 96 or 100 at 15 minutes.

    >>> interval_count(dt.date(2025, 10, 26), "Europe/Berlin", 15)
    100
    """
    start, end = day_bounds(day, tz)
    return int((end - start) / dt.timedelta(minutes=minutes))


def interval_starts(day: dt.date, tz: str, minutes: int) -> list[dt.datetime]:
    """UTC starts of the market time units of the local `day`, ascending."""
    start, _ = day_bounds(day, tz)
    return [start + dt.timedelta(minutes=minutes * k) for k in range(interval_count(day, tz, minutes))]


def grid(start: dt.datetime, end: dt.datetime, minutes: int) -> pl.Series:
    """UTC starts of all intervals in `[start, end)` as a polars series named `start`."""
    return pl.datetime_range(start, end, f"{minutes}m", closed="left", time_unit="us", eager=True).rename("start")


def delivery_day(instant: dt.datetime, tz: str) -> dt.date:
    """The local day in `tz` that holds `instant`; a naive instant raises InputError."""
    return aware(instant).astimezone(ZoneInfo(tz)).date()


def delivery_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days `first` to `last`, both included; nothing when `last` lies before `first`."""
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def local_day(column: str, tz: str) -> pl.Expr:
    """Expression: the delivery day of a UTC column."""
    return pl.col(column).dt.convert_time_zone(tz).dt.date()


def local_hour(column: str, tz: str) -> pl.Expr:
    """Expression: the wall-clock hour 0..23 of a UTC column (the repeated autumn hour shares its number)."""
    return pl.col(column).dt.convert_time_zone(tz).dt.hour()


def gate_closure(day: dt.date, tz: str) -> dt.datetime:
    """UTC instant of the day-ahead gate closure for delivery `day`: 12:00 local on the day before (SDAC)."""
    return dt.datetime.combine(day - dt.timedelta(days=1), dt.time(12), ZoneInfo(tz)).astimezone(UTC)


def parse_day(text: str, where: str = "day") -> dt.date:
    """Local date from YYYY-MM-DD. Raises InputError otherwise."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{text}' is not a day", where=where, remedy="write it like 2026-05-04") from None


def floor(instant: dt.datetime, minutes: int) -> dt.datetime:
    """`instant` floored to a multiple of `minutes` since the epoch."""
    seconds = minutes * 60
    return dt.datetime.fromtimestamp(int(instant.timestamp()) // seconds * seconds, UTC)
