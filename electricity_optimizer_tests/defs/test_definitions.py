"""The graph as a whole: it loads, and it is the one that was decided."""

import datetime as dt
import itertools
import subprocess
import sys
from typing import Any

import dagster as dg
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.assets.market import PRICE_CHECKS
from electricity_optimizer.defs.automation import schedules
from electricity_optimizer.market.check import check_prices
from electricity_optimizer.market.unify import PRICE_SCHEMA

GRAPH = {
    "ingestion": [
        "country_statistics",
        "meter_readings",
        "raw_carbon",
        "raw_exchange_rates",
        "raw_grid_forecasts",
        "raw_prices",
        "raw_tariffs",
        "raw_weather",
    ],
    "market": ["price_features", "prices", "weather"],
    "forecasting": ["forecast_models", "price_forecasts", "site_forecasts", "site_models"],
    "learning": [
        "ensemble_weights",
        "forecast_accuracy",
        "forecast_bias",
        "forecast_observations",
        "learning_journal",
        "similar_day_index",
    ],
    "optimization": ["optimized_schedules", "savings", "schedule_settlements", "supplier_advice"],
    "operations": ["quality_report"],
}
PATH_OF_A_PRICE = [
    "raw_prices",
    "prices",
    "price_features",
    "forecast_models",
    "price_forecasts",
    "forecast_observations",
    "forecast_accuracy",
    "ensemble_weights",
    "learning_journal",
]


@pytest.fixture(scope="module")
def graph() -> Any:
    return build_defs().resolve_asset_graph()


def test_every_stage_has_its_assets(graph: Any) -> None:
    found: dict[str, list[str]] = {}
    for key in graph.get_all_asset_keys():
        found.setdefault(graph.get(key).group_name, []).append(key.to_user_string())
    assert {group: sorted(names) for group, names in found.items()} == GRAPH


def test_a_price_passes_the_stages_in_order(graph: Any) -> None:
    for parent, child in itertools.pairwise(PATH_OF_A_PRICE):
        ancestors = {key.to_user_string() for key in graph.get_ancestor_asset_keys(dg.AssetKey(child))}
        assert parent in ancestors, f"{child} does not come from {parent}"


def test_every_asset_tells_an_operator_what_it_is(graph: Any) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.freshness_policy is not None, key
        assert node.owners, key


def test_tomorrow_is_a_partition_and_a_range_is_one_run(graph: Any) -> None:
    prices = graph.get(dg.AssetKey("prices"))
    assert prices.partitions_def is not None
    keys = prices.partitions_def.get_partition_keys(current_time=dt.datetime(2026, 5, 20, 10, tzinfo=dt.UTC))
    assert keys[-1] == "2026-05-21"
    assert prices.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_names_of_the_price_checks_are_those_of_the_market_room() -> None:
    results = check_prices(PRICE_SCHEMA.to_frame(), zone=zone("ES"), day=dt.date(2026, 5, 20))
    assert [result.name for result in results] == list(PRICE_CHECKS)


def test_a_schedule_asks_for_today_and_tomorrow_in_one_run() -> None:
    beat = next(schedule for schedule in schedules() if schedule.name == "price_sync_15_min")
    tick = dg.build_schedule_context(
        scheduled_execution_time=dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC)
    )  # 00:30 on the 29th in Berlin
    request = beat.evaluate_tick(tick).run_requests[0]
    assert request.tags["dagster/asset_partition_range_start"] == "2026-03-29"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-03-30"


def test_every_schedule_names_a_job_and_can_tick() -> None:
    jobs = {job.name for job in build_defs().resolve_all_job_defs()}
    for schedule in schedules():
        assert schedule.job_name in jobs
        tick = dg.build_schedule_context(
            scheduled_execution_time=dt.datetime(2026, 5, 20, 2, tzinfo=dt.UTC), repository_def=build_defs().get_repository_def()
        )
        assert schedule.evaluate_tick(tick).run_requests


def test_loading_the_definitions_imports_no_slow_library() -> None:
    code = (
        "import sys, electricity_optimizer.definitions as d; d.build_defs();"
        "print([name for name in ('great_expectations', 'torch', 'pyomo', 'sklearn', 'pandas', 'httpx') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
