"""The tables of the record: what upstreams said and when, stored answers, states of sources, and the versions of everything published.

Units: prices per MWh in the named currency, power kW (grid quantities MW), energy kWh, temperature C, radiation W/m2, wind m/s.
Instants are UTC; `delivery_day` is the local day of the zone's market. A missing value is null.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from electricity_optimizer.warehouse.types import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

asset_version = Table(
    "asset_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("asset", String, nullable=False),
    Column("scope", String, nullable=False, doc="zone or site that this version is about"),
    Column("partition", String, nullable=False, doc="delivery day or month"),
    Column("version", Integer, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("run_id", String, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("superseded_at", Instant),
    UniqueConstraint("asset", "scope", "partition", "version"),
)
Index("ix_asset_version_current", asset_version.c.asset, asset_version.c.scope, asset_version.c.superseded_at, asset_version.c.partition)

payload = Table(
    "payload",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("request", String, primary_key=True),
    Column("fetched_at", Instant, nullable=False),
    Column("outcome", String, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("seen_at", Instant, nullable=False, doc="when the upstream last sent, or confirmed, these bytes"),
    Column("etag", String, nullable=False, server_default=""),
    Column("last_modified", String, nullable=False, server_default=""),
    Column("kind", String, nullable=False, server_default="", doc="what was asked: prices, weather ..."),
    Column("about", JSON, nullable=False, server_default="{}", doc="what the parser needs besides the bytes"),
    Column("parser_version", Integer, nullable=False, server_default="0"),
    Column("recorded", Boolean, nullable=False, server_default=false(), doc="its rows are in the record, all of them"),
)
Index("ix_payload_request", payload.c.source, payload.c.request, payload.c.seen_at)

source_state = Table(
    "source_state",
    metadata,
    Column("source", String, primary_key=True),
    Column("failures", Integer, nullable=False, doc="calls that failed in a row"),
    Column("retry_at", Instant, doc="the circuit breaker is open until then"),
    Column("outcome", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("last_ok_at", Instant),
    Column("last_failure_at", Instant),
)


def _record(name: str, *values: Column[object]) -> Table:
    """A bitemporal table: one row per (series, start, revision); the current row has no `valid_to`."""
    table = Table(
        name,
        metadata,
        Column("series_id", String, primary_key=True, doc="source:area:market:auction:product:currency"),
        Column("start_utc", Instant, primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("end_utc", Instant, nullable=False),
        Column("source", String, nullable=False),
        Column("area", String, nullable=False),
        Column("delivery_date", Date, nullable=False),
        *values,
        Column("licence", String, nullable=False),
        Column("redistributable", Boolean, nullable=False),
        Column("synthetic", Boolean, nullable=False),
        Column("payload_sha256", String),
        Column("parser_version", Integer, nullable=False),
        Column("run_id", String),
        Column("valid_from", Instant, nullable=False),
        Column("valid_to", Instant),
    )
    Index(f"ix_{name}_area_date_series", table.c.area, table.c.delivery_date, table.c.series_id)
    return table


price_record = _record(
    "price_record",
    Column("resolution_s", Integer, nullable=False),
    Column("price", Float),
    Column("currency", String, nullable=False),
    Column("price_raw", String),
    Column("unit_raw", String),
    Column("source_area", String),
    Column("market", String, nullable=False, server_default="day_ahead"),
    Column("auction", String, nullable=False, server_default="SDAC"),
    Column("direction", String, nullable=False, server_default="import"),
    Column("vat", String, nullable=False, server_default="excluded"),
    Column("vat_rate", Float),
    Column("components", String, nullable=False, server_default="energy"),
    Column("status", String, nullable=False),
    Column("derivation", String, nullable=False),
    Column("published_at", Instant, doc="as the source declares it"),
    Column("attribution", String),
)
weather_record = _record(
    "weather_record",
    Column("kind", String, nullable=False, doc="forecast or actual"),
    Column("temperature_c", Float),
    Column("wind_speed_ms", Float),
    Column("radiation_w_m2", Float, doc="mean over the interval"),
)
grid_forecast_record = _record(
    "grid_forecast_record",
    Column("kind", String, nullable=False, doc="forecast (day-ahead) or actual"),
    Column("load_mw", Float),
    Column("wind_mw", Float),
    Column("solar_mw", Float),
)
carbon_record = _record(
    "carbon_record",
    Column("kind", String, nullable=False, doc="forecast or actual"),
    Column("signal", String, nullable=False, doc="average or marginal"),
    Column("carbon_g_kwh", Float),
    Column("estimated", Boolean, nullable=False),
)
statistic_record = _record(
    "statistic_record",
    Column("indicator", String, nullable=False),
    Column("value", Float),
    Column("unit", String, nullable=False),
    Column("currency", String),
    Column("status", String, nullable=False),
)
tariff_term_record = _record(
    "tariff_term_record",
    Column("term", String, nullable=False, doc="energy, sell, demand, fixed or minimum"),
    Column("period", Integer, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("tier_max", Float),
    Column("tier_unit", String),
    Column("price", Float),
    Column("unit", String, nullable=False),
    Column("currency", String, nullable=False),
)
fuel_record = _record(
    "fuel_record",
    Column("fuel", String, nullable=False, doc="gas or carbon"),
    Column("price", Float),
    Column("unit", String, nullable=False, doc="EUR/MWh of heat, EUR/t of carbon dioxide"),
)
exchange_rate_record = _record("exchange_rate_record", Column("rate", Float, nullable=False, doc="units of the currency for one euro"))
