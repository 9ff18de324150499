"""Octopus Energy as its upstream answers: pages of half-hourly unit rates of a tariff, newest first."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from electricity_optimizer.instants import parse_instant

Price = Callable[[dt.datetime], float | None]
HALF_HOUR = dt.timedelta(minutes=30)


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` is per MWh with VAT, and a half hour without one is left out."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    rates, start = [], parse_instant(query["period_from"])
    while start < parse_instant(query["period_to"]):
        rates.append((start, price(start)))
        start += HALF_HOUR
    known = [_row(start, value) for start, value in reversed(rates) if value is not None]
    page, size = int(query.get("page", 1)), int(query.get("page_size", 100))
    link = f"https://api.octopus.energy{parts.path}?{urlencode({**query, 'page': page + 1})}"
    body = {
        "count": len(known),
        "next": link if page * size < len(known) else None,
        "previous": None,
        "results": known[(page - 1) * size : page * size],
    }
    return 200, "application/json", orjson.dumps(body)


def _row(start: dt.datetime, value: float) -> dict[str, object]:
    pence = value / 10
    return {
        "value_exc_vat": round(pence / 1.05, 4),
        "value_inc_vat": pence,
        "valid_from": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "valid_to": f"{start + HALF_HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "payment_method": None,
    }
