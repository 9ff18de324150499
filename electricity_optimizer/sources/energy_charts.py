"""Day-ahead prices of energy-charts.info (Fraunhofer ISE): keyless, 46 bidding zones, up to a year in one request.

Days are Europe/Berlin days. `unix_seconds` are interval starts; the spacing within a delivery day is its market time unit, so hourly
days and quarter-hourly days may stand in one answer. A day that is not published, or missing, answers 404 and not an empty list.
`license_info` says per zone whether the prices may be passed on.
"""

import datetime as dt
import itertools
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import PriceRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day, range_bounds

NAME = "energy-charts"
PARSER_VERSION = 1
BERLIN = "Europe/Berlin"
STEPS_S = (900, 1800, 3600)


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days, up to a year in one request."""
    return [_prices(ask, first, last) for first, last in ask.windows()]


def _prices(ask: Ask, first: dt.date, last: dt.date) -> Request:
    start, end = range_bounds(first, last, ask.zone.tz)
    days = {"start": delivery_day(start, BERLIN).isoformat(), "end": delivery_day(end - dt.timedelta(seconds=1), BERLIN).isoformat()}
    return Request(ask.source.url, {"bzn": ask.zone.key, **days}, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "DE-LU") -> list[PriceRecord]:
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
