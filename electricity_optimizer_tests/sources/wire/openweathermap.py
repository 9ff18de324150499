"""OpenWeatherMap as its upstream answers: 40 steps of three hours from 2.5/forecast, 48 hours from One Call 3.0."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.timeline import UTC, floor

Price = Callable[[dt.datetime], float | None]
STEPS = {"forecast": (180, 40), "onecall": (60, 48)}


def answer(url: str, price: Price, *, now: dt.datetime | None = None) -> tuple[int, str, bytes]:
    """Status, content type and body for a request at `now`; `price` is in place of the temperature in C, kept within -40 and 50."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    what = parts.path.rpartition("/")[2]
    minutes, count = STEPS[what]
    first = floor(now or dt.datetime.now(UTC), minutes)
    starts = [first + k * dt.timedelta(minutes=minutes) for k in range(count)]
    temperatures = [_temperature(price(start), query.get("units", "standard")) for start in starts]
    place = {"lat": float(query["lat"]), "lon": float(query["lon"])}
    pairs = list(zip(starts, temperatures, strict=True))
    if what == "onecall":
        hours = [{"dt": int(start.timestamp()), "temp": value, "wind_speed": 4.2, "clouds": 75} for start, value in pairs]
        return 200, "application/json", orjson.dumps({**place, "timezone": "Europe/Berlin", "timezone_offset": 7200, "hourly": hours})
    rows = [
        {"dt": int(start.timestamp()), "main": {"temp": value}, "wind": {"speed": 4.2}, "dt_txt": f"{start:%Y-%m-%d %H:%M:%S}"}
        for start, value in pairs
    ]
    city = {"id": 1, "name": "Somewhere", "coord": place, "timezone": 7200}
    return 200, "application/json", orjson.dumps({"cod": "200", "message": 0, "cnt": len(rows), "list": rows, "city": city})


def _temperature(value: float | None, units: str) -> float | None:
    if value is None:
        return None
    celsius = min(max(value, -40.0), 50.0)
    return celsius if units == "metric" else round(celsius + 273.15, 2)
