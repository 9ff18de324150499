"""Day-ahead prices of energy-charts.info (Fraunhofer ISE): keyless, 46 bidding zones, up to a year in one request.

Days are Europe/Berlin days. `unix_seconds` are interval starts; the spacing within a delivery day is its market time unit, so hourly
days and quarter-hourly days may stand in one answer. A day that is not published, or missing, answers 404 and not an empty list.
`license_info` says per zone whether the prices may be passed on.
"""

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Answer, Ask, Chunks, Payload, published
from electricity_optimizer.sources.client import fetch
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError
from electricity_optimizer.sources.records import PriceRecord, series_id, to_frame
from electricity_optimizer.timeline import UTC, delivery_day, range_bounds

NAME = "energy-charts"
PARSER_VERSION = 1
BERLIN = "Europe/Berlin"
STEPS_S = (900, 1800, 3600)
PUBLISHED_BY = dt.time(15, 0)
"""Local time of the day before from which a missing day is missing and not merely early (SDAC fallback ends about 14:30)."""


def prices(ask: Ask) -> Answer:
    """Prices of the asked days in requests of up to a year; days to come are asked apart, so that their 404 takes no other day along."""
    today = delivery_day(ask.now, ask.zone.tz)
    size = source(NAME).days_per_request
    past = Chunks([day for day in ask.days if day <= today], size).windows
    coming = Chunks([day for day in ask.days if day > today and published(day, ask.zone.tz) <= ask.now], size).windows
    payloads: list[Payload] = []
    outcome, reason = (Outcome.OK, "") if past or coming else (Outcome.NOT_YET, "not published before 12:45 local of the day before")
    for first, last in (*past, *coming):
        payload = _window(ask, first, last)
        if payload.fetched.body and payload.fetched.outcome in {Outcome.OK, Outcome.SCHEMA_CHANGED}:
            payloads.append(payload)
        if not payload.fetched.ok:
            outcome, reason = payload.fetched.outcome, payload.fetched.reason
            if outcome not in {Outcome.NOT_YET, Outcome.NO_DATA}:
                break
    return Answer(tuple(payloads), None, outcome, reason)


def _window(ask: Ask, first: dt.date, last: dt.date) -> Payload:
    """One request for the days `first` to `last`, parsed."""
    entry = source(NAME)
    start, end = range_bounds(first, last, ask.zone.tz)
    days = {"start": delivery_day(start, BERLIN).isoformat(), "end": delivery_day(end - dt.timedelta(seconds=1), BERLIN).isoformat()}
    fetched = fetch(ask.client, entry, entry.url, {"bzn": ask.zone.key, **days}, now=ask.now)
    if fetched.outcome is Outcome.NO_DATA and _early(last, ask):
        return Payload(replace(fetched, outcome=Outcome.NOT_YET), to_frame([]))
    if not fetched.ok:
        return Payload(fetched, to_frame([]))
    try:
        frame = to_frame(parse(fetched.body, area=ask.zone.key))
    except SchemaChangedError as error:
        return Payload(replace(fetched, outcome=Outcome.SCHEMA_CHANGED, reason=str(error)), to_frame([]))
    return Payload(fetched, frame.filter(pl.col("delivery_date").is_in(ask.days)))


def parse(body: bytes, *, area: str = "DE-LU", payload_sha256: str | None = None) -> list[PriceRecord]:
    """Records of one answer, ascending; a null price stays null. Raises SchemaChangedError for a body of another shape."""
    document = _document(body)
    starts = [int(second) for second in document["unix_seconds"]]
    zone = zones().get(area)
    days = _local_days(starts, zone.tz if zone else BERLIN)
    currency = _currency(document.get("unit"), zone.currency if zone else "EUR")
    licence = str(document.get("license_info") or "not stated")
    records = []
    for start, day, step, price in zip(starts, days, _steps(starts, days), document["price"], strict=True):
        begin = dt.datetime.fromtimestamp(start, UTC)
        records.append(
            PriceRecord(
                series_id=series_id(NAME, area, step // 60, currency=currency),
                start_utc=begin,
                end_utc=begin + dt.timedelta(seconds=step),
                source=NAME,
                area=area,
                delivery_date=day,
                resolution_s=step,
                price=None if price is None else float(price),
                currency=currency,
                price_raw=None if price is None else str(price),
                unit_raw=document.get("unit"),
                licence=licence,
                redistributable=licence.startswith("CC BY 4.0"),
                payload_sha256=payload_sha256,
                parser_version=PARSER_VERSION,
            )
        )
    return records


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=NAME) from None
    if not isinstance(document, dict):
        raise SchemaChangedError("body is not an object", where=NAME)
    starts, prices = document.get("unix_seconds"), document.get("price")
    if not isinstance(starts, list) or not isinstance(prices, list) or len(starts) != len(prices):
        raise SchemaChangedError("'unix_seconds' and 'price' are not lists of one length", where=NAME)
    numbers = all(_is_number(start) for start in starts) and all(price is None or _is_number(price) for price in prices)
    if not numbers or any(later <= earlier for earlier, later in itertools.pairwise(starts)):
        raise SchemaChangedError("'unix_seconds' do not ascend or a value is not a number", where=NAME)
    return document


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _currency(unit: object, usual: str) -> str:
    """Currency of a unit like "EUR / MWh"; the service once sent "No Unit", which means the usual one."""
    head, _, tail = str(unit or "").partition("/")
    currency = head.strip().upper()
    if tail and tail.strip().lower() != "mwh":
        raise SchemaChangedError(f"unit '{unit}' is not per MWh", where=NAME)
    return currency if len(currency) == 3 and currency.isalpha() else usual


def _local_days(starts: list[int], tz: str) -> list[dt.date]:
    zone = ZoneInfo(tz)
    return [dt.datetime.fromtimestamp(start, zone).date() for start in starts]


def _steps(starts: list[int], days: list[dt.date]) -> list[int]:
    """Length of each interval in seconds: the smallest spacing within its delivery day, for the time unit changes at midnight only.

    A day with a single interval takes the length of the day before (or after).
    """
    per_day: dict[dt.date, int | None] = {}
    for day, group in itertools.groupby(zip(days, starts, strict=True), key=lambda pair: pair[0]):
        seconds = [start for _, start in group]
        per_day[day] = min((later - earlier for earlier, later in itertools.pairwise(seconds)), default=None)
    known = [step for step in per_day.values() if step is not None]
    if any(step not in STEPS_S for step in known):
        raise SchemaChangedError(f"spacing of {min(known)} s is no market time unit", where=NAME)
    usual = known[0] if known else 3600
    steps: dict[dt.date, int] = {}
    for day, step in per_day.items():
        usual = step or usual
        steps[day] = usual
    return [steps[day] for day in days]


def _early(last: dt.date, ask: Ask) -> bool:
    """Whether the prices of `last` may still come: a 404 before the deadline is no missing day."""
    return ask.now < dt.datetime.combine(last - dt.timedelta(days=1), PUBLISHED_BY, ZoneInfo(ask.zone.tz))
