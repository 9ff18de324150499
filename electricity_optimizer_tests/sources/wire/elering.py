"""Elering's dashboard as it answers /api/nps/price: all four areas, the end inclusive."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer_tests.sources.wire.intervals import Price, units

MILLISECOND = dt.timedelta(milliseconds=1)


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; every area has the same `price`."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    start, end = (dt.datetime.fromisoformat(query[name]) for name in ("start", "end"))
    data = {
        key.lower(): [
            {"timestamp": int(begin.timestamp()), "price": value}
            for begin, _ in units(zone(key), start, end + MILLISECOND)
            if (value := price(begin)) is not None
        ]
        for key in ("EE", "FI", "LV", "LT")
    }
    return 200, "application/json", orjson.dumps({"success": True, "data": data})
