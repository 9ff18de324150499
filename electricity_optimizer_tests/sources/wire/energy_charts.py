"""energy-charts.info as its upstream answers: /price for a zone, and load, wind and sun of a country.

`start` and `end` are dates, which are days of the country's own clock to their last minute, or instants, both included.
"""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import UTC, range_bounds
from electricity_optimizer_tests.sources.wire.intervals import Price, units

QUARTER = dt.timedelta(minutes=15)
MINUTE = dt.timedelta(minutes=1)
CLOCKS = {"EE": "Europe/Tallinn", "FI": "Europe/Helsinki", "LT": "Europe/Vilnius", "LV": "Europe/Riga", "PT": "Europe/Lisbon"}
"""Time of the countries that have another one than Central Europe."""
AT_SEA = 0.25
"""Share of the wind that blows at sea: a power of two, so that the parts add up exactly."""


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh, or a quantity in MW, of the interval that begins."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    kind = parts.path.rpartition("/")[2]
    body = {"public_power_forecast": _forecast, "public_power": _actual}.get(kind, _prices)(query, price)
    return (200, "application/json", orjson.dumps(body)) if body["unix_seconds"] else (404, "application/json", b'"no content available"')


def _prices(query: Mapping[str, str], price: Price) -> dict[str, object]:
    first, last = _bounds(query, query["bzn"])
    known = [(start, price(start)) for start, _ in units(zone(query["bzn"]), first, last + MINUTE)]
    return {
        "license_info": "CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de",
        "unix_seconds": [int(start.timestamp()) for start, _ in known],
        "price": [value for _, value in known],
        "unit": "EUR / MWh",
        "deprecated": False,
    }


def _forecast(query: Mapping[str, str], power: Price) -> dict[str, object]:
    share = {"wind_onshore": 1 - AT_SEA, "wind_offshore": AT_SEA}.get(query["production_type"], 1.0)
    known = [(start, value) for start in _quarters(query) if (value := power(start)) is not None]
    return {
        "unix_seconds": [int(start.timestamp()) for start, _ in known],
        "forecast_values": [value * share for _, value in known],
        "production_type": query["production_type"],
        "forecast_type": query["forecast_type"],
        "deprecated": False,
    }


def _actual(query: Mapping[str, str], power: Price) -> dict[str, object]:
    starts = _quarters(query)
    shares = {"Wind offshore": AT_SEA, "Wind onshore": 1 - AT_SEA, "Solar": 1.0, "Load": 1.0, "Residual load": -1.0}
    return {
        "unix_seconds": [int(start.timestamp()) for start in starts],
        "production_types": [
            {"name": name, "data": [None if (value := power(start)) is None else value * share for start in starts]}
            for name, share in shares.items()
        ],
        "deprecated": False,
    }


def _quarters(query: Mapping[str, str]) -> list[dt.datetime]:
    start, end = _bounds(query, query["country"].upper())
    return [start + k * QUARTER for k in range((end - start) // QUARTER + 1)]


def _bounds(query: Mapping[str, str], country: str) -> tuple[dt.datetime, dt.datetime]:
    """First and last minute that are asked; without an end it is one day."""
    texts = query["start"], query.get("end", query["start"])
    if len(texts[0]) == len("2026-05-04"):
        start, end = range_bounds(*map(dt.date.fromisoformat, texts), CLOCKS.get(country, "Europe/Berlin"))
        return start, end - MINUTE
    start, end = (dt.datetime.fromtimestamp(int(text), UTC) if text.isdigit() else dt.datetime.fromisoformat(text) for text in texts)
    return start, end
