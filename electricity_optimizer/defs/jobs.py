"""The jobs an operator starts by name; their names are the owner's."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,  # not exported: what define_asset_job gives
)

INGESTION = dg.AssetSelection.groups("ingestion") - dg.AssetSelection.assets("meter_readings")
MARKET = dg.AssetSelection.groups("market")
FORECASTS = dg.AssetSelection.assets("price_forecasts", "site_forecasts")
OBSERVATION = dg.AssetSelection.assets("forecast_observations", "forecast_accuracy")
LEARNING = dg.AssetSelection.assets(
    "forecast_observations", "forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal", "similar_day_index"
)
PLANS = dg.AssetSelection.assets("optimized_schedules")
SETTLEMENT = dg.AssetSelection.assets("meter_readings", "schedule_settlements")


def _daily_job(name: str, selection: dg.AssetSelection, description: str, max_runtime_minutes: int) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection,
        description=description,
        tags={"dagster/max_runtime": str(max_runtime_minutes * 60)},
    )


JOBS = [
    _daily_job("price_sync", INGESTION | MARKET, "Ask the sources for the days of the run and publish what passed its checks.", 30),
    _daily_job("forecast_and_plan", FORECASTS | PLANS, "Issue forecasts and compute the schedules of the delivery day.", 30),
    _daily_job("price_pipeline", MARKET | OBSERVATION, "Prices, then observe the forecasts they answer, then verify accuracy.", 30),
    _daily_job("observe_forecasts", OBSERVATION | SETTLEMENT, "Join actual prices to forecasts and plans.", 30),
    _daily_job("nightly_learning", LEARNING, "Accuracy, bias, weights (validated), journal, similar days.", 60),
    _daily_job("data_quality", dg.AssetSelection.assets("quality_report"), "The readable quality report of the day.", 30),
    dg.define_asset_job(
        "monthly_savings",
        selection=dg.AssetSelection.assets("savings"),
        description="Sum the settled days of a month.",
    ),
    dg.define_asset_job(
        "retrain_models",
        selection=dg.AssetSelection.assets("forecast_models"),
        description="Fit the models of a zone on all that is known and store them with their cards.",
    ),
]
