"""Open-Meteo as its upstream answers: the hours of whole UTC days for one place, radiation as the mean of the hour before its stamp."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.timeline import UTC, range_bounds

Price = Callable[[dt.datetime], float | None]
HOUR = dt.timedelta(hours=1)
UNITS = {"time": "unixtime", "temperature_2m": "°C", "wind_speed_10m": "m/s", "shortwave_radiation": "W/m²"}


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` is in place of an hour's temperature and, from 0 on, of its radiation."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    start, end = range_bounds(dt.date.fromisoformat(query["start_date"]), dt.date.fromisoformat(query["end_date"]), "UTC")
    stamps = [start + k * HOUR for k in range((end - start) // HOUR)]
    known = {
        "temperature_2m": [price(stamp) for stamp in stamps],
        "wind_speed_10m": [5.0] * len(stamps),
        "shortwave_radiation": [None if (value := price(stamp - HOUR)) is None else max(value, 0.0) for stamp in stamps],
    }
    if (query["timezone"], query["timeformat"], query["wind_speed_unit"]) != ("GMT", "unixtime", "ms"):
        return 400, "application/json", orjson.dumps({"error": True, "reason": "this writer knows unix seconds of GMT and m/s alone"})
    hourly = {"time": [int(stamp.astimezone(UTC).timestamp()) for stamp in stamps]}
    hourly |= {name: known[name] for name in query["hourly"].split(",")}
    place = {"latitude": float(query["latitude"]), "longitude": float(query["longitude"]), "utc_offset_seconds": 0, "timezone": "GMT"}
    units = {name: UNITS[name] for name in hourly}
    return 200, "application/json", orjson.dumps({**place, "hourly_units": units, "hourly": hourly})
