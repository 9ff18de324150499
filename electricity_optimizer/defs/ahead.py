"""How far a run reaches beyond its partitions: the week ahead has weather, features and forecasts, and no partition yet.

The partitions end with tomorrow, whose prices are published today. What is known of the days after is published under their own date by
the runs up to today or tomorrow; a backfill of the past looks no further than its own days.
"""

import datetime as dt

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.timeline import delivery_day

HORIZON_DAYS = 7
"""So many days are forecast: the day ahead and six more."""


def is_live(desk: Desk, place: Zone, last: dt.date) -> bool:
    """Whether a run up to the delivery day `last` is about the present: today or later."""
    return last >= delivery_day(desk.now(), place.tz)


def last_ahead(desk: Desk, place: Zone, last: dt.date) -> dt.date:
    """The last delivery day about which a run up to `last` says anything; `HORIZON_DAYS` beyond tomorrow's for a live one.

    When tomorrow's price is known the day ahead is the one after, so that the seventh day lies eight days from today.
    """
    if not is_live(desk, place, last):
        return last
    return max(last, delivery_day(desk.now(), place.tz) + dt.timedelta(days=HORIZON_DAYS + 1))
