"""Energi Data Service as it answers: a dataset, an area, a window of Danish local time with an exclusive end."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.wire.intervals import Price, units

DENMARK = ZoneInfo("Europe/Copenhagen")
CHANGE = dt.datetime(2025, 9, 30, 22, tzinfo=UTC)
"""2025-10-01 00:00 in Denmark: the old dataset ends and the new one begins."""


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; a row whose price is None is not published yet."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    dataset = parts.path.rpartition("/")[2]
    time, value = ("Time", "DayAheadPrice") if dataset == "DayAheadPrices" else ("Hour", "SpotPrice")
    start, end = (dt.datetime.fromisoformat(query[name]).replace(tzinfo=DENMARK).astimezone(UTC) for name in ("start", "end"))
    start, end = (max(start, CHANGE), end) if dataset == "DayAheadPrices" else (start, min(end, CHANGE))
    records = []
    for theirs in orjson.loads(query["filter"])["PriceArea"]:
        for begin, _ in units(zone("DE-LU" if theirs == "DE" else theirs), start, end):
            euros = price(begin)
            if euros is not None:
                records.append(
                    {
                        f"{time}UTC": f"{begin:%Y-%m-%dT%H:%M:%S}",
                        f"{time}DK": f"{begin.astimezone(DENMARK):%Y-%m-%dT%H:%M:%S}",
                        "PriceArea": theirs,
                        f"{value}DKK": round(euros * 7.46, 6),
                        f"{value}EUR": euros,
                    }
                )
    if not query.get("sort", "").endswith(" asc"):
        records.reverse()
    total, limit = len(records), int(query.get("limit", 100))
    body = {"total": total, "filters": query["filter"], "limit": limit, "dataset": dataset, "records": records[: limit or None]}
    return 200, "application/json", orjson.dumps(body)
