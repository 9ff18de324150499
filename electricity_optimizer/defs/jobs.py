"""The jobs an operator starts by name; their names are the owner's."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,  # not exported: what define_asset_job gives
)

from electricity_optimizer.defs.audit import agree_with_the_reference
from electricity_optimizer.defs.checks import up_to_date
from electricity_optimizer.defs.expectations import EXPECTATIONS
from electricity_optimizer.defs.late import tomorrow_published
from electricity_optimizer.defs.zone_runs import Depth, job_tags

CYCLE = dg.AssetSelection.assets("raw_prices", "raw_weather", "raw_grid_forecasts", "raw_carbon")
RATES = dg.AssetSelection.assets("raw_exchange_rates")
INGESTION = CYCLE | RATES
MARKET = dg.AssetSelection.groups("market")
FORECASTS = dg.AssetSelection.assets("price_forecasts", "site_forecasts")
OBSERVATION = dg.AssetSelection.assets("forecast_observations", "forecast_accuracy")
LEARNING = dg.AssetSelection.assets(
    "forecast_observations", "forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal", "similar_day_index"
)
PLANS = dg.AssetSelection.assets("optimized_schedules")
TOMORROW = "publish_tomorrow"
"""Job that the publication sensor starts when tomorrow's prices were recorded."""
SETTLEMENT = dg.AssetSelection.assets("meter_readings", "schedule_settlements")
ENDS = dg.AssetSelection.checks(up_to_date)
"""How far each zone reaches: said once an hour with the forecasts, not in each quarter hour, where its step would cost more than ours."""
AUDIT = dg.AssetSelection.checks(agree_with_the_reference)
GIVEN_ELSEWHERE = EXPECTATIONS | AUDIT | dg.AssetSelection.checks(tomorrow_published)
"""Checks whose verdict comes from elsewhere in an automatic run (the gate, the report, the sensor): as steps they are for people."""


def _daily_job(
    name: str, selection: dg.AssetSelection, description: str, max_runtime_minutes: int, *depths: Depth
) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection - GIVEN_ELSEWHERE,
        description=description,
        tags={"dagster/max_runtime": str(max_runtime_minutes * 60), **job_tags(*depths)},
    )


JOBS = [
    _daily_job("price_sync", (CYCLE | MARKET) - ENDS, "Ask the sources for the days of the run and publish what passed its checks.", 30),
    _daily_job(
        "deep_resync",
        INGESTION | MARKET,
        "Ask again for days that are held and a second source beside the first; what is published passes every expectation.",
        120,
        "refresh",
        "deep",
    ),
    _daily_job(
        "backfill",
        INGESTION | MARKET,
        "Years of a zone: asks for the days that are missing in requests as large as each source allows, and goes on where it stopped.",
        12 * 60,
        "deep",
    ),
    _daily_job(TOMORROW, MARKET | FORECASTS | PLANS, "Publish tomorrow's prices, then forecast and plan with them.", 30),
    _daily_job("forecast_and_plan", FORECASTS | PLANS | ENDS, "Issue forecasts and compute the schedules of the delivery day.", 30),
    _daily_job("replan", PLANS, "Plan the rest of the running day again where something is new; what was carried out stands.", 10),
    _daily_job(
        "price_pipeline",
        MARKET | OBSERVATION,
        "Prices, then observe the forecasts they answer, then verify accuracy and look for drift.",
        30,
    ),
    _daily_job("observe_forecasts", OBSERVATION | SETTLEMENT, "Join actual prices to forecasts and plans.", 30),
    _daily_job("nightly_learning", LEARNING, "Accuracy, bias, weights (validated), journal, similar days, in this order.", 60),
    dg.define_asset_job(
        "data_quality",
        selection=(dg.AssetSelection.assets("quality_report") - GIVEN_ELSEWHERE) | AUDIT,
        description="The readable quality report of the day, and some of its plans solved again by the reference.",
        tags={"dagster/max_runtime": str(30 * 60), **job_tags()},
    ),
    _daily_job("rate_sync", RATES, "What one euro bought, where a zone is paid in another currency.", 10),
    dg.define_asset_job(
        "tariff_sync", selection=dg.AssetSelection.assets("raw_tariffs"), description="Retail tariffs of the subscriptions."
    ),
    dg.define_asset_job(
        "statistics_sync", selection=dg.AssetSelection.assets("country_statistics"), description="Statistics of the subscriptions."
    ),
    dg.define_asset_job(
        "monthly_savings",
        selection=dg.AssetSelection.assets("savings"),
        description="Sum the settled days of a month.",
    ),
    dg.define_asset_job(
        "monthly_advice",
        selection=dg.AssetSelection.assets("supplier_advice"),
        description="Each site's year under every offer of the supplier catalogue, and whether a change pays.",
        tags={"dagster/max_runtime": str(120 * 60)},
    ),
    dg.define_asset_job(
        "retrain_models",
        selection=dg.AssetSelection.assets("forecast_models"),
        description="Fit the models of a zone on all that is known and store them with their cards.",
    ),
    dg.define_asset_job(
        "retrain_sites",
        selection=dg.AssetSelection.assets("site_models"),
        description="Fit the models of a zone's sites on a year of their meters and store them with their cards.",
    ),
]
