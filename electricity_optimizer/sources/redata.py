"""Prices of REData, Red Electrica's public data service: the Spanish spot price and the regulated tariff, keyless, a month at a time.

Series are chosen by their number (600 spot, 1001 tariff), never by their place in `included`, where any may be missing. `percentage` means
nothing for prices. Automated clients may meet a wall of HTML. A subscription names its `geo` as one of ESIOS does.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts import ree
from electricity_optimizer.sources.reading.json_answer import document, fields, rows
from electricity_optimizer.sources.records import PriceRecord

NAME = "redata"
PARSER_VERSION = 1


def requests(ask: Ask) -> list[Request]:
    """Answers of at most a month each; a quarter-hourly series comes in quarters although `time_trunc` says hour."""
    geo = ree.geo_of(ask.parameters, NAME)
    about = {"area": ask.area, "geo": geo, "series": ree.SPOT if ask.kind == "prices" else ree.PVPC}
    limit = "peninsular" if geo == ree.PENINSULA else ree.PLACES[geo]
    found = []
    for first, last in ask.windows():
        start, end = ree.whole_days(first, last)
        days = {"start_date": f"{start:%Y-%m-%dT%H:%M}", "end_date": f"{end:%Y-%m-%dT%H:%M}", "time_trunc": "hour"}
        place = {"geo_trunc": "electric_system", "geo_limit": limit, "geo_ids": geo}
        found.append(Request(ask.source.url, {**days, **place}, about))
    return found


def refusal(_status: int, body: bytes) -> tuple[Outcome, str] | None:
    """What a body of errors says, whatever its status: days without data come as a server's error."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        return None
    return _said(answer) if isinstance(answer, dict) else None


def parse(body: bytes, *, area: str = "", series: str = "", geo: str = "") -> list[PriceRecord]:
    """Records of one answer, ascending: of the series with that number, of all that are ours without it.

    Raises UpstreamSaidError for a body of errors, SchemaChangedError for another shape or where the series is missing.
    """
    answer = document(body, NAME)
    said = _said(answer)
    if said is not None:
        raise UpstreamSaidError(*said, where=NAME)
    records: list[PriceRecord] = []
    for one in rows(answer.get("included"), "included", NAME):
        number = str(fields(one, "a series", NAME).get("id"))
        if number in ree.PRODUCTS and series in {"", number}:
            attributes = fields(one.get("attributes"), "attributes", NAME)
            records += _records(attributes, number, area if series else "", geo or ree.PENINSULA)
    if not records:
        raise SchemaChangedError(f"series {series or 'of prices'} is not included", where=NAME)
    return records


def _records(attributes: Mapping[str, Any], number: str, area: str, geo: str) -> list[PriceRecord]:
    if attributes.get("magnitude", "price") != "price":
        raise SchemaChangedError(f"series {number} is '{attributes['magnitude']}' and not a price", where=NAME)
    values = [ree.value_of(row, NAME) for row in rows(attributes.get("values"), "values", NAME)]
    if not values:
        raise UpstreamSaidError(Outcome.NO_DATA, f"series {number} has no values yet", where=NAME)
    product = ree.PRODUCTS[number]
    about = area or (product.label if number == ree.SPOT else f"{product.label}-{ree.PLACES[geo]}")
    published = ree.instant(attributes.get("last-update"))
    return ree.price_records(values, product, ree.Origin(NAME, PARSER_VERSION, about, number, published))


def _said(answer: Mapping[str, Any]) -> tuple[Outcome, str] | None:
    """Outcome and reason of `{"errors": [{code, status, title, detail}]}`; None for anything else."""
    errors = answer.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return None
    reason = f"{errors[0].get('title', '')}: {errors[0].get('detail', '')}"
    status = str(errors[0].get("status") or errors[0].get("code") or "")
    if "no data" in reason.lower():
        return Outcome.NO_DATA, reason
    return (Outcome.TRANSIENT if status.startswith("5") else Outcome.PERMANENT), reason
