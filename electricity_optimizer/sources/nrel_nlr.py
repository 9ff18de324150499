"""Average retail prices around a place in the United States, by the National Laboratory of the Rockies (until 2026 NREL).

One number per sector, the average of 2012, never to be updated: a statistic for people and never a price feed. So this source gives no
price record, and its records say `stale`. The host moved from nrel.gov to nlr.gov in 2026; the old one is gone. Places are asked by
`lat` and `lon` (the address is no longer read).
"""

import re
from typing import Any

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts import api_umbrella
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import member, number
from electricity_optimizer.sources.records import StatisticRecord
from electricity_optimizer.timeline import parse_day, range_bounds

NAME = "nrel-nlr"
PARSER_VERSION = 1
SECTORS = ("residential", "commercial", "industrial")
USUAL_TZ = "America/New_York"
YEAR = "2012"
"""The year of the data where the answer does not name it."""
NO_DATA = "no data"


def requests(ask: Ask) -> list[Request]:
    """The averages around the place of the subscription: one request, whatever the days, for they do not change."""
    place = {key: ask.parameters.get(key, "") for key in ("lat", "lon")}
    if not all(place.values()):
        raise InputError("names no place", where=f"subscription {ask.area}", remedy='parameters: lat and lon, "35.45" and "-82.98"')
    radius = {"radius": ask.parameters["radius"]} if "radius" in ask.parameters else {}
    return [Request(ask.source.url, {**place, **radius}, {"area": ask.area, "tz": ask.tz})]


def parse(body: bytes, /, *, area: str = "", tz: str = USUAL_TZ) -> list[StatisticRecord]:
    """A record for each sector over the year of the data; "no data" is null. Raises SchemaChangedError and UpstreamSaidError."""
    answer = _answer(body)
    outputs = answer["outputs"]
    year = _year(answer)
    start, end = range_bounds(parse_day(f"{year}-01-01"), parse_day(f"{year}-12-31"), tz)
    inputs = fields(answer.get("inputs") or {}, "'inputs'", NAME)
    place = area or f"{inputs.get('lat', '')},{inputs.get('lon', '')}"
    entry = source(NAME)
    return [
        StatisticRecord(
            series_id=f"{NAME}:{place}:statistic:none:{sector}-P1Y:USD",
            start_utc=start,
            end_utc=end,
            source=NAME,
            area=place,
            delivery_date=parse_day(f"{year}-01-01"),
            indicator=f"average {sector} price of {_utilities(outputs)}",
            value=_value(outputs, sector),
            unit="USD/kWh",
            currency="USD",
            status="stale",
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )
        for sector in SECTORS
    ]


def refusal(status: int, body: bytes) -> tuple[Outcome, str] | None:
    """A missing or wrong key, a used-up limit, or parameters that were refused (422 with a list of errors)."""
    try:
        return api_umbrella.refusal(status, body) or _errors(orjson.loads(body))
    except ValueError:
        return None


def _answer(body: bytes) -> dict[str, Any]:
    answer = document(body, NAME)
    if said := api_umbrella.spoken(answer) or _errors(answer):
        raise UpstreamSaidError(*said, where=NAME)
    if answer.get("outputs") == []:
        raise UpstreamSaidError(Outcome.NO_DATA, "no utility around this place", where=NAME)
    fields(answer.get("outputs"), "'outputs'", NAME)
    return answer


def _errors(answer: Any) -> tuple[Outcome, str] | None:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return (Outcome.PERMANENT, "; ".join(str(error) for error in errors)) if isinstance(errors, list) and errors else None


def _year(answer: dict[str, Any]) -> str:
    """Year that the data's source names ("Ventyx Research (2012)"). Raises SchemaChangedError where it names none."""
    metadata = answer.get("metadata")
    if metadata is None:
        return YEAR
    named = re.search(r"\b(?:19|20)\d\d\b", str(metadata.get("sources") if isinstance(metadata, dict) else metadata))
    if named is None:
        raise SchemaChangedError("metadata names no year of the data", where=NAME)
    return named.group()


def _utilities(outputs: dict[str, Any]) -> str:
    """The utilities around the place with their EIA numbers; several come joined by a pipe."""
    names, ids = (str(outputs.get(key) or "").split("|") for key in ("utility_name", "company_id"))
    if len(names) != len(ids):
        raise SchemaChangedError(f"{len(names)} utility names and {len(ids)} ids", where=NAME)
    known = [f"{name} ({identity})" for name, identity in zip(names, ids, strict=True) if name and name.lower() != NO_DATA]
    return ", ".join(known) or "no named utility"


def _value(outputs: dict[str, Any], sector: str) -> float | None:
    value = member(outputs, sector, NAME)
    if isinstance(value, str) and value.strip().lower() == NO_DATA:
        return None
    return number(value, sector, NAME)
