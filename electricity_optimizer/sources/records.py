"""What a parser gives: records with the columns of the bitemporal tables, and frames of them.

The columns are those of the `*_record` tables of the warehouse without revision, valid_from, valid_to and run_id.
"""

import datetime as dt
import types
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import polars as pl

from electricity_optimizer.timeline import UTC_DTYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What every record has: whose word it is about which interval and delivery day, under what terms, and where its bytes are."""

    series_id: str
    start_utc: dt.datetime
    end_utc: dt.datetime
    source: str
    area: str
    delivery_date: dt.date
    licence: str
    redistributable: bool
    synthetic: bool = False
    payload_sha256: str | None = None
    parser_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord(Said):
    """A price per MWh for `[start_utc, end_utc)`; `delivery_date` is the local day of the market; null stays null.

    `price_raw` and `unit_raw` are as sent ("105,10", "p/kWh"). `area` is a bidding zone of ours or a subscription, `source_area` what
    the upstream calls it. `market`: day_ahead, intraday, imbalance, retail or tariff_expanded; `auction`: SDAC, EXAA, IDA1 ... or none.
    `direction`: import or export; `vat`: excluded, included or unknown; `components`: energy, energy+grid or all-in.
    `status`: preliminary, final, revised, estimated or forecast; `derivation`: as_sent, a03_repeat or tariff_schedule.
    """

    resolution_s: int
    price: float | None
    currency: str
    price_raw: str | None = None
    unit_raw: str | None = None
    source_area: str | None = None
    market: str = "day_ahead"
    auction: str = "SDAC"
    direction: str = "import"
    vat: str = "excluded"
    vat_rate: float | None = None
    components: str = "energy"
    status: str = "final"
    derivation: str = "as_sent"
    published_at: dt.datetime | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRecord(Said):
    """Weather of `[start_utc, end_utc)`: temperature in C and wind in m/s at its start, radiation in W/m2 as its mean."""

    kind: str
    temperature_c: float | None
    wind_speed_ms: float | None
    radiation_w_m2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridForecastRecord(Said):
    """Load, wind and sun of a zone in MW as means of `[start_utc, end_utc)`: day-ahead `forecast` or `actual`.

    An upstream that sends one quantity an answer gives each a series of its own (`auction` "load", "wind", "solar") with the other
    two null, so that one answer never revises another.
    """

    kind: str
    load_mw: float | None
    wind_mw: float | None
    solar_mw: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonRecord(Said):
    """Carbon intensity of a zone's electricity in gCO2eq/kWh over `[start_utc, end_utc)`: `forecast` or `actual`.

    `signal`: average or marginal; `estimated`: the upstream modelled what it had not measured.
    """

    kind: str
    signal: str = "average"
    carbon_g_kwh: float | None
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticRecord(Said):
    """A number about a period (a year of a country's household price): context for people, never a price feed.

    `indicator` says what is counted, `unit` in what ("USD/kWh"). `delivery_date` is the first day of the period.
    """

    indicator: str
    value: float | None
    unit: str
    currency: str | None = None
    status: str = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffTermRecord(Said):
    """A term of a retail tariff over `[start_utc, end_utc)`, exactly as the tariff states it.

    `term`: energy, sell, demand, fixed or minimum; `period` and `tier` count from 0; the tier holds up to `tier_max` in `tier_unit`
    (null: without end). `price` is per `unit` ("USD/kWh", "USD/kW", "USD/month"), adjustments included.
    """

    term: str
    period: int
    tier: int
    tier_max: float | None
    tier_unit: str | None
    price: float | None
    unit: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelRecord(Said):
    """What a `fuel` (gas, carbon) cost on `delivery_date` in `unit` (EUR/MWh of heat, EUR/t of carbon dioxide)."""

    fuel: str
    price: float | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRateRecord(Said):
    """Units of the currency `area` that one euro buys, as fixed on `delivery_date`; it holds until the next one."""

    rate: float


Record = (
    PriceRecord | WeatherRecord | GridForecastRecord | CarbonRecord | StatisticRecord | TariffTermRecord | FuelRecord | ExchangeRateRecord
)

TABLES: dict[type[Record], str] = {
    PriceRecord: "price_record",
    WeatherRecord: "weather_record",
    GridForecastRecord: "grid_forecast_record",
    CarbonRecord: "carbon_record",
    StatisticRecord: "statistic_record",
    TariffTermRecord: "tariff_term_record",
    FuelRecord: "fuel_record",
    ExchangeRateRecord: "exchange_rate_record",
}
"""The bitemporal table of each kind of record."""

_DTYPES: dict[object, pl.DataType] = {
    str: pl.String(),
    dt.datetime: UTC_DTYPE,
    dt.date: pl.Date(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
}


def schema_of(kind: type[Record]) -> pl.Schema:
    """Polars schema of one kind of record."""
    hints = get_type_hints(kind)
    return pl.Schema({field.name: _DTYPES[_plain(hints[field.name])] for field in fields(kind)})


def required_of(kind: type[Record]) -> list[str]:
    """Fields of one kind of record that are never null."""
    return [name for name, hint in get_type_hints(kind).items() if not isinstance(hint, types.UnionType)]


def to_frame(records: Sequence[Record], kind: type[Record] = PriceRecord) -> pl.DataFrame:
    """Frame with the exact schema of the records; `kind` decides for an empty list.

    Raises TypeError for a text where a number is due (which polars would convert row by row) and for an instant without an offset (which
    it would take for UTC).
    """
    schema = schema_of(type(records[0]) if records else kind)
    return pl.DataFrame([_column(name, [getattr(record, name) for record in records], dtype) for name, dtype in schema.items()])


def _column(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    if dtype == UTC_DTYPE and any(value is not None and value.tzinfo is None for value in values):
        raise TypeError(f"'{name}' has no offset")
    return pl.Series(name, values, dtype=dtype, strict=True)


def completed(frame: pl.DataFrame, record: type[Record], /, **constants: Any) -> pl.DataFrame:
    """`frame` with constant columns added and ordered as the schema of `record`; columns not given keep the record's default."""
    defaults = {field.name: field.default for field in fields(record) if field.name not in frame.columns}
    schema = schema_of(record)
    extra = [pl.lit(constants.get(name, default), dtype=schema[name]).alias(name) for name, default in defaults.items()]
    return frame.with_columns(extra).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def series_id(source: str, area: str, minutes: int, *, market: str = "day_ahead", auction: str = "SDAC", currency: str = "EUR") -> str:
    """Key of a series: `source:area:market:auction:product:currency`; the product is the length of its intervals.

    >>> series_id("energy-charts", "DE-LU", 15)
    'energy-charts:DE-LU:day_ahead:SDAC:PT15M:EUR'
    """
    return f"{source}:{area}:{market}:{auction}:PT{minutes}M:{currency}"


def _plain(hint: object) -> object:
    """`float` of `float | None`."""
    return next(part for part in get_args(hint) if part is not type(None)) if isinstance(hint, types.UnionType) else hint
