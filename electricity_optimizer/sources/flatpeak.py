"""The tariff of one customer's meter by FlatPeak: needs an account, and a location to which the customer connected a tariff.

Two steps: a login that gives a token for an hour (never stored), then the prices of a location in windows of at most 90 days. Prices
are in large units of the currency per kWh; equal neighbours come merged into one interval, which is kept as it was sent. Where no price
is published FlatPeak fills in its own forecast, and only a `confidence` below 1 tells. Reads the releases Busbar and Anode (`price`) and
Zero (`tariff`).
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import delivery_day, parse_day, parse_instant, range_bounds

NAME = "flatpeak"
PARSER_VERSION = 1
DIRECTIONS = ("IMPORT", "EXPORT")
OBJECTS = {"price": ("price", "value"), "tariff_rate": ("tariff", "rate")}
"""What an answer says it is, and where in an interval its price stands."""
REFUSED = {
    "no_tariff_connected": (Outcome.NO_DATA, "ask the customer to connect a tariff to the location"),
    "pending_connect": (Outcome.NO_DATA, "the customer is still connecting: ask again in a quarter of an hour"),
    "no_price_data": (Outcome.NO_DATA, "FlatPeak has no price for these days: ask again in a quarter of an hour"),
    "account_disabled": (Outcome.PERMANENT, "the account is disabled: ask FlatPeak"),
}


def requests(ask: Ask) -> list[Request]:
    """The login; what to ask with its token travels in `about`. Raises InputError for a subscription without a location."""
    location, direction = ask.parameters.get("location_id", ""), ask.parameters.get("direction", "IMPORT").upper()
    where = f"subscription {ask.area}"
    if not location:
        raise InputError("names no location", where=where, remedy='parameters: location_id = "loc_..."')
    if direction not in DIRECTIONS:
        raise InputError(f"direction '{direction}' is unknown", where=where, remedy="IMPORT or EXPORT")
    asked = " ".join(f"{first}/{last}" for first, last in ask.windows())
    about = {"area": ask.area, "tz": ask.tz, "location_id": location, "direction": direction, "windows": asked}
    return [Request(f"{ask.source.url}/login", about=about, keep=False)]


def follow(body: bytes, request: Request) -> list[Request]:
    """The prices of each window, with the token of the login; nothing after prices."""
    windows = request.about.get("windows")
    if not windows:
        return []
    token = _document(body).get("bearer_token")
    if not isinstance(token, str) or not token:
        raise SchemaChangedError("the login gives no 'bearer_token'", where=NAME)
    url = f"{request.url.removesuffix('/login')}/prices"
    about = {key: value for key, value in request.about.items() if key != "windows"}
    return [
        Request(url, about=about, method="POST", json=_question(about, *window.split("/")), secrets={"Authorization": f"Bearer {token}"})
        for window in windows.split(" ")
    ]


def _question(about: dict[str, str], first: str, last: str) -> dict[str, object]:
    """Both instants in UTC: of two offsets the answer would take that of the end."""
    start, end = range_bounds(parse_day(first), parse_day(last), about["tz"])
    return {
        "location_id": about["location_id"],
        "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "tariff_direction": about["direction"],
    }


def parse(body: bytes, /, *, area: str = "", tz: str = "", location_id: str = "", direction: str = "") -> list[PriceRecord]:
    """Prices per MWh of the intervals as sent, ascending. Raises SchemaChangedError for a body of another shape, location or direction."""
    document = _document(body)
    if document.get("object") not in OBJECTS:
        raise SchemaChangedError(f"object '{document.get('object')}' is no price", where=NAME)
    _expect(document, "location_id", location_id)
    way = str(document.get("tariff_direction") or document.get("direction") or direction or "IMPORT").upper()
    if way not in DIRECTIONS or (direction and way != direction):
        raise SchemaChangedError(f"direction '{way}' where '{direction or 'IMPORT or EXPORT'}' is due", where=NAME)
    currency = document.get("currency_code")
    if not isinstance(currency, str) or len(currency) != 3:
        raise SchemaChangedError(f"currency_code '{currency}'", where=NAME)
    clock = tz or str(document.get("location_timezone") or "UTC")
    place = area or str(document.get("location_id"))
    records = [_record(interval, document, (place, clock, way.lower(), currency)) for interval in _intervals(document)]
    if any(later.start_utc < earlier.end_utc for earlier, later in pairwise(records)):
        raise SchemaChangedError("intervals overlap or do not ascend", where=NAME)
    return records


def refusal(_status: int, body: bytes) -> tuple[Outcome, str] | None:
    """What FlatPeak's error says: the codes of a 422 that tell what is missing, and its rate limit."""
    try:
        return _said(orjson.loads(body))
    except ValueError:
        return None


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=NAME) from None
    if not isinstance(document, dict):
        raise SchemaChangedError("body is not an object", where=NAME)
    if said := _said(document):
        raise UpstreamSaidError(*said, where=NAME)
    return document


def _said(document: Any) -> tuple[Outcome, str] | None:
    if not isinstance(document, dict) or document.get("object") != "error":
        return None
    code, message = str(document.get("code") or ""), str(document.get("message") or "no message")
    if document.get("type") == "rate_limit" or code == "rate_limit":
        return Outcome.RATE_LIMITED, message
    if code in REFUSED:
        outcome, remedy = REFUSED[code]
        return outcome, f"{code}: {message} ({remedy})"
    return None


def _expect(document: dict[str, Any], name: str, wanted: str) -> None:
    if wanted and document.get(name) != wanted:
        raise SchemaChangedError(f"{name} '{document.get(name)}' where '{wanted}' was asked", where=NAME)


def _intervals(document: dict[str, Any]) -> Sequence[dict[str, Any]]:
    data = document.get("data")
    if not isinstance(data, list) or any(not isinstance(interval, dict) for interval in data):
        raise SchemaChangedError("'data' is not a list of intervals", where=NAME)
    return data


def _record(interval: dict[str, Any], document: dict[str, Any], about: tuple[str, str, str, str]) -> PriceRecord:
    place, clock, way, currency = about
    start, end = _instant(interval, "valid_from"), _instant(interval, "valid_to")
    if end <= start:
        raise SchemaChangedError(f"interval from {start} ends at {end}", where=NAME)
    holder, name = OBJECTS[document["object"]]
    priced = interval.get(holder)
    if not isinstance(priced, dict) or name not in priced:
        raise SchemaChangedError(f"interval from {start} has no {holder}.{name}", where=NAME)
    value = _number(priced, name)
    entry = source(NAME)
    return PriceRecord(
        series_id=f"{NAME}:{place}:retail:none:merged{'-export' * (way == 'export')}:{currency}",
        start_utc=start,
        end_utc=end,
        source=NAME,
        area=place,
        delivery_date=delivery_day(start, clock),
        resolution_s=int((end - start).total_seconds()),
        price=None if value is None else float(Decimal(str(value)) * 1000),
        currency=currency,
        price_raw=None if value is None else str(value),
        unit_raw=f"{currency}/kWh",
        source_area=document.get("location_id"),
        market="retail",
        auction="none",
        direction=way,
        vat="unknown",
        components="all-in",
        status=_status(_number(priced, "confidence")),
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )


def _status(confidence: float | None) -> str:
    """Only full confidence is a published price; where FlatPeak does not say, it may have made the price up."""
    return "estimated" if confidence is None else "final" if confidence >= 1 else "forecast"


def _number(priced: dict[str, Any], name: str) -> float | None:
    value = priced.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6):
        raise SchemaChangedError(f"{name} '{value}' is not a number", where=NAME)
    return value


def _instant(interval: dict[str, Any], name: str) -> dt.datetime:
    try:
        return parse_instant(str(interval.get(name)))
    except InputError:
        raise SchemaChangedError(f"{name} '{interval.get(name)}' is no instant with an offset", where=NAME) from None
