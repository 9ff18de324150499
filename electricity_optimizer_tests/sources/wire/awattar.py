"""aWATTar as it answers /v1/marketdata: hours that begin in the window, whatever the market time unit is."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.wire.intervals import Price

HOUR_MS = 3_600_000


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; an hour whose price is None is not published yet."""
    query = {name: int(values[0]) for name, values in parse_qs(urlsplit(url).query).items()}
    hours = range(query["start"], query["end"], HOUR_MS)
    data = [
        {"start_timestamp": hour, "end_timestamp": hour + HOUR_MS, "marketprice": value, "unit": "Eur/MWh"}
        for hour in hours
        if (value := price(dt.datetime.fromtimestamp(hour // 1000, UTC))) is not None
    ]
    return 200, "application/json", orjson.dumps({"object": "list", "data": data, "url": urlsplit(url).path})
