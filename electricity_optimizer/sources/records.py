"""What a parser gives: records with the columns of the bitemporal tables, and frames of them.

The columns are those of `price_record`, `weather_record` and `grid_forecast_record` without revision, valid_from and valid_to.
"""

import datetime as dt
import types
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import polars as pl

from electricity_optimizer.timeline import UTC_DTYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord:
    """A price per MWh for `[start_utc, end_utc)`; `delivery_date` is the local day of the market; null stays null."""

    series_id: str
    start_utc: dt.datetime
    end_utc: dt.datetime
    source: str
    area: str
    delivery_date: dt.date
    resolution_s: int
    price: float | None
    currency: str
    price_raw: str | None = None
    unit_raw: str | None = None
    status: str = "final"
    derivation: str = "as_sent"
    licence: str
    redistributable: bool
    synthetic: bool = False
    payload_sha256: str | None = None
    parser_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRecord:
    """Weather of `[start_utc, end_utc)`: temperature in C and wind in m/s at its start, radiation in W/m2 as its mean."""

    series_id: str
    start_utc: dt.datetime
    end_utc: dt.datetime
    source: str
    area: str
    delivery_date: dt.date
    kind: str
    temperature_c: float | None
    wind_speed_ms: float | None
    radiation_w_m2: float | None
    licence: str
    redistributable: bool
    synthetic: bool = False
    payload_sha256: str | None = None
    parser_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridForecastRecord:
    """Load, wind and sun of a zone in MW as means of `[start_utc, end_utc)`: day-ahead `forecast` or `actual`."""

    series_id: str
    start_utc: dt.datetime
    end_utc: dt.datetime
    source: str
    area: str
    delivery_date: dt.date
    kind: str
    load_mw: float | None
    wind_mw: float | None
    solar_mw: float | None
    licence: str
    redistributable: bool
    synthetic: bool = False
    payload_sha256: str | None = None
    parser_version: int


Record = PriceRecord | WeatherRecord | GridForecastRecord

_DTYPES: dict[object, pl.DataType] = {
    str: pl.String(),
    dt.datetime: UTC_DTYPE,
    dt.date: pl.Date(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
}


def schema_of(kind: type[Record]) -> pl.Schema:
    """Polars schema of one kind of record, in the order of the table's columns."""
    hints = get_type_hints(kind)
    return pl.Schema({field.name: _DTYPES[_plain(hints[field.name])] for field in fields(kind)})


def to_frame(records: Sequence[Record], kind: type[Record] = PriceRecord) -> pl.DataFrame:
    """Frame with the exact schema of the records; `kind` decides for an empty list."""
    schema = schema_of(type(records[0]) if records else kind)
    rows = [tuple(getattr(record, name) for name in schema) for record in records]
    return pl.DataFrame(rows, schema=schema, orient="row")


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
