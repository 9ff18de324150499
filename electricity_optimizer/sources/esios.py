"""Prices of ESIOS, Red Electrica's information system: indicators with a token, and the keyless archive 70 of the regulated tariff.

Indicator 600 is the spot price, of which we take Spain; 1001 and its like are tariffs, by region, interleaved in no order. `datetime`
carries its offset and is right; `datetime_utc` says the same for both hours of an autumn night and is never read. Archive 70
(PVPC_CURV_DD) is a day of rows with decimal commas whose place, not label, is the hour of the Madrid day. A subscription names its `geo`
(8741 peninsula, 8742 Canarias, 8743 Baleares, 8744 Ceuta, 8745 Melilla) and, for what only the token gives, the number of its `indicator`
(1739: what the tariff pays for surplus).
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import orjson

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts import ree
from electricity_optimizer.sources.reading.json_answer import document, fields, rows
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import interval_starts

NAME = "esios"
PARSER_VERSION = 1
ACCEPT = {"Accept": "application/json; application/vnd.esios-api-v1+json"}
COLUMNS = {"PCB": ("8741", "8742", "8743"), "CYM": ("8744", "8745")}
"""Columns of the archive and the regions of each: Peninsula, Canarias, Baleares; Ceuta y Melilla."""
NUMBER = re.compile(r"-?\d+(,\d+)?")


def requests(ask: Ask) -> list[Request]:
    """Spot prices of the asked days; for a tariff its indicator, or a day of the archive each."""
    if ask.kind == "prices":
        return _indicator(ask, ree.SPOT, {"area": ask.zone.key})
    about = {"area": ask.area, "geo": ree.geo_of(ask.parameters, NAME)}
    number = ask.parameters.get("indicator")
    if number:
        return _indicator(ask, number, about)
    days = [day.isoformat() for day in sorted(ask.days)]
    return [Request(ask.source.archive_url, {"locale": "es", "date": day}, {**about, "day": day}) for day in days]


def _indicator(ask: Ask, number: str, about: Mapping[str, str]) -> list[Request]:
    found = []
    for first, last in ask.windows():
        start, end = ree.whole_days(first, last)
        params: dict[str, str | int | float] = {"start_date": start.isoformat(), "end_date": end.isoformat()}
        if number == ree.SPOT:
            params["geo_ids[]"] = ree.SPAIN
        found.append(Request(f"{ask.source.url}/{number}", params, {**about, "indicator": number}, headers=ACCEPT))
    return found


def refusal(status: int, body: bytes) -> tuple[Outcome, str] | None:
    """403 with a message of their own is a token that is missing, wrong or blocked."""
    try:
        said = orjson.loads(body)
    except ValueError:
        return None
    if status == 403 and isinstance(said, dict) and said.get("message"):
        return Outcome.AUTH, f"{said['message']}: token missing, wrong or blocked"
    return None


def parse(body: bytes, *, area: str = "", geo: str = "", indicator: str = "", day: str = "") -> list[PriceRecord]:
    """Records of one answer, ascending; told apart by its shape. The bytes alone give every region, under names of our own.

    Raises UpstreamSaidError where the answer says that there is nothing (yet), SchemaChangedError for another dataset, day or shape.
    """
    answer = document(body, NAME)
    geo = geo or (ree.PENINSULA if area else "")
    if "PVPC" in answer:
        return list(_archived(rows(answer["PVPC"], "PVPC", NAME), area, geo, day))
    if "indicator" in answer:
        return _indicated(fields(answer["indicator"], "indicator", NAME), area, geo, indicator)
    message = str(answer.get("message") or "")
    if "No values" in message:
        raise UpstreamSaidError(Outcome.NO_DATA, message, where=NAME)
    raise SchemaChangedError(f"neither an indicator nor the archive ({message or list(answer)[:3]})", where=NAME)


def _indicated(found: Mapping[str, Any], area: str, geo: str, indicator: str) -> list[PriceRecord]:
    number = str(found.get("id"))
    product = ree.PRODUCTS.get(number)
    if product is None or indicator not in {"", number} or (number == ree.SPOT and area not in {"", product.label}):
        raise SchemaChangedError(f"indicator {number} ({found.get('short_name')}) is not {indicator or 'one of ours'}", where=NAME)
    magnitudes = [fields(one, "a magnitude", NAME).get("name") for one in rows(found.get("magnitud"), "magnitud", NAME)]
    if magnitudes != ["Precio"]:
        raise SchemaChangedError(f"indicator {number} is of {magnitudes} and no price", where=NAME)
    by_geo: dict[str, list[ree.Value]] = defaultdict(list)
    for row in rows(found.get("values"), "values", NAME):
        by_geo[str(fields(row, "a value", NAME).get("geo_id"))].append(ree.value_of(row, NAME))
    if not by_geo:
        raise UpstreamSaidError(Outcome.NO_DATA, f"indicator {number} has no values", where=NAME)
    published = ree.instant(found.get("values_updated_at"))
    records: list[PriceRecord] = []
    for place in _places(number, geo, by_geo):
        about = area or (product.label if number == ree.SPOT else f"{product.label}-{ree.PLACES.get(place, 'espana')}")
        records += ree.price_records(by_geo[place], product, ree.Origin(NAME, PARSER_VERSION, about, place, published))
    if not records:
        raise SchemaChangedError(f"indicator {number} has no values of {geo or 'Spain'}", where=NAME)
    return records


def _places(number: str, geo: str, there: Container[str]) -> list[str]:
    """Places that are taken: of the spot price Spain alone; a national value holds for a region that has none of its own."""
    if number == ree.SPOT:
        wanted = [ree.SPAIN]
    elif geo:
        wanted = [geo if geo in there else ree.SPAIN]
    else:
        wanted = [*ree.PLACES, ree.SPAIN]
    return [place for place in wanted if place in there]


def _archived(hours: Sequence[Any], area: str, geo: str, asked: str) -> Iterator[PriceRecord]:
    """A day of the archive. Before it publishes, it may send a day of nothing but zeros."""
    day = _day_of(hours)
    if asked not in {"", day.isoformat()}:
        raise SchemaChangedError(f"is about {day} and not {asked}", where=NAME)
    starts = next((starts for minutes in (60, 15) if len(starts := interval_starts(day, ree.MADRID, minutes)) == len(hours)), [])
    if not starts:
        raise SchemaChangedError(f"{len(hours)} rows do not make up {day}", where=NAME)
    values = {column: [_value(start, row, column) for start, row in zip(starts, hours, strict=True)] for column in COLUMNS}
    if not any(value.price for column in values.values() for value in column):
        raise UpstreamSaidError(Outcome.NO_DATA, f"every price of {day} is 0,00: not published yet", where=NAME)
    product = ree.PRODUCTS[ree.PVPC]
    for column, places in COLUMNS.items():
        if not geo or geo in places:
            about = area or f"{product.label}-{ree.PLACES[geo or places[0]]}"
            yield from ree.price_records(values[column], product, ree.Origin(NAME, PARSER_VERSION, about, column))


def _day_of(hours: Sequence[Any]) -> dt.date:
    days = {str(fields(row, "a row", NAME).get("Dia")) for row in hours}
    labels = [str(row.get("Hora")) for row in hours]
    try:
        (day,) = {dt.datetime.strptime(day, "%d/%m/%Y").date() for day in days}  # noqa: DTZ007 - a date, not an instant
    except ValueError:
        raise SchemaChangedError(f"rows of the days {sorted(days)[:3]}", where=NAME) from None
    if labels != sorted(set(labels)):
        raise SchemaChangedError(f"hours of {day} do not ascend", where=NAME)
    return day


def _value(start: dt.datetime, row: Mapping[str, Any], column: str) -> ree.Value:
    cell = str(row.get(column, "?")).strip()
    if cell and NUMBER.fullmatch(cell) is None:
        raise SchemaChangedError(f"'{cell}' in {column} is not a price", where=NAME)
    return ree.Value(start, float(cell.replace(",", ".")) if cell else None, cell or None)
