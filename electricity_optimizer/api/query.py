"""What a client may ask of a series, and what is meant by it: ranges, units, resolution, as-of, paging."""

import base64
import binascii
import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.instants import parse_instant
from electricity_optimizer.timeline import UTC, day_bounds, delivery_day, floor, parse_day

LIMIT = 10_000
LONGEST = dt.timedelta(days=3660)
EARLIEST, LATEST = dt.datetime(2000, 1, 1, tzinfo=UTC), dt.datetime(2100, 1, 1, tzinfo=UTC)
UNITS: dict[str, tuple[float, int]] = {"EUR/kWh": (1000.0, 6), "ct/kWh": (10.0, 4), "EUR/MWh": (1.0, 3)}
"""Divisor from EUR/MWh and decimals: every unit is exact to 0.000001 EUR/kWh."""
Layout = Literal["rows", "columns", "compact"]
Format = Literal["json", "csv", "parquet"]


class Resolution(IntEnum):
    """Minutes of an interval of the answer."""

    QUARTER = 15
    HALF = 30
    HOUR = 60


class MomentQuery(BaseModel):
    """The parameters of every route about prices of a zone. A parameter that is not known is an error."""

    model_config = ConfigDict(extra="forbid")

    zone: str = Field(description="bidding zone, see /v1/zones", examples=["DE-LU"])
    tz: str | None = Field(None, description="time zone of the output (default UTC) and of `day`", examples=["Europe/Berlin"])
    unit: str = Field("EUR/kWh", description="EUR/kWh, ct/kWh or EUR/MWh")
    currency: str = Field(
        "EUR", description="EUR: prices in another currency are converted at the euro reference rate of their day, null without one"
    )
    resolution: Resolution | None = Field(
        None, description="15, 30 or 60: means of shorter intervals, repeats of longer ones; default the market's"
    )
    as_of: str | None = Field(None, description="answer with what was known at this instant")


class RangeQuery(MomentQuery):
    """The parameters of a span of time; without any it goes from now to the end of what is known."""

    start: str | None = Field(
        None, description="first instant, RFC 3339 with offset; the interval around it is the first", examples=["2026-05-04T00:00:00Z"]
    )
    end: str | None = Field(None, description="end of the half-open range, RFC 3339 with offset")
    duration: str | None = Field(None, description="instead of `end`: ISO 8601, a day counts 24 h", examples=["PT48H"])
    day: str | None = Field(None, description="today, tomorrow or YYYY-MM-DD: a local day of `tz`, of the zone when `tz` is left out")


class SeriesQuery(RangeQuery):
    """The parameters of a series."""

    layout: Layout = Field("rows", description="rows, columns, or compact: {s: unix seconds, t: values}")
    limit: int = Field(LIMIT, ge=1, le=LIMIT, description="intervals of one answer; more by links.next")
    cursor: str | None = Field(None, description="from links.next")
    format: Format = Field("json", description="json, csv or parquet; files hold the whole range, without limit")


@dataclass(frozen=True)
class Asked:
    """A question, understood: instants in UTC on the grid of `minutes`; `end` is None for "as far as is known"."""

    zone: Zone
    start: dt.datetime
    end: dt.datetime | None
    tz: str
    unit: str
    minutes: int
    as_of: dt.datetime | None
    layout: Layout = "rows"
    limit: int = LIMIT
    cursor: dt.datetime | None = None
    format: Format = "json"
    open_access: bool = False
    """Whether the asker is anybody, so that rows which may not be handed on are withheld."""


def understood(query: MomentQuery, now: dt.datetime, *, open_access: bool = False) -> Asked:
    """The question of `query` at `now`. Raises InputError naming the parameter; CatalogError for an unknown zone."""
    where = zone(query.zone)
    tz = time_zone(query.tz or "UTC")
    _check_money(query.unit, query.currency)
    start, end = _span(query, where, now) if isinstance(query, RangeQuery) else (now, None)
    minutes = int(query.resolution or _market_minutes(where, start, end))
    series = query.model_dump(include={"layout", "limit", "format"})
    cursor = query.cursor if isinstance(query, SeriesQuery) else None
    return Asked(
        zone=where, start=floor(start, minutes), end=None if end is None else _ceiled(end, minutes), tz=tz, unit=query.unit,
        minutes=minutes, as_of=None if query.as_of is None else instant(query.as_of, "as_of"),
        cursor=None if cursor is None else from_cursor(cursor), open_access=open_access, **series,
    )  # fmt: skip


def time_zone(name: str) -> str:
    """The name itself. Raises InputError when no time zone has it."""
    if name not in _time_zones():
        raise InputError(f"time zone '{name}' is not known", where="tz", remedy="write it like Europe/Berlin")
    return name


@cache
def _time_zones() -> frozenset[str]:
    """Every name, listed once: it takes a walk through a folder."""
    return frozenset(available_timezones())


def instant(text: str, where: str) -> dt.datetime:
    """UTC instant of a parameter. Raises InputError; a plus sign that arrived as a space is put right."""
    head, space, offset = text.rpartition(" ")
    found = text if not space or "T" not in head else f"{head}+{offset}"
    try:
        moment = parse_instant(found, where)
    except OverflowError:
        moment = dt.datetime.max.replace(tzinfo=UTC)
    if not EARLIEST <= moment < LATEST:
        raise InputError(f"time {text} is out of range", where=where, remedy="choose a year from 2000 to 2099")
    return moment


def length(text: str, where: str = "duration") -> dt.timedelta:
    """A positive ISO 8601 duration. Raises InputError otherwise."""
    try:
        found = TypeAdapter(dt.timedelta).validate_python(text) if text.startswith("P") else dt.timedelta(0)
    except ValidationError:
        found = dt.timedelta(0)
    if not dt.timedelta(0) < found <= LONGEST:
        raise InputError(f"'{text}' is not a duration", where=where, remedy="write it like PT48H or P7D, up to 3660 days")
    return found


def to_cursor(start: dt.datetime) -> str:
    """Opaque text for the interval at which the next page starts."""
    return base64.urlsafe_b64encode(f"{start:%Y%m%dT%H%M%S}".encode()).decode().rstrip("=")


def from_cursor(text: str) -> dt.datetime:
    """The start in a cursor. Raises InputError for text that is none of ours."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        return dt.datetime.strptime(plain, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InputError("is not a cursor of ours", where="cursor", remedy="take it from links.next") from None


def named_day(text: str, tz: str, now: dt.datetime) -> dt.date:
    """The local day meant by today, tomorrow or YYYY-MM-DD. Raises InputError."""
    ahead = {"today": 0, "tomorrow": 1}.get(text)
    if ahead is not None:
        return delivery_day(now, tz) + dt.timedelta(days=ahead)
    day = parse_day(text)
    if not EARLIEST.date() < day < LATEST.date() - dt.timedelta(days=2):
        raise InputError(f"day {text} is out of range", where="day", remedy="choose a year from 2000 to 2099")
    return day


def _span(query: RangeQuery, where: Zone, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    if query.day is not None:
        if query.start or query.end or query.duration:
            raise InputError("stands beside start, end or duration", where="day", remedy="give either day, or start with end or duration")
        tz = time_zone(query.tz or where.tz)
        return day_bounds(named_day(query.day, tz, now), tz)
    if query.end and query.duration:
        raise InputError("stands beside duration", where="end", remedy="give one of them")
    start = instant(query.start, "start") if query.start else floor(now, int(query.resolution or _market_minutes(where, now, None)))
    end = instant(query.end, "end") if query.end else start + length(query.duration) if query.duration else None
    if end is not None and not dt.timedelta(0) < end - start <= LONGEST:
        raise InputError("must lie after start, by 3660 days at most", where="end", remedy="the range is half-open: [start, end)")
    return start, end


def _market_minutes(where: Zone, start: dt.datetime, end: dt.datetime | None) -> int:
    last = start if end is None else end - dt.timedelta(microseconds=1)
    days = [delivery_day(moment, where.tz) for moment in (start, last)]
    return min(where.resolution_on(day) for day in days)


def _ceiled(end: dt.datetime, minutes: int) -> dt.datetime:
    down = floor(end, minutes)
    return down if down == end else down + dt.timedelta(minutes=minutes)


def _check_money(unit: str, currency: str) -> None:
    if currency != "EUR":
        raise InputError(f"currency '{currency}' is not served", where="currency", remedy="only EUR for now: leave it out")
    if unit not in UNITS:
        raise InputError(f"unit '{unit}' is not served", where="unit", remedy=f"choose one of {', '.join(UNITS)} (a / needs no escape)")
