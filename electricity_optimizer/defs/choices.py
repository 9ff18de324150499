"""What becomes of the delivery days of a zone, from what the warehouse holds: the ingest asks on where nothing may be published."""

import datetime as dt
from collections.abc import Sequence

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.choice import WINDOW_DAYS, Choice, choose
from electricity_optimizer.market.euros import EURO, RATE_DAYS
from electricity_optimizer.warehouse import Warehouse

ONE_DAY = dt.timedelta(days=1)


def choices(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> list[Choice]:
    """What becomes of each day of the window, from the record and what was published in the fortnight before."""
    rates = None
    if place.currency != EURO:
        rates = house.records("exchange_rate_record", place.currency, first - RATE_DAYS * ONE_DAY, last)
    return choose(
        house.records("price_record", place.key, first, last),
        zone=place,
        first=first,
        last=last,
        rates=rates,
        published=house.read("prices", place.key, first - WINDOW_DAYS * ONE_DAY, first - ONE_DAY),
    )


def refused_days(house: Warehouse, place: Zone, days: Sequence[dt.date]) -> set[dt.date]:
    """Of `days` those for which the record has answers, and none that may be published."""
    return {choice.day for choice in choices(house, place, min(days), max(days)) if choice.frame is None} & set(days)
