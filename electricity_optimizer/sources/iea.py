"""Prices of the International Energy Agency's website: context about countries from an undocumented back end, asked only where enabled.

Two of its addresses. `/prices`: end-use prices of a year or month, VAT included in every sector, whose codes are truncated names that are
reported inconsistently (ELECT and ELECTR, RES and RESID), so a code fits another that begins with it. `/rte/price/{ISO3}/timeseries`: the
wholesale tracker, per MWh. Both are statistics and never a price feed. The back end may answer with a page, nothing, or half an answer;
`/electricity` does not exist.
"""

import datetime as dt
import re
from typing import Any

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_values import member, number, objects
from electricity_optimizer.sources.records import StatisticRecord
from electricity_optimizer.timeline import UTC, day_bounds, day_start, parse_day

NAME = "iea"
PARSER_VERSION = 1
CODES = ("country", "product", "sector", "indicator", "unit")
"""Parameters of a subscription to end-use prices; the product is electricity and the indicator the price where it names none."""
USUAL = {"product": "ELECTR", "indicator": "PRICE"}
LOCAL_CURRENCY = "local currency"


def requests(ask: Ask) -> list[Request]:
    """End-use prices of a `country` (SPAIN), or the daily tracker of an `iso3` (ESP) over the asked days."""
    parameters = ask.parameters
    about = {"area": ask.area, "tz": ask.tz}
    if iso3 := parameters.get("iso3"):
        currency = parameters.get("currency", "EUR")
        return [
            Request(
                f"{ask.source.url}/rte/price/{iso3}/timeseries",
                {"from": first.isoformat(), "to": last.isoformat(), "precision": "day", "currency": currency},
                {**about, "iso3": iso3, "currency": currency},
            )
            for first, last in ask.windows()
        ]
    codes = {key: parameters.get(key, USUAL.get(key, "")) for key in CODES}
    if not codes["country"]:
        raise InputError("names no country", where=f"subscription {ask.area}", remedy='parameters: country = "SPAIN", or iso3 = "ESP"')
    asked = {key: value for key, value in codes.items() if value}
    return [Request(f"{ask.source.url}/prices", {f"CODE_{key.upper()}": value for key, value in asked.items()}, {**about, **asked})]


def parse(body: bytes, /, *, area: str = "", tz: str = "UTC", iso3: str = "", currency: str = "EUR", **codes: str) -> list[StatisticRecord]:
    """Records ascending within each series; rows of other codes than the asked ones are left out, for a filter may be ignored.

    Raises SchemaChangedError for another shape and UpstreamSaidError for a page in place of data, nothing at all, or no fitting row.
    """
    rows = _rows(body)
    tracker = "ISO3" in rows[0]
    if tracker:
        records = [_day(row, area, tz, iso3, currency) for row in rows]
    else:
        records = [_end_use(row, area, tz) for row in rows if _fits(row, codes)]
    if not records:
        raise UpstreamSaidError(Outcome.NO_DATA, f"{len(rows)} rows and none of {codes}: see /prices/list for the codes", where=NAME)
    records.sort(key=lambda record: (record.series_id, record.start_utc))
    keys = {(record.series_id, record.start_utc) for record in records}
    if len(keys) < len(records):
        raise SchemaChangedError("a period is there twice", where=NAME)
    return records


def refusal(_status: int, body: bytes) -> tuple[Outcome, str] | None:
    """A page where data are due: the website keeps scripts out."""
    return (Outcome.BLOCKED, "a web page in place of data") if _is_page(body) else None


def _rows(body: bytes) -> list[dict[str, Any]]:
    if not body.strip():
        raise UpstreamSaidError(Outcome.TRANSIENT, "empty body", where=NAME)
    if _is_page(body):
        raise UpstreamSaidError(Outcome.BLOCKED, "a web page in place of data", where=NAME)
    try:
        rows = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON, or it was cut off", where=NAME) from None
    if rows == []:
        raise UpstreamSaidError(Outcome.NO_DATA, "no rows", where=NAME)
    return objects(rows, "body", NAME)


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _fits(row: dict[str, Any], codes: dict[str, str]) -> bool:
    """Whether the row is one of those asked: of two codes one begins with the other; a price is not a monthly price, though."""
    for key, code in codes.items():
        there = str(row.get(f"CODE_{key.upper()}", ""))
        if there != code and (key == "indicator" or not there or not (there.startswith(code) or code.startswith(there))):
            return False
    return True


def _end_use(row: dict[str, Any], area: str, tz: str) -> StatisticRecord:
    first, after, length = _period(str(member(row, "CODE_YEAR", NAME)))
    code = {name: str(member(row, f"CODE_{name.upper()}", NAME)) for name in CODES}
    words = [str(row.get(name.title()) or code[name]).lower() for name in ("product", "sector")]
    currency = _currency(row, code["unit"])
    return _statistic(
        f"{area or code['country']}:statistic:none:{'-'.join(code.values())}-{length}:{currency or '-'}",
        (day_start(first, tz), day_start(after, tz), first),
        area=area or code["country"],
        indicator=f"{', '.join(words)}, {code['indicator'].lower()}, VAT included",
        value=number(member(row, "Value", NAME), "Value", NAME),
        unit=f"{row.get('Unit') or 'unit not named'} ({code['unit']})",
        currency=currency,
    )


def _day(row: dict[str, Any], area: str, tz: str, iso3: str, currency: str) -> StatisticRecord:
    if iso3 and row.get("ISO3") != iso3:
        raise SchemaChangedError(f"ISO3 '{row.get('ISO3')}' where '{iso3}' was asked", where=NAME)
    start, end, day = _span(str(row.get("Date")), tz)
    place, money = area or str(row["ISO3"]), None if currency == "local" else currency
    return _statistic(
        f"{place}:statistic:none:wholesale-{'PT1H' if end - start == dt.timedelta(hours=1) else 'P1D'}:{money or '-'}",
        (start, end, day),
        area=place,
        indicator="wholesale price, mean",
        value=number(member(row, "Value", NAME), "Value", NAME),
        unit=f"{money or LOCAL_CURRENCY}/MWh",
        currency=money,
    )


def _statistic(series: str, span: tuple[dt.datetime, dt.datetime, dt.date], **values: Any) -> StatisticRecord:
    entry = source(NAME)
    return StatisticRecord(
        series_id=f"{NAME}:{series}",
        start_utc=span[0],
        end_utc=span[1],
        delivery_date=span[2],
        source=NAME,
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
        **values,
    )


def _period(text: str) -> tuple[dt.date, dt.date, str]:
    """First day, day after the last and length of "2022", "2024-06", "2024-06-01" (a month), "2024Q2" or "2Q2024"."""
    if re.fullmatch(r"(19|20)\d\d", text):
        return dt.date(int(text), 1, 1), dt.date(int(text) + 1, 1, 1), "P1Y"
    if found := re.fullmatch(r"(?P<year>\d{4})-?Q(?P<at>[1-4])|(?P<before>[1-4])Q(?P<then>\d{4})", text):
        year, quarter = int(found["year"] or found["then"]), int(found["at"] or found["before"])
        return _months(year, 3 * quarter - 2, 3, "P3M")
    if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-01)?", text):
        return _months(int(found[1]), int(found[2]), 1, "P1M")
    raise SchemaChangedError(f"CODE_YEAR '{text}' is no year, quarter or month", where=NAME)


def _months(year: int, month: int, count: int, length: str) -> tuple[dt.date, dt.date, str]:
    after = month - 1 + count
    return dt.date(year, month, 1), dt.date(year + after // 12, after % 12 + 1, 1), length


def _span(text: str, tz: str) -> tuple[dt.datetime, dt.datetime, dt.date]:
    """Bounds and day of a stamp: a date, or midnight without an offset, is a day; an hour needs its offset, else it is a guess."""
    try:
        stamp = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SchemaChangedError(f"Date '{text}' is no time", where=NAME) from None
    if stamp.tzinfo is not None and stamp.time() != dt.time():
        start = stamp.astimezone(UTC)
        return start, start + dt.timedelta(hours=1), stamp.date()
    if stamp.time() != dt.time():
        raise SchemaChangedError(f"Date '{text}' is an hour without an offset", where=NAME)
    day = parse_day(text[:10])
    return *day_bounds(day, tz), day


def _currency(row: dict[str, Any], unit: str) -> str | None:
    """ISO code of the row's currency, where it has one: the field holds words at times, and national currency is not named."""
    named = str(row.get("Currency") or "")
    return named if re.fullmatch(r"[A-Z]{3}", named) else unit[:3] if unit.startswith(("USD", "EUR")) else None
