"""Elexon Insights as its upstream answers: market index, demand, wind and sun of half hours, both ends of the window included."""

import datetime as dt
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.instants import parse_instant
from electricity_optimizer.timeline import day_bounds, day_start, delivery_day

Price = Callable[[dt.datetime], float | None]
LONDON = "Europe/London"
HALF_HOUR = dt.timedelta(minutes=30)
PLANTS = ("Solar", "Wind Offshore", "Wind Onshore")


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` is per MWh, and in place of each MW where those are asked."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    starts = list(_half_hours(query))
    if "/datasets/MID" in parts.path:
        rows = [
            row
            for start in starts
            for row in _traded(start, price(start))
            if row["dataProvider"] in query.get("dataProviders", row["dataProvider"])
        ]
    elif "wind-and-solar" in parts.path:
        more = {"processType": "Day ahead"} if "/forecast/" in parts.path else {}
        rows = [{**_period(start), **more, "psrType": plant, "quantity": price(start)} for start in starts for plant in PLANTS]
    elif "/forecast/demand/day-ahead" in parts.path:
        rows = [{**_period(start), "boundary": "N", "nationalDemand": price(start), "transmissionSystemDemand": 1} for start in starts]
    elif "/demand/outturn" in parts.path:
        rows = [{**_period(start), "initialDemandOutturn": price(start)} for start in starts]
    else:
        return 404, "application/json", b'{"statusCode":404,"message":"Resource not found"}'
    body = rows if parts.path.endswith("/stream") else {"metadata": {}, "data": rows}
    return 200, "application/json", orjson.dumps(body)


def _half_hours(query: dict[str, str]) -> Iterator[dt.datetime]:
    """Newest first, as the service sends them."""
    if "settlementDateFrom" in query:
        first, last = (dt.date.fromisoformat(query[name]) for name in ("settlementDateFrom", "settlementDateTo"))
        start, end = day_start(first, LONDON), day_bounds(last, LONDON)[1] - HALF_HOUR
    else:
        start, end = parse_instant(query["from"]), parse_instant(query["to"])
    newest = end - dt.timedelta(seconds=end.timestamp() % 1800)
    while newest >= start:
        yield newest
        newest -= HALF_HOUR


def _period(start: dt.datetime) -> dict[str, object]:
    day = delivery_day(start, LONDON)
    return {
        "publishTime": "2026-01-01T00:00:00Z",
        "startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "settlementDate": day.isoformat(),
        "settlementPeriod": 1 + (start - day_start(day, LONDON)) // HALF_HOUR,
    }


def _traded(start: dt.datetime, value: float | None) -> list[dict[str, object]]:
    """APX with its price (0 and no volume where nobody traded), N2EX with zeros."""
    ours = {"price": 0.0, "volume": 0.0} if value is None else {"price": value, "volume": 612.4}
    period = {"dataset": "MID", **_period(start)}
    return [{**period, "dataProvider": "APXMIDP", **ours}, {**period, "dataProvider": "N2EXMIDP", "price": 0.0, "volume": 0.0}]
