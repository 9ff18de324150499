"""From the wall clock of a site to steps of a delivery day of 92, 96 or 100 quarter hours."""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from electricity_optimizer.catalog.site_devices import WEEKDAYS, Weekday
from electricity_optimizer.timeline import UTC, UTC_DTYPE, day_start, interval_count, interval_starts

STEP_MINUTES = 15


def day_steps(day: dt.date, tz: str) -> pl.Series:
    """UTC starts of the quarter hours of the local `day`, named `start`."""
    return pl.Series("start", interval_starts(day, tz, STEP_MINUTES), dtype=UTC_DTYPE)


def weekday(day: dt.date) -> Weekday:
    """Its name as the catalogue writes it."""
    return WEEKDAYS[day.weekday()]


def opening_step(day: dt.date, minutes: int, tz: str) -> int:
    """First step that begins at or after the wall clock `minutes` after midnight; the earlier one where autumn repeats the hour."""
    return -(-_elapsed(day, minutes, tz, fold=0) // STEP_MINUTES)


def closing_step(day: dt.date, minutes: int, tz: str) -> int:
    """End (exclusive) of the last step over by the wall clock `minutes`; the later one where autumn repeats the hour."""
    return _elapsed(day, minutes, tz, fold=1) // STEP_MINUTES


def _elapsed(day: dt.date, minutes: int, tz: str, fold: int) -> int:
    """Real minutes from local midnight to the wall clock; a time that spring skips counts as the end of the gap."""
    if minutes == 1440:
        return interval_count(day, tz, 1)
    wall = dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60, fold=fold), ZoneInfo(tz))
    instant = wall.astimezone(UTC)
    if instant.astimezone(ZoneInfo(tz)).replace(tzinfo=None) != wall.replace(tzinfo=None):
        instant = _after_gap(wall)
    return int((instant - day_start(day, tz)).total_seconds()) // 60


def _after_gap(wall: dt.datetime) -> dt.datetime:
    """The instant at which the clock jumps over `wall`: its skipped time shrinks to nothing."""
    before, after = wall.replace(fold=0).utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    late, early = wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    instant = early
    while instant < late and instant.astimezone(wall.tzinfo).utcoffset() == min(before, after):
        instant += dt.timedelta(minutes=1)
    return instant
