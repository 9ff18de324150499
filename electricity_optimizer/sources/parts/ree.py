"""What Red Electrica's two services, ESIOS and REData, have in common: products by number, places, and values at instants of Spanish days.

Prices are in EUR/MWh. An instant is the start of its interval and carries its offset, which alone tells the two hours of an autumn night
apart. The spacing within a day is the resolution: the same series has hours before 2025-10-01 and may have quarters after.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.reading.day_ahead import check_aligned, check_starts, local_days, steps
from electricity_optimizer.sources.reading.json_answer import fields, is_number
from electricity_optimizer.sources.records import PriceRecord, series_id
from electricity_optimizer.timeline import UTC, range_bounds

MADRID = "Europe/Madrid"
SPAIN = "3"
PENINSULA = "8741"
PLACES = {PENINSULA: "peninsula", "8742": "canarias", "8743": "baleares", "8744": "ceuta", "8745": "melilla"}
"""Regions of a Spanish tariff by number (`geo`); the regulated price is the same in the first three, and in the last two."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the values of a number are, in the words of the price record; `label` names what nobody has subscribed to."""

    label: str
    market: str = "retail"
    auction: str = "none"
    direction: str = "import"
    components: str = "energy"


SPOT, PVPC = "600", "1001"
PRODUCTS: Mapping[str, Product] = {
    SPOT: Product("ES", "day_ahead", "SDAC"),
    PVPC: Product("pvpc", components="energy+grid"),
    "1739": Product("pvpc-surplus", direction="export"),
    "1900": Product("pvpc-gas-adjustment"),
    "2108": Product("pvpc-forward-adjustment"),
    "10211": Product("final-price"),
}
"""Regulated tariff 2.0TD (1001), what it pays for surplus (1739), two of its adjustments, and the mean final price (revised for months)."""


class Value(NamedTuple):
    """A price in EUR/MWh from `start` (UTC) on, and as it was sent."""

    start: dt.datetime
    price: float | None
    raw: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: the catalogue's entry, the version of its parser, what they are about and when they were published."""

    source: str
    parser_version: int
    area: str
    source_area: str
    published_at: dt.datetime | None = None


def value_of(row: object, where: str) -> Value:
    """Start and price of one entry of `values`. Raises SchemaChangedError for a time without offset or a price that is no number."""
    entry = fields(row, "a value", where)
    start, price = instant(entry.get("datetime")), entry.get("value")
    if start is None or (price is not None and not is_number(price)):
        raise SchemaChangedError(f"'{price}' at '{entry.get('datetime')}' is not a price at a time with offset", where=where)
    return Value(start, None, None) if price is None else Value(start, float(price), str(price))


def instant(text: object) -> dt.datetime | None:
    """UTC instant of a time with offset; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(str(text))
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1, with an offset
        return None


def geo_of(parameters: Mapping[str, str], where: str) -> str:
    """Number of the region that a subscription names, of the peninsula without one. Raises InputError for another."""
    geo = parameters.get("geo", PENINSULA)
    if geo not in PLACES:
        known = ", ".join(f"{number} ({name})" for number, name in PLACES.items())
        raise InputError(f"geo '{geo}' is not known", where=f"subscription of {where}", remedy=f"write one of {known}")
    return geo


def whole_days(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Local first and last second of the Spanish days `first` to `last`, as both services want them."""
    start, end = range_bounds(first, last, MADRID)
    return start.astimezone(ZoneInfo(MADRID)), (end - dt.timedelta(seconds=1)).astimezone(ZoneInfo(MADRID))


def price_records(values: Sequence[Value], product: Product, origin: Origin) -> list[PriceRecord]:
    """Records of one series of values. Raises SchemaChangedError where they do not ascend or lie on no market time unit.

    A publication time is that of the last value, so only an answer about a single day takes it.
    """
    entry = source(origin.source)
    starts = [int(value.start.timestamp()) for value in values]
    check_starts(starts, entry.key)
    days = local_days(starts, MADRID)
    lengths = steps(starts, days, entry.key)
    check_aligned(starts, lengths, entry.key)
    published = origin.published_at if len(set(days)) == 1 else None
    return [
        PriceRecord(
            series_id=series_id(entry.key, origin.area, length // 60, market=product.market, auction=product.auction),
            start_utc=value.start,
            end_utc=value.start + dt.timedelta(seconds=length),
            source=entry.key,
            area=origin.area,
            delivery_date=day,
            resolution_s=length,
            price=value.price,
            currency="EUR",
            price_raw=value.raw,
            unit_raw="EUR/MWh",
            source_area=origin.source_area,
            market=product.market,
            auction=product.auction,
            direction=product.direction,
            components=product.components,
            published_at=published,
            licence=entry.licence,
            attribution=entry.attribution,
            redistributable=entry.redistributable,
            parser_version=origin.parser_version,
        )
        for value, day, length in zip(values, days, lengths, strict=True)
    ]
