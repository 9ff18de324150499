"""The tariff of one customer's meter by FlatPeak: needs an account, and a location to which the customer connected a tariff.

Two steps: a login that gives a token for an hour (never stored), then the prices of a location in windows of at most 90 days. Prices
are in large units of the currency per kWh; equal neighbours come merged into one interval, which is kept as it was sent. Where no price
is published FlatPeak fills in its own forecast, and only a `confidence` below 1 tells. Reads the releases Busbar and Anode (`price`) and
Zero (`tariff`).
"""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import known_time_zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import instant, member, number, objects
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import delivery_day, parse_day, range_bounds

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
    answer = _document(body)
    if answer.get("object") not in OBJECTS:
        raise SchemaChangedError(f"object '{answer.get('object')}' is no price", where=NAME)
    if location_id and answer.get("location_id") != location_id:
        raise SchemaChangedError(f"location '{answer.get('location_id')}' where '{location_id}' was asked", where=NAME)
    way = str(answer.get("tariff_direction") or answer.get("direction") or direction or "IMPORT").upper()
    if way not in DIRECTIONS or (direction and way != direction):
        raise SchemaChangedError(f"direction '{way}' where '{direction or 'IMPORT or EXPORT'}' is due", where=NAME)
    currency = answer.get("currency_code")
    if not isinstance(currency, str) or len(currency) != 3:
        raise SchemaChangedError(f"currency_code '{currency}'", where=NAME)
    about = (area or str(answer.get("location_id")), tz or _clock(answer), way.lower(), currency)
    records = [_record(interval, answer, about) for interval in objects(answer.get("data"), "'data'", NAME)]
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
    found = document(body, NAME)
    if said := _said(found):
        raise UpstreamSaidError(*said, where=NAME)
    return found


def _said(answer: Any) -> tuple[Outcome, str] | None:
    if not isinstance(answer, dict) or answer.get("object") != "error":
        return None
    code, message = str(answer.get("code") or ""), str(answer.get("message") or "no message")
    if "rate_limit" in {answer.get("type"), code}:
        return Outcome.RATE_LIMITED, message
    if code in REFUSED:
        outcome, remedy = REFUSED[code]
        return outcome, f"{code}: {message} ({remedy})"
    return None


def _clock(answer: dict[str, Any]) -> str:
    try:
        return known_time_zone(str(answer.get("location_timezone") or "UTC"))
    except ValueError as error:
        raise SchemaChangedError(str(error), where=NAME) from None


def _record(interval: dict[str, Any], answer: dict[str, Any], about: tuple[str, str, str, str]) -> PriceRecord:
    place, clock, way, currency = about
    start, end = (instant(interval.get(name), name, NAME) for name in ("valid_from", "valid_to"))
    if end <= start:
        raise SchemaChangedError(f"interval from {start} ends at {end}", where=NAME)
    holder, name = OBJECTS[answer["object"]]
    priced = fields(interval.get(holder), f"'{holder}' of the interval from {start}", NAME)
    value = number(member(priced, name, NAME), name, NAME)
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
        price_raw=None if value is None else str(priced[name]),
        unit_raw=f"{currency}/kWh",
        source_area=answer.get("location_id"),
        market="retail",
        auction="none",
        direction=way,
        vat="unknown",
        components="all-in",
        status=_status(number(priced.get("confidence"), "confidence", NAME)),
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )


def _status(confidence: float | None) -> str:
    """Only full confidence is a published price; where FlatPeak does not say, it may have made the price up."""
    return "estimated" if confidence is None else "final" if confidence >= 1 else "forecast"
