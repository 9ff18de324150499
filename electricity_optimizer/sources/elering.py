"""Day-ahead prices of Elering's dashboard: keyless, Estonia, Latvia, Lithuania and Finland in one answer, up to a year in one request.

The end is inclusive, so the last millisecond before it is asked. Epoch seconds are interval starts; the spacing within a delivery day
is its length (900 s since delivery day 2025-10-01, 3600 s before).
"""

import datetime as dt

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import Series
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import member, objects
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import range_bounds

NAME = "elering"
PARSER_VERSION = 1
AREAS = {"EE": "ee", "LV": "lv", "LT": "lt", "FI": "fi"}
"""Our zones by what Elering calls them."""


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days, up to a year in one request; none for a zone that Elering does not have."""
    if ask.zone.key not in AREAS:
        return []
    return [_prices(ask, first, last) for first, last in ask.windows()]


def _prices(ask: Ask, first: dt.date, last: dt.date) -> Request:
    start, end = range_bounds(first, last, ask.zone.tz)
    until = end - dt.timedelta(milliseconds=1)
    params = {"start": f"{start:%Y-%m-%dT%H:%M:%S}.000Z", "end": f"{until:%Y-%m-%dT%H:%M:%S}.999Z"}
    return Request(ask.source.url, params, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "") -> list[PriceRecord]:
    """Records of one answer, by zone and ascending; of all four zones where `area` is not given.

    Raises SchemaChangedError for a body of another shape, UpstreamSaidError where it has no prices of `area`.
    """
    answer = document(body, NAME)
    if answer.get("success") is not True:
        raise SchemaChangedError("'success' is not true", where=NAME)
    by_area = fields(answer.get("data"), "'data'", NAME)
    if not set(by_area) <= set(AREAS.values()):
        raise SchemaChangedError(f"areas {', '.join(sorted(by_area))} are not ee, lv, lt and fi", where=NAME)
    asked = [area] if area else [ours for ours, theirs in AREAS.items() if theirs in by_area]
    records = [record for ours in asked for record in _records(ours, by_area.get(AREAS.get(ours, ""), []))]
    if not records:
        raise UpstreamSaidError(Outcome.NO_DATA, "no prices", where=NAME)
    return records


def _records(zone: str, found: object) -> list[PriceRecord]:
    points = objects(found, f"prices of {zone}", NAME)
    series = Series.of(NAME, zone, PARSER_VERSION, source_area=AREAS[zone])
    return series.records([member(point, "timestamp", NAME) for point in points], [member(point, "price", NAME) for point in points])
