"""The schedules of a rate expanded to hours: which period holds when, by the clock on the customer's wall.

Each hour of a local day takes the column of its own clock hour, so a day of 23 hours skips a column and the repeated hour of autumn
takes its column twice. Rates know weekdays and weekends only. On a public holiday of the United States the weekend schedule holds where
the rate's comments say so or the subscription does; which of the holidays a utility keeps is in its own papers, so all nation-wide ones
are taken, on the days they are observed.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.sources.parts.urdb_rate import Rate
from electricity_optimizer.timeline import interval_starts

Holidays = Literal["", "weekend", "schedule"]

_SAID = re.compile(
    r"weekends?\s*(?:,|&|and|or|/)+\s*(?:\w+\s+){0,3}holidays?"
    r"|holidays?\b[^.|]{0,60}\b(?:weekends?|sundays?|off-?\s?peak)"
    r"|off-?\s?peak\b[^.|]{0,60}\bholidays?"
    r"|(?:exclud\w+|except\w*|exclusive of|other than|not)\s+(?:\w+\s+){0,4}holidays?",
    re.IGNORECASE,
)


class Hour(NamedTuple):
    """An hour that begins at the UTC instant `start`, on the local `day`, in `period`."""

    start: dt.datetime
    day: dt.date
    period: int


def hours(rate: Rate, days: Iterable[dt.date], tz: str, *, holidays: Holidays = "") -> list[Hour]:
    """The hours of the local `days` in `tz`, ascending as the days are. `holidays` empty: as the rate's comments say."""
    clock = ZoneInfo(tz)
    weekend_too = holidays_are_weekend(rate) if not holidays else holidays == "weekend"
    found = []
    for day in days:
        free = day.weekday() >= 5 or (weekend_too and is_holiday("US", day))
        row = (rate.energyweekendschedule if free else rate.energyweekdayschedule)[day.month - 1]
        found += [Hour(start, day, row[start.astimezone(clock).hour]) for start in interval_starts(day, tz, 60)]
    return found


def holidays_are_weekend(rate: Rate) -> bool:
    """Whether the comments on energy say that holidays go with the weekend ("weekends and holidays are off-peak")."""
    return _SAID.search(rate.energycomments) is not None
