"""Day-ahead prices of Nord Pool's data portal, to cross-check others: optional, unofficial, and not to be passed on without a licence.

One delivery day (Central European for every area) in one request; 204 before publication. Starts and ends are stated. Only an area in
state Final has final prices; Preliminary ones may change. Two documents of the portal are read: `DayAheadPrices` (multiAreaEntries,
at the market time unit) and `DayAheadPriceIndices` (multiIndexEntries, at the resolution asked). Others are refused: the page
`marketdata/page/10` is gone since 2024-10-14, the paid API has another shape.
"""

import datetime as dt
from typing import Any

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import CENTRAL_EUROPE, Series, check_starts, local_days
from electricity_optimizer.sources.reading.json_answer import document, fields, rows
from electricity_optimizer.sources.reading.json_values import instant, objects
from electricity_optimizer.sources.records import PriceRecord

NAME = "nordpool"
PARSER_VERSION = 1
AREAS = {"DE-LU": "GER"} | {key: key for key in ("AT", "BE", "DK1", "DK2", "EE", "FI", "FR", "LT", "LV", "NL", "NO2", "PL", "SE3", "SE4")}
"""Our zones by what Nord Pool calls them."""
STATUS = {"Final": "final", "Preliminary": "preliminary"}


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days, one request a day; none for a zone that Nord Pool does not have."""
    if ask.zone.key not in AREAS:
        return []
    return [_prices(ask, day) for day in sorted(ask.days)]


def _prices(ask: Ask, day: dt.date) -> Request:
    params = {"date": day.isoformat(), "market": "DayAhead", "deliveryArea": AREAS[ask.zone.key], "currency": "EUR"}
    return Request(ask.source.url, params, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "") -> list[PriceRecord]:
    """Records of one answer, by area and ascending; of every area in it where `area` is not given.

    Raises SchemaChangedError for a body of another shape, UpstreamSaidError for an empty one.
    """
    answer = document(body, NAME)
    entries = objects(answer.get("multiAreaEntries", answer.get("multiIndexEntries")), "entries", NAME)
    currency = answer.get("currency")
    if answer.get("market") != "DayAhead" or not isinstance(currency, str) or len(currency) != 3:
        raise SchemaChangedError("no day-ahead prices in a currency", where=NAME)
    by_area = _by_area(entries, str(answer.get("deliveryDateCET")))
    states = _states(answer)
    wanted = [AREAS.get(area, area)] if area else list(by_area)
    records = [record for theirs in wanted for record in _records(theirs, by_area.get(theirs, []), states, currency)]
    if not records:
        raise UpstreamSaidError(Outcome.NO_DATA, f"no prices of {area or 'any area'}", where=NAME)
    return records


def _by_area(entries: list[dict[str, Any]], day: str) -> dict[str, list[tuple[int, int, float | None]]]:
    found: dict[str, list[tuple[int, int, float | None]]] = {}
    for entry in entries:
        start, end = (int(instant(entry.get(name), name, NAME).timestamp()) for name in ("deliveryStart", "deliveryEnd"))
        for theirs, price in fields(entry.get("entryPerArea"), "'entryPerArea'", NAME).items():
            found.setdefault(theirs, []).append((start, end, price))
    starts = sorted({start for spans in found.values() for start, _, _ in spans})
    check_starts(starts, NAME)
    if {local.isoformat() for local in local_days(starts, CENTRAL_EUROPE)} - {day}:
        raise SchemaChangedError(f"prices beside the delivery day {day}", where=NAME)
    return found


def _states(answer: dict[str, Any]) -> dict[str, str]:
    """Our status by area."""
    found: dict[str, str] = {}
    for group in objects(answer.get("areaStates"), "'areaStates'", NAME):
        state = str(group.get("state"))
        if state not in STATUS:
            raise SchemaChangedError(f"state '{state}' of an area is not known", where=NAME)
        found |= dict.fromkeys(map(str, rows(group.get("areas"), "'areas'", NAME)), STATUS[state])
    return found


def _records(theirs: str, spans: list[tuple[int, int, float | None]], states: dict[str, str], currency: str) -> list[PriceRecord]:
    if spans and theirs not in states:
        raise SchemaChangedError(f"area {theirs} has no state", where=NAME)
    ours = {name: key for key, name in AREAS.items()}.get(theirs, theirs)
    series = Series.of(NAME, ours, PARSER_VERSION, source_area=theirs, unit_raw=f"{currency}/MWh")
    return series.changed(currency=currency, status=states.get(theirs, "")).of_spans(spans)
