"""FlatPeak as its upstream answers: the login, and the prices of a location with equal neighbours merged into one interval."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from urllib.parse import urlsplit

import orjson

from electricity_optimizer.catalog.subscriptions import Subscription, subscriptions
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import delivery_day

Price = Callable[[dt.datetime], float | None]
TOKEN = "a-token-for-an-hour"
MOST = dt.timedelta(days=90)


def answer(url: str, price: Price, body: bytes = b"") -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the interval that begins at a UTC instant."""
    if urlsplit(url).path.endswith("/login"):
        return sent(200, {"bearer_token": TOKEN, "expires_in": 3600, "live_mode": True})
    asked = orjson.loads(body)
    start, end = (dt.datetime.fromisoformat(asked[name]) for name in ("start_time", "end_time"))
    entry = next((known for known in subscriptions().values() if known.parameters.get("location_id") == asked["location_id"]), None)
    if entry is None or end - start > MOST:
        return refused("invalid_request", "location_not_found" if entry is None else "invalid_time_range")
    data = merged(steps(start, end, entry), price)
    if not data:
        return refused("api_error", "no_price_data")
    return sent(200, {
        "object": "price", "location_id": asked["location_id"], "location_timezone": entry.tz, "currency_code": entry.currency,
        "tariff_direction": asked["tariff_direction"], "data": data,
    })  # fmt: skip


def steps(start: dt.datetime, end: dt.datetime, entry: Subscription) -> list[tuple[dt.datetime, dt.datetime]]:
    """The market time units of the subscription's zone between two instants."""
    found = []
    while start < end:
        length = dt.timedelta(minutes=zone(entry.zone).resolution_on(delivery_day(start, entry.tz)))
        found.append((start, start + length))
        start += length
    return found


def merged(units: list[tuple[dt.datetime, dt.datetime]], price: Price) -> list[dict[str, object]]:
    """Runs of one price; a run without a price is left out."""
    runs = [(value, list(run)) for value, run in groupby(units, key=lambda unit: price(unit[0]))]
    return [
        {
            "valid_from": text(run[0][0]),
            "valid_to": text(run[-1][1]),
            "price": {"value": float(Decimal(str(value)) / 1000), "confidence": 1},
        }
        for value, run in runs
        if value is not None
    ]


def text(moment: dt.datetime) -> str:
    """RFC 3339 in UTC."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def refused(kind: str, code: str) -> tuple[int, str, bytes]:
    """An error as documented, under 422."""
    return sent(422, {"object": "error", "type": kind, "code": code, "message": code.replace("_", " "), "context": "api.prices"})


def sent(status: int, document: dict[str, object]) -> tuple[int, str, bytes]:
    """A JSON answer."""
    return status, "application/json", orjson.dumps(document)
