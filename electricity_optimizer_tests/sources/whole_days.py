"""What every adapter of day-ahead prices must give: whole delivery days, also those with 23 and 25 hours, with the very prices sent."""

import datetime as dt

from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.sources.asked import price

DAYS = ("2021-10-31", "2022-03-27", "2025-10-26", "2026-03-29", "2026-05-04")
"""Long and short days of hours and of quarter hours, and a plain one."""


def expect_whole_days(records, ask, *, minutes=None, value=price):
    """`records` tile the days of `ask` at the market time unit (or `minutes`) and carry the prices of `value`."""
    units = [
        (start, size)
        for day in ask.days
        for size in [minutes or ask.zone.resolution_on(day)]
        for start in interval_starts(day, ask.zone.tz, size)
    ]
    assert [record.start_utc for record in records] == [start for start, _ in units]
    assert [record.end_utc - record.start_utc for record in records] == [dt.timedelta(minutes=size) for _, size in units]
    assert [record.resolution_s for record in records] == [size * 60 for _, size in units]
    assert [record.price for record in records] == [value(start) for start, _ in units]
    assert [record.delivery_date for record in records] == [day for day in ask.days for _ in range(_count(units, ask, day))]
    assert {(record.area, record.source, record.currency) for record in records} == {(ask.zone.key, ask.source.key, "EUR")}


def _count(units, ask, day):
    starts = set(interval_starts(day, ask.zone.tz, 15))
    return sum(start in starts for start, _ in units)
