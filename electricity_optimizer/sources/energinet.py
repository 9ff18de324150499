"""Day-ahead prices of Energinet's Energi Data Service: keyless, Danish zones and their neighbours, years in one request.

Two datasets: `DayAheadPrices` from delivery day 2025-10-01 on (quarter hours), `Elspotprices` (hours) before; it ended 2025-09-30.
Days are asked in Danish local time, the end exclusive; `limit=0` means all rows (the default is 100). Times are naive text and only
the UTC column is read: the local one repeats an hour in autumn. The euro price is the price; the one in crowns is computed from it
at a rate that is late at weekends. Values come as 32-bit floats (110.099998). Older wrappers name the dataset as the key of its rows.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import Series
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import member, objects
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import UTC, range_bounds

NAME = "energinet"
PARSER_VERSION = 1
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NEW, OLD = "DayAheadPrices", "Elspotprices"
COLUMNS = {NEW: ("TimeUTC", "DayAheadPriceEUR"), OLD: ("HourUTC", "SpotPriceEUR")}
NEW_FROM = dt.date(2025, 10, 1)
AREAS = {"DK1": "DK1", "DK2": "DK2", "NO2": "NO2", "SE3": "SE3", "SE4": "SE4", "DE-LU": "DE"}
"""Our zones by what Energinet calls them."""


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days, one request for each dataset in each window; none for a zone that Energinet does not have."""
    if ask.zone.key not in AREAS:
        return []
    return [request for first, last in ask.windows() for request in _datasets(ask, first, last)]


def _datasets(ask: Ask, first: dt.date, last: dt.date) -> list[Request]:
    parts = ((OLD, first, min(last, NEW_FROM - dt.timedelta(days=1))), (NEW, max(first, NEW_FROM), last))
    return [_prices(ask, dataset, begin, finish) for dataset, begin, finish in parts if begin <= finish]


def _prices(ask: Ask, dataset: str, first: dt.date, last: dt.date) -> Request:
    start, end = (bound.astimezone(COPENHAGEN).strftime("%Y-%m-%dT%H:%M") for bound in range_bounds(first, last, ask.zone.tz))
    chosen = orjson.dumps({"PriceArea": [AREAS[ask.zone.key]]}).decode()
    params: dict[str, str | int | float] = {
        "start": start,
        "end": end,
        "filter": chosen,
        "sort": f"{COLUMNS[dataset][0]} asc",
        "limit": 0,
        "offset": 0,
    }
    return Request(f"{ask.source.url}/{dataset}", params, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "") -> list[PriceRecord]:
    """Records of one answer, by zone and ascending; of all our zones in it where `area` is not given.

    Rows that do not name their area (an older wrapper) are of `area`, DK1 where that is not given either. Raises SchemaChangedError
    for a body of another shape, another dataset or another area than the one asked, UpstreamSaidError for an empty one.
    """
    dataset, found = _rows(document(body, NAME))
    if not found:
        raise UpstreamSaidError(Outcome.NO_DATA, f"no records of {dataset}", where=NAME)
    time, price = COLUMNS[dataset]
    by_area: dict[str, list[tuple[int, float | None]]] = {}
    for row in found:
        named = str(row.get("PriceArea") or AREAS.get(area, "DK1"))
        by_area.setdefault(named, []).append((_seconds(row.get(time)), member(row, price, NAME)))
    zone_of = {theirs: ours for ours, theirs in AREAS.items()}
    if area and not set(by_area) <= {AREAS.get(area)}:
        raise SchemaChangedError(f"prices of {', '.join(sorted(by_area))} where {area} was asked", where=NAME)
    return [
        record for theirs, pairs in by_area.items() if theirs in zone_of for record in _records(zone_of[theirs], theirs, pairs, dataset)
    ]


def _rows(answer: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Dataset and rows of an answer. Raises SchemaChangedError where it holds no dataset of prices."""
    if "records" in answer:
        dataset, found = answer.get("dataset"), answer["records"]
    else:
        wrapped = fields(answer.get("data"), "'data'", NAME)
        dataset, found = next(iter(wrapped.items()), ("", None))
    known = {name.lower(): name for name in COLUMNS}.get(str(dataset).lower())
    if known is None:
        raise SchemaChangedError(f"dataset '{dataset}' is no day-ahead price", where=NAME)
    return known, objects(found, f"'{dataset}'", NAME)


def _seconds(text: object) -> int:
    try:
        instant = dt.datetime.fromisoformat(str(text))
    except ValueError:
        raise SchemaChangedError(f"'{text}' is not a time", where=NAME) from None
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())


def _records(zone: str, theirs: str, pairs: list[tuple[int, float | None]], dataset: str) -> list[PriceRecord]:
    """Records of one area; the service sends the newest row first where it is not told how to sort."""
    ordered = pairs[::-1] if len(pairs) > 1 and pairs[0][0] > pairs[-1][0] else pairs
    starts, prices = [start for start, _ in ordered], [price for _, price in ordered]
    series = Series.of(NAME, zone, PARSER_VERSION, source_area=theirs)
    return series.records(starts, prices, step_s=3600 if dataset == OLD else None)
