"""Electricity Maps as its upstream answers: hours of a past range, of the last day, and of the forecast."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.instants import parse_instant
from electricity_optimizer.timeline import UTC, floor

Price = Callable[[dt.datetime], float | None]
HOUR = dt.timedelta(hours=1)


def answer(url: str, price: Price, *, now: dt.datetime | None = None) -> tuple[int, str, bytes]:
    """Status, content type and body for a request at `now`; `price` is in place of gCO2eq/kWh (nothing below 0)."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    hour = floor(now or dt.datetime.now(UTC), 60)
    what = parts.path.rpartition("/")[2]
    name, start, end = {
        "past-range": ("data", parse_instant(query.get("start", hour.isoformat())), parse_instant(query.get("end", hour.isoformat()))),
        "history": ("history", hour - 24 * HOUR, hour),
        "forecast": ("forecast", hour, hour + int(query.get("horizonHours", 24)) * HOUR),
    }[what]
    if end - start > 240 * HOUR:
        return 400, "application/json", b'{"error":"Time range is too large"}'
    rows = [_row(query["zone"], start + k * HOUR, price, what) for k in range(int((end - start) / HOUR))]
    return 200, "application/json", orjson.dumps({"zone": query["zone"], name: rows})


def _row(zone: str, start: dt.datetime, price: Price, what: str) -> dict[str, object]:
    value = price(start)
    row = {"carbonIntensity": None if value is None else max(value, 0.0), "datetime": f"{start:%Y-%m-%dT%H:%M:%S.000Z}"}
    known = {"zone": zone, "emissionFactorType": "lifecycle", "isEstimated": start.hour % 2 == 1, "estimationMethod": None}
    return row if what == "forecast" else {**row, **known}
