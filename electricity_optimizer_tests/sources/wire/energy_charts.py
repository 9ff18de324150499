"""energy-charts.info as its upstream answers: /price for a zone and Berlin days."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import day_bounds, delivery_day, delivery_days

Price = Callable[[dt.datetime], float | None]


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the interval that begins at a UTC instant."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    place = zone(query["bzn"])
    starts = []
    for day in delivery_days(dt.date.fromisoformat(query["start"]), dt.date.fromisoformat(query["end"])):
        start, end = day_bounds(day, "Europe/Berlin")
        while start < end:
            starts.append(start)
            start += dt.timedelta(minutes=place.resolution_on(delivery_day(start, place.tz)))
    known = [(start, price(start)) for start in starts]
    body = {
        "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de",
        "unix_seconds": [int(start.timestamp()) for start, _ in known],
        "price": [value for _, value in known],
        "unit": "EUR / MWh",
        "deprecated": False,
    }
    return 200, "application/json", orjson.dumps(body)
