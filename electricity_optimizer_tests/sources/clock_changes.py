"""The days of 2020 to 2027 on which a clock changes: of 23 and of 25 hours."""

import datetime as dt
from functools import cache

from electricity_optimizer.timeline import delivery_days, interval_count

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2027, 12, 31)


@cache
def clock_changes(tz: str) -> tuple[dt.date, ...]:
    """Both days of each year in `tz`, 16 in all; none where the clock never changes."""
    return tuple(day for day in delivery_days(FIRST, LAST) if interval_count(day, tz, 60) != 24)
