"""Day-ahead prices of aWATTar: keyless, Germany and Austria at an address each, hourly (also since the auction has quarter hours).

Milliseconds, start and end stated; the request's end is exclusive of hours that begin at it. 100 requests a day and address are
allowed: half of it is ours.
"""

import datetime as dt

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import Series
from electricity_optimizer.sources.reading.json_answer import document, whole
from electricity_optimizer.sources.reading.json_values import member, objects
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import range_bounds

NAME = "awattar"
PARSER_VERSION = 1
AREAS = ("DE-LU", "AT")
UNIT = "eur/mwh"


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days at the address of the zone's country; none for other zones."""
    if ask.zone.key not in AREAS:
        return []
    address = ask.source.url if ask.zone.key == "DE-LU" else ask.source.history_url
    return [_prices(ask, address, first, last) for first, last in ask.windows()]


def _prices(ask: Ask, address: str, first: dt.date, last: dt.date) -> Request:
    start, end = (int(bound.timestamp()) * 1000 for bound in range_bounds(first, last, ask.zone.tz))
    return Request(address, {"start": start, "end": end}, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "DE-LU") -> list[PriceRecord]:
    """Records of one answer, ascending; the answer does not say whether it is of Germany or Austria.

    Raises SchemaChangedError for a body of another shape or another unit than EUR/MWh, UpstreamSaidError for an empty one.
    """
    answer = document(body, NAME)
    if answer.get("object") != "list":
        raise SchemaChangedError("'object' is not 'list'", where=NAME)
    points = objects(answer.get("data"), "'data'", NAME)
    if not points:
        raise UpstreamSaidError(Outcome.NO_DATA, "no prices", where=NAME)
    units = {str(point.get("unit")) for point in points}
    if {unit.replace(" ", "").lower() for unit in units} != {UNIT}:
        raise SchemaChangedError(f"unit '{', '.join(sorted(units))}' is not Eur/MWh", where=NAME)
    series = Series.of(NAME, area, PARSER_VERSION, unit_raw=min(units))
    return series.of_spans(
        [(_seconds(point, "start_timestamp"), _seconds(point, "end_timestamp"), member(point, "marketprice", NAME)) for point in points]
    )


def _seconds(point: dict[str, object], name: str) -> int:
    milliseconds = whole(point.get(name), f"'{name}'", NAME)
    if milliseconds % 1000:
        raise SchemaChangedError(f"'{name}' is no whole second", where=NAME)
    return milliseconds // 1000
