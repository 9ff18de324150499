"""EIA API v2 as its upstream answers: rows of a route between two periods, by the page, values and total as text."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.timeline import UTC

Price = Callable[[dt.datetime], float | None]
HOUR = dt.timedelta(hours=1)


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request.

    `price` is per MWh of the period that begins at an instant, in cents per kWh where prices are asked, in place of MWh elsewhere.
    """
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    facets = {name.removeprefix("facets[").removesuffix("][]"): value for name, value in query.items() if name.startswith("facets[")}
    column = query["data[0]"]
    unit = "cents per kilowatt-hour" if column == "price" else "megawatthours"
    rows = [
        {"period": text, **facets, "type-name": "Demand", column: _text(price(start), column), f"{column}-units": unit}
        for text, start in _periods(query)
    ]
    offset, length = int(query["offset"]), int(query["length"])
    page = rows[offset : offset + min(length, 5000)]
    response = {"total": str(len(rows)), "dateFormat": "YYYY-MM", "frequency": query["frequency"], "data": page}
    return 200, "application/json", orjson.dumps({"response": response, "request": {"command": parts.path}, "apiVersion": "2.1.12"})


def _text(value: float | None, column: str) -> str | None:
    return None if value is None else repr(round(value / 10, 8)) if column == "price" else repr(value)


def _periods(query: dict[str, str]) -> Iterator[tuple[str, dt.datetime]]:
    """Name and beginning of each period; an hour is named by its end."""
    if query["frequency"] == "hourly":
        end, last = (dt.datetime.strptime(query[name], "%Y-%m-%dT%H").replace(tzinfo=UTC) for name in ("start", "end"))
        while end <= last:
            yield f"{end:%Y-%m-%dT%H}", end - HOUR
            end += HOUR
        return
    first = dt.date.fromisoformat(f"{query['start']}-01")
    for k in itertools.count():
        years, months = divmod(first.month - 1 + k, 12)
        start = dt.datetime(first.year + years, months + 1, 1, tzinfo=UTC)
        if f"{start:%Y-%m}" > query["end"]:
            return
        yield f"{start:%Y-%m}", start
