"""Euro reference rates of the European Central Bank: units of a currency for one euro, fixed about 16:00 Berlin time on working days.

Three files of one shape, newest day first: the last fixing, the last 90 days, everything since 1999. There is none for weekends and
TARGET holidays: a rate holds until the next one. A record stands for the calendar day (UTC) of its fixing and no more; who converts
takes the newest rate that is not after the day. Easter is the longest pause, so the ten days before the asked ones are given as well.
"""

import datetime as dt
import math
from collections.abc import Iterator

from lxml import etree

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import ExchangeRateRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day

NAME = "ecb"
PARSER_VERSION = 1
BERLIN = "Europe/Berlin"
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
ENVELOPE = "{http://www.gesmes.org/xml/2002-08-01}Envelope"
LAST, RECENT, ALL = "eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.xml"
RECENT_DAYS = 85
"""What the middle file holds for certain."""
PAUSE = dt.timedelta(days=10)
DAY = dt.timedelta(days=1)


def requests(ask: Ask) -> list[Request]:
    """The smallest file that holds the asked days up to today; nothing for days to come, whose rates nobody knows."""
    today = delivery_day(ask.now, BERLIN)
    past = [day for day in ask.days if day <= today]
    if not past:
        return []
    first = min(past) - PAUSE
    name = LAST if min(past) == today else RECENT if first >= today - dt.timedelta(days=RECENT_DAYS) else ALL
    return [Request(f"{ask.source.url}/{name}", about={"first": first.isoformat(), "last": max(past).isoformat()})]


def parse(body: bytes, *, first: str = "", last: str = "") -> list[ExchangeRateRecord]:
    """Records of one file between the dates `first` and `last`, ascending by day. Raises SchemaChangedError for a body of another shape."""
    earliest = _date(first) if first else dt.date.min
    latest = _date(last) if last else dt.date.max
    days: dict[dt.date, etree._Element] = {}
    for cube in _days(body):
        day = _date(cube.get("time"))
        if day in days:
            raise SchemaChangedError(f"{day} twice", where=NAME)
        days[day] = cube
    return [record for day in sorted(days) if earliest <= day <= latest for record in _rates(day, days[day])]


def _days(body: bytes) -> list[etree._Element]:
    """The elements of the days. A document type is refused unread: the files have none, and entities are how XML attacks its reader."""
    if b"<!DOCTYPE" in body:
        raise SchemaChangedError("body declares a document type", where=NAME)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SchemaChangedError("body is not XML", where=NAME) from None
    days: list[etree._Element] = root.findall(f"{CUBE}/{CUBE}")
    if root.tag != ENVELOPE or not days:
        raise SchemaChangedError("no reference rates", where=NAME)
    return days


def _date(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        raise SchemaChangedError(f"'{str(text)[:40]}' is not a date", where=NAME) from None


def _rates(day: dt.date, cube: etree._Element) -> Iterator[ExchangeRateRecord]:
    entry, start = source(NAME), dt.datetime.combine(day, dt.time(), UTC)
    seen: set[str] = set()
    for rate in cube.findall(CUBE):
        currency, value = rate.get("currency", ""), _number(rate.get("rate"))
        if len(currency) != 3 or not currency.isalpha() or currency in seen:
            raise SchemaChangedError(f"'{currency[:10]}' on {day} is no currency, or is there twice", where=NAME)
        seen.add(currency)
        yield ExchangeRateRecord(
            series_id=series_id(NAME, currency, 1440, market="exchange_rate", auction="reference", currency="EUR"),
            start_utc=start,
            end_utc=start + DAY,
            source=NAME,
            area=currency,
            delivery_date=day,
            rate=value,
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )


def _number(text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise SchemaChangedError(f"'{str(text)[:40]}' is not a rate", where=NAME)
    return value
