"""The Carbon Intensity API as its upstream answers: half hours between two instants, written without seconds."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson

from electricity_optimizer.instants import parse_instant

Price = Callable[[dt.datetime], float | None]
HALF_HOUR = dt.timedelta(minutes=30)


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` is in place of gCO2/kWh (nothing below 0), None is not measured yet."""
    start, end = (parse_instant(part) for part in urlsplit(url).path.split("/")[-2:])
    if end - start > dt.timedelta(days=14):
        return 400, "application/json", orjson.dumps({"error": {"code": "400 Bad Request", "message": "more than 14 days"}})
    rows = []
    while start < end:
        value = price(start)
        amount = None if value is None else max(value, 0.0)
        intensity = {"forecast": 100 if amount is None else amount, "actual": amount, "index": "moderate"}
        rows.append({"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{start + HALF_HOUR:%Y-%m-%dT%H:%MZ}", "intensity": intensity})
        start += HALF_HOUR
    return 200, "application/json", orjson.dumps({"data": rows})
