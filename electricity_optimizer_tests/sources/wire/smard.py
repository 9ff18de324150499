"""SMARD's files as it serves them: an index of weeks a series, and a file a week with null where nothing is known yet.

Price files are the traps that they really are: hours are means where the unit is a quarter, quarters repeat where it is an hour.
Quantities are energy: the `price` given is their mean power in MW.
"""

import datetime as dt
import re
from itertools import takewhile

import orjson

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.sources import smard
from electricity_optimizer.timeline import UTC, day_bounds, day_start, delivery_day, interval_starts
from electricity_optimizer_tests.sources.wire.intervals import Price

ZONE_OF = {number: key for key, number in smard.PRICES.items()}
FIRST_MONDAY = dt.date(2014, 12, 29)
LAST_MONDAY = dt.date(2027, 12, 27)
NOT_FOUND = (404, "text/html", b"<html><body>404</body></html>")


def answer(url: str, price: Price, *, last_monday: dt.date = LAST_MONDAY) -> tuple[int, str, bytes]:
    """Status, content type and body for a file; `last_monday` is that of the newest week."""
    found = re.search(r"/(\d+)/([^/]+)/(?:index|\d+_[^/]+?)_(hour|quarterhour)(?:_(\d+))?\.json$", url)
    if found is None:
        return NOT_FOUND
    number, resolution, week = int(found[1]), found[3], found[4]
    if week is None:
        return 200, "application/json", orjson.dumps({"timestamps": [_milliseconds(monday) for monday in _mondays(last_monday)]})
    monday = delivery_day(dt.datetime.fromtimestamp(int(week) // 1000, UTC), "Europe/Berlin")
    if _milliseconds(monday) != int(week) or monday > last_monday:
        return NOT_FOUND
    starts = [
        start for k in range(7) for start in interval_starts(monday + dt.timedelta(days=k), "Europe/Berlin", smard.STEP_S[resolution] // 60)
    ]
    value = _price_at(zone(ZONE_OF[number]), price, resolution) if number in ZONE_OF else _energy_at(price, resolution)
    series = [[int(start.timestamp()) * 1000, value(start)] for start in starts]
    return 200, "application/json", orjson.dumps({"meta_data": {"version": 1, "created": int(week)}, "series": series})


def _mondays(last: dt.date) -> list[dt.date]:
    every = (FIRST_MONDAY + dt.timedelta(days=7 * k) for k in range(1000))
    return list(takewhile(lambda monday: monday <= last, every))


def _milliseconds(day: dt.date) -> int:
    return int(day_start(day, "Europe/Berlin").timestamp()) * 1000


def _price_at(place: Zone, price: Price, resolution: str) -> Price:
    def at(start: dt.datetime) -> float | None:
        unit = dt.timedelta(minutes=place.resolution_on(delivery_day(start, place.tz)))
        begin, _ = day_bounds(delivery_day(start, place.tz), place.tz)
        step = dt.timedelta(seconds=smard.STEP_S[resolution])
        if unit >= step:
            return price(begin + (start - begin) // unit * unit)
        parts = [price(start + k * unit) for k in range(step // unit)]
        return None if None in parts else sum(parts) / len(parts)

    return at


def _energy_at(power: Price, resolution: str) -> Price:
    def at(start: dt.datetime) -> float | None:
        megawatts = power(start)
        return None if megawatts is None else megawatts * smard.STEP_S[resolution] / 3600

    return at
