"""The tables, once: migrations, writers, readers and frames follow from here. Published ones are below, the others in `record_tables.py`.

Each row of a published table belongs to a version of an asset.
"""

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Integer, LargeBinary, String, Table

from electricity_optimizer.warehouse.record_tables import asset_version, metadata, payload, source_state
from electricity_optimizer.warehouse.types import Instant

__all__ = ["PUBLISHED", "QUANTILES", "asset_version", "metadata", "payload", "source_state"]

QUANTILES = tuple(f"q{level:02d}" for level in range(5, 100, 5))
"""Names of the quantile columns of a forecast: q05 ... q95."""


def _published(name: str, *columns: Column[object]) -> Table:
    """A table whose rows belong to versions; `version_id` comes first in its key."""
    return Table(name, metadata, Column("version_id", Integer, ForeignKey("asset_version.id"), primary_key=True), *columns)


def _interval(whose: str) -> list[Column[object]]:
    return [
        Column(whose, String, nullable=False),
        Column("delivery_day", Date, nullable=False),
        Column("start", Instant, primary_key=True),
        Column("resolution_minutes", Integer, nullable=False),
    ]


def _outcome() -> list[Column[object]]:
    """What a settled plan came to besides its cost; null for days settled before these were kept."""
    return [
        Column("regret_price", Float, doc="cost of not knowing the prices"),
        Column("regret_energy", Float, doc="cost of not knowing load and sun"),
        Column("regret_rounding", Float, doc="what is left: steps, gaps, limits as they were met"),
        Column("import_kwh", Float),
        Column("export_kwh", Float),
        Column("self_consumption", Float, doc="share of the produced energy that was used on site, 0 to 1; null without production"),
        Column("self_sufficiency", Float, doc="share of the used energy that did not come from the grid, 0 to 1"),
        Column("co2_kg", Float, doc="of imported energy; null where the intensity is not known"),
        Column("baseline_co2_kg", Float),
    ]


price = _published(
    "price",
    *_interval("zone"),
    Column("price_eur_mwh", Float),
    Column("price", Float),
    Column("currency", String, nullable=False),
    Column("fx_rate", Float, doc="units of the currency for one euro that price_eur_mwh was converted with"),
    Column("fx_date", Date, doc="the day that rate was fixed"),
    Column("source", String, nullable=False),
    Column("derivation", String, nullable=False),
    Column("status", String, nullable=False, server_default="final"),
    Column("licence", String, nullable=False),
    Column("redistributable", Boolean, nullable=False, server_default="0"),
    Column("synthetic", Boolean, nullable=False),
)
weather = _published(
    "weather",
    *_interval("zone"),
    Column("temperature_c", Float),
    Column("wind_speed_ms", Float),
    Column("radiation_w_m2", Float),
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("synthetic", Boolean, nullable=False),
)
features = _published(
    "features",
    *_interval("zone"),
    Column("price_eur_mwh", Float, doc="mean over the hour; null while not known"),
    Column("load_forecast_mw", Float),
    Column("wind_forecast_mw", Float),
    Column("solar_forecast_mw", Float),
    Column("temperature_c", Float),
    Column("wind_speed_ms", Float),
    Column("radiation_w_m2", Float),
    Column("neighbour_price_eur_mwh", Float, doc="mean of the neighbours whose auction closed before ours"),
    Column("gas_eur_mwh", Float, doc="last price known at gate closure"),
    Column("carbon_eur_t", Float, doc="last price known at gate closure"),
    Column("is_holiday", Boolean, nullable=False),
    Column("synthetic", Boolean, nullable=False),
)
forecast = _published(
    "forecast",
    *_interval("zone"),
    Column("model", String, primary_key=True),
    Column("issued_at", Instant, nullable=False),
    Column("horizon_days", Integer, nullable=False),
    Column("value_eur_mwh", Float, nullable=False),
    *[Column(name, Float) for name in QUANTILES],
    Column("synthetic", Boolean, nullable=False),
)
observation = _published(
    "observation",
    *_interval("zone"),
    Column("model", String, primary_key=True),
    Column("issued_at", Instant, nullable=False),
    Column("horizon_days", Integer, primary_key=True),
    Column("value_eur_mwh", Float, nullable=False),
    Column("actual_eur_mwh", Float, nullable=False),
    Column("pinball", Float),
    Column("in_50", Boolean),
    Column("in_80", Boolean),
    Column("in_90", Boolean),
)
accuracy = _published(
    "accuracy",
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("model", String, primary_key=True),
    Column("window_days", Integer, primary_key=True),
    Column("horizon_days", Integer, primary_key=True, doc="1: the day after the last known price"),
    Column("hour", Integer, primary_key=True, doc="local hour; -1: all hours of the day"),
    Column("count", Integer, nullable=False),
    Column("mae", Float, nullable=False),
    Column("rmae", Float),
    Column("rmse", Float, nullable=False),
    Column("smape", Float, nullable=False),
    Column("mape", Float, doc="per cent of the actual price, which counts as the stated floor at least"),
    Column("pinball", Float),
    Column("coverage_50", Float),
    Column("coverage_80", Float),
    Column("coverage_90", Float),
    Column("dm_p_value", Float, doc="Diebold-Mariano, one-sided: chance of so small an error if it were no better than the ensemble"),
)
bias = _published(
    "bias",
    Column("zone", String, nullable=False),
    Column("model", String, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("bias_eur_mwh", Float, nullable=False),
    Column("count", Integer, nullable=False),
)
ensemble_weight = _published(
    "ensemble_weight",
    Column("zone", String, nullable=False),
    Column("model", String, primary_key=True),
    Column("weight", Float, nullable=False),
)
model_card = _published(
    "model_card",
    Column("zone", String, nullable=False),
    Column("model", String, primary_key=True),
    Column("role", String, primary_key=True, doc="champion (forecasts) or challenger (was refused)"),
    Column("file_sha256", String, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("trained_from", Date, nullable=False),
    Column("trained_until", Date, nullable=False),
    Column("card", JSON, nullable=False),
)
learning_journal = _published(
    "learning_journal",
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("text", String, nullable=False),
    Column("details", JSON, nullable=False),
)
similar_day = _published(
    "similar_day",
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("rank", Integer, primary_key=True),
    Column("similar_day", Date, nullable=False),
    Column("distance", Float, nullable=False),
)
similar_day_file = _published(
    "similar_day_file",
    Column("zone", String, nullable=False),
    Column("file_sha256", String, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("card", JSON, nullable=False, doc="dimension, days, scales, recall"),
)
site_model = _published(
    "site_model",
    Column("site", String, nullable=False),
    Column("model", String, primary_key=True),
    Column("file_sha256", String, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("trained_from", Date, nullable=False),
    Column("trained_until", Date, nullable=False),
    Column("card", JSON, nullable=False),
)
site_forecast = _published(
    "site_forecast",
    *_interval("site"),
    Column("load_kw", Float, nullable=False),
    Column("load_q10_kw", Float),
    Column("load_q90_kw", Float),
    Column("pv_kw", Float, nullable=False),
    Column("pv_q10_kw", Float),
    Column("pv_q90_kw", Float),
    Column("method", String, nullable=False, server_default="profile", doc="profile, blend or learnt"),
    Column("outdoor_temperature_c", Float),
    Column("synthetic", Boolean, nullable=False),
)
meter_reading = _published(
    "meter_reading",
    *_interval("site"),
    Column("load_kw", Float, nullable=False),
    Column("pv_kw", Float, nullable=False),
    Column("outdoor_temperature_c", Float),
    Column("synthetic", Boolean, nullable=False),
)
schedule = _published(
    "schedule",
    Column("site", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("plan_id", String, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("start", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("cost", Float),
    Column("baseline_cost", Float),
    Column("currency", String, nullable=False),
    Column("gap", Float),
    Column("bound", Float, doc="no plan can cost less, in the words of the problem's objective"),
    Column("solve_seconds", Float, doc="a stopwatch, no part of the content"),
    Column("previous_plan_id", String, doc="the plan this one replaces"),
    Column("problem", LargeBinary, nullable=False, doc="zstd-compressed problem file of contracts/schedule_problem"),
    Column("answer", LargeBinary, nullable=False, doc="zstd-compressed answer"),
    Column("inputs", JSON, nullable=False, doc="versions of what the plan was made from"),
    Column("synthetic", Boolean, nullable=False),
)
settlement = _published(
    "settlement",
    Column("site", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("plan_id", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("settled_cost", Float, nullable=False, doc="the plan at actual prices, load and sun"),
    Column("baseline_cost", Float, nullable=False, doc="the same site without optimisation at the same actuals"),
    Column("foresight_cost", Float, nullable=False, doc="the best plan with actual prices, load and sun known"),
    Column("naive_cost", Float, doc="the best plan for the prices of a week or a day ago, carried out at the same actuals"),
    *_outcome(),
    Column("end_state", JSON, nullable=False, doc="what the day left behind: energy stored, temperatures, peaks of the month"),
    Column("synthetic", Boolean, nullable=False),
)
savings = _published(
    "savings",
    Column("site", String, nullable=False),
    Column("month", String, nullable=False),
    Column("days", Integer, nullable=False),
    Column("currency", String, nullable=False),
    Column("settled_cost", Float, nullable=False),
    Column("baseline_cost", Float, nullable=False),
    Column("foresight_cost", Float, nullable=False),
    Column("naive_cost", Float),
    *_outcome(),
    Column("baseline", String, doc="what the savings are measured against, in words"),
    Column("savings_percent", Float),
    Column("synthetic", Boolean, nullable=False),
)
switch_advice = _published(
    "switch_advice",
    Column("site", String, nullable=False),
    Column("month", String, nullable=False),
    Column("offer", String, primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("recommended", Boolean, nullable=False),
    Column("currency", String, nullable=False),
    Column("cost", Float, nullable=False, doc="a year under this offer, devices optimised"),
    Column("cost_unoptimised", Float, nullable=False, doc="a year under this offer, the baseline's habits"),
    Column("cost_p10", Float, doc="devices optimised, over price scenarios"),
    Column("cost_p90", Float),
    Column("first_year_cost", Float, nullable=False, doc="with bonus, switching cost and what the old contract still takes"),
    Column("switch_on", Date, doc="earliest day by contract end and notice; null for staying"),
    Column("break_even_on", Date),
    Column("confidence", Float, doc="share of scenarios in which it is cheaper than staying"),
    Column("reason", String, nullable=False),
    Column("details", JSON, nullable=False, doc="the offer as it stood, items of the bill, how the load was known"),
    Column("synthetic", Boolean, nullable=False),
)
quality_report = _published(
    "quality_report",
    Column("zone", String, nullable=False),
    Column("delivery_day", Date, nullable=False),
    Column("expectation", String, primary_key=True),
    Column("passed", Boolean, nullable=False),
    Column("observed", String),
)

PUBLISHED: dict[str, Table] = {
    "prices": price,
    "weather": weather,
    "price_features": features,
    "forecast_models": model_card,
    "price_forecasts": forecast,
    "site_forecasts": site_forecast,
    "meter_readings": meter_reading,
    "forecast_observations": observation,
    "forecast_accuracy": accuracy,
    "forecast_bias": bias,
    "ensemble_weights": ensemble_weight,
    "learning_journal": learning_journal,
    "similar_day_index": similar_day,
    "similar_day_files": similar_day_file,
    "site_models": site_model,
    "optimized_schedules": schedule,
    "schedule_settlements": settlement,
    "savings": savings,
    "supplier_advice": switch_advice,
    "quality_report": quality_report,
}
"""The published table of each asset."""
