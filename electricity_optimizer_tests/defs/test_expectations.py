"""Great Expectations in the graph: a deep run publishes nothing that its suite refuses, a quick one does not even load the library."""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.expectations import CHECK, JUDGED, judged_parts, judged_published
from electricity_optimizer.defs.jobs import JOBS
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.quality.report import broken
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.conftest import Run, reasons
from electricity_optimizer_tests.defs.small_homes import LAST, ONE_DAY, ZONE, Home
from electricity_optimizer_tests.quality.days import spring_weather, weather_records

FIRST, SECOND, THIRD = dt.date(2026, 3, 27), dt.date(2026, 3, 28), dt.date(2026, 3, 29)
Cut = Callable[[dt.date, dt.date], pl.DataFrame]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
UNBELIEVABLE = pl.col("price") + 2500
"""Within the limits of the auction, and in the first days of a zone there is no level to compare with: only the suite refuses it."""


def deep(desk: Desk, instance: dg.DagsterInstance, *assets: str) -> dg.ExecuteInProcessResult:
    job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), assets)
    config = {**QUIET, "ops": {name: {"config": {"deep": True}} for name in assets}}
    return job.execute_in_process(instance=instance, tags=range_tags(FIRST, THIRD), run_config=config, raise_on_error=False)


def evaluations(result: dg.ExecuteInProcessResult, name: str = CHECK) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.asset_key.to_user_string(): one for one in result.get_asset_check_evaluations() if one.check_name == name}


def from_day(frame: pl.DataFrame, day: dt.date, value: pl.Expr) -> pl.DataFrame:
    local = pl.col("start").dt.convert_time_zone(zone(ZONE).tz).dt.date()
    return frame.with_columns(price=pl.when(local >= day).then(value).otherwise("price"))


@pytest.mark.parametrize(("name", "refresh"), [("deep_resync", True), ("backfill", False)])
def test_a_job_is_deep_whoever_starts_it_without_any_configuration(
    name: str, refresh: bool, real_days: Cut, priced: Callable[[pl.DataFrame], Desk], instance: dg.DagsterInstance
) -> None:
    desk = priced(real_days(FIRST, THIRD))
    job = build_defs(desk).resolve_job_def(name)
    assert not job.run_config
    assert job.tags.get("electricity_optimizer/refresh") == ("true" if refresh else None)
    result = job.execute_in_process(instance=instance, tags=range_tags(FIRST, THIRD), run_config=QUIET, raise_on_error=False)
    assert evaluations(result)["prices"].passed


@pytest.fixture
def priced(make_desk: Callable[..., Desk], run: Run, tmp_path: Path) -> Callable[[pl.DataFrame], Desk]:
    """A desk on a file of prices that were recorded, not published."""

    def write(frame: pl.DataFrame) -> Desk:
        frame.write_csv(tmp_path / "prices.csv")
        desk = make_desk(price_files=(tmp_path / "prices.csv",))
        result = run(desk, ["raw_prices"], FIRST, THIRD)
        assert result.success, reasons(result)
        return desk

    return write


def test_a_deep_run_publishes_good_days_and_says_so_as_the_check_of_the_asset(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, instance: dg.DagsterInstance
) -> None:
    desk = priced(real_days(FIRST, THIRD))
    result = deep(desk, instance, "prices")
    assert result.success, reasons(result)
    verdict = evaluations(result)["prices"]
    assert (verdict.passed, verdict.blocking) == (True, True)
    assert verdict.metadata["days judged"].value == 3
    assert desk.warehouse.versions("prices")["rows"].to_list() == [96, 96, 92]


def test_a_refused_day_keeps_its_last_good_version_and_its_neighbours_are_published(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, run: Run, instance: dg.DagsterInstance
) -> None:
    desk = priced(real_days(FIRST, THIRD))
    assert run(desk, ["prices"], SECOND, THIRD).success
    before = desk.warehouse.read("prices", ZONE, THIRD, THIRD)
    priced(from_day(real_days(FIRST, THIRD), THIRD, UNBELIEVABLE))
    result = deep(desk, instance, "prices")
    assert desk.warehouse.read("prices", ZONE, THIRD, THIRD).equals(before)
    assert desk.warehouse.versions("prices")["partition"].to_list() == [str(FIRST), str(SECOND), str(THIRD)]
    verdict = evaluations(result)["prices"]
    assert (verdict.passed, verdict.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert verdict.description.startswith(f"{ZONE} {THIRD} the median is a price of electricity: 25")
    assert f"{ZONE} {THIRD} the median" in evaluations(result, "every_zone_published")["prices"].description


def test_a_quick_run_lets_it_through_and_says_nothing_of_expectations(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, run: Run
) -> None:
    desk = priced(from_day(real_days(FIRST, THIRD), THIRD, UNBELIEVABLE))
    result = run(desk, ["prices"], FIRST, THIRD)
    assert evaluations(result) == {}
    assert desk.warehouse.versions("prices")["partition"].to_list() == [str(FIRST), str(SECOND), str(THIRD)]


def test_when_every_day_is_refused_nothing_is_published_and_what_follows_is_blocked(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, instance: dg.DagsterInstance
) -> None:
    desk = priced(from_day(real_days(FIRST, THIRD), FIRST, UNBELIEVABLE))
    result = deep(desk, instance, "prices", "price_features")
    assert not result.success
    assert evaluations(result)["prices"].severity is dg.AssetCheckSeverity.ERROR
    assert desk.warehouse.versions("prices").is_empty()
    assert "price_features" not in {event.step_key for event in result.all_events if event.is_step_start}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_verdict_of_a_deep_run_is_kept_like_one_that_was_planned(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    desk = priced(from_day(real_days(FIRST, THIRD), THIRD, UNBELIEVABLE))
    url = request.getfixturevalue("postgres_url").replace("postgresql://", "postgresql+psycopg2://") if database == "postgres" else ""
    (tmp_path / "dagster").mkdir()
    storage = {"storage": {"postgres": {"postgres_url": url}}} if url else {}
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster"), overrides=storage) as instance:
        result = deep(desk, instance, "prices")
        key = dg.AssetCheckKey(dg.AssetKey("prices"), CHECK)
        (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert (record.run_id, record.status.value) == (result.run_id, "FAILED")


def test_weather_in_kelvin_is_refused_and_the_day_before_it_published(make_desk: Callable[..., Desk], instance: dg.DagsterInstance) -> None:
    desk = make_desk()
    kelvin = pl.when(pl.col("delivery_day") == THIRD).then(pl.col("temperature_c") + 273.15).otherwise("temperature_c")
    rows = spring_weather(FIRST, THIRD).with_columns(kelvin.alias("temperature_c"))
    desk.warehouse.record("weather_record", weather_records(rows, "open-meteo"), now=desk.now())
    result = deep(desk, instance, "weather")
    assert desk.warehouse.versions("weather")["partition"].to_list() == [str(FIRST), str(SECOND)]
    assert "it is as warm as Europe" in evaluations(result)["weather"].description


def test_real_forecasts_are_admitted_and_one_whose_quantiles_cross_is_not(small_home: Home) -> None:
    first = LAST - 6 * ONE_DAY
    rows = small_home.house.read("price_forecasts", ZONE, first, LAST)
    crossed = rows.with_columns(q95=pl.when(pl.col("delivery_day") == LAST).then(pl.col("q05") - 1).otherwise("q95"))
    parts = [Part(ZONE, str(key[0]), frame) for key, frame in crossed.group_by(["delivery_day"], maintain_order=True)]
    admitted, verdicts = judged_parts(small_home.desk, "price_forecasts", zone(ZONE), parts)
    assert [part.partition for part in parts if part not in admitted] == [str(LAST)]
    assert {one.name for one in broken(verdicts)} == {"quantiles do not cross", "bands have a width"}


@pytest.mark.parametrize("asset", JUDGED)
def test_what_the_real_graph_publishes_is_refused_nowhere(small_home: Home, asset: str) -> None:
    found = judged_published(small_home.desk, asset, [zone(ZONE)], LAST - 60 * ONE_DAY, LAST)
    assert len({one.day for one in found}) >= 10
    assert broken(found) == []


def test_somebody_may_have_what_is_published_judged_alone(
    priced: Callable[[pl.DataFrame], Desk], real_days: Cut, run: Run, instance: dg.DagsterInstance
) -> None:
    desk = priced(from_day(real_days(FIRST, THIRD), THIRD, UNBELIEVABLE))
    run(desk, ["prices"], FIRST, THIRD)
    job = dg.define_asset_job("alone", selection=dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("prices"), CHECK)))
    definitions = build_defs(desk)
    alone = dg.Definitions(
        assets=definitions.assets, asset_checks=definitions.asset_checks, jobs=[job], resources=definitions.resources
    ).resolve_job_def("alone")
    for tags, judged in ((range_tags(FIRST, THIRD), 3), ({}, 0)):  # named days, or yesterday to tomorrow: none of them is there
        result = alone.execute_in_process(instance=instance, run_config=QUIET, tags=tags, raise_on_error=False)
        verdict = evaluations(result)["prices"]
        assert verdict.metadata["days judged"].value == judged
        assert verdict.passed == (judged == 0)


def test_no_job_of_the_clock_selects_the_suites() -> None:
    definitions = build_defs()
    for job in JOBS:
        assert not {f"{asset}_{CHECK}" for asset in JUDGED} & {node.name for node in definitions.resolve_job_def(job.name).nodes}, job.name


QUICK_CYCLE = """
import sys, pathlib
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import parse_day
import dagster as dg

desk = Desk(load_settings(home=pathlib.Path(sys.argv[1]), offline=True, zones=("DE-LU",)))
tags = range_tags(parse_day("2026-03-28"), parse_day("2026-03-29"))
with dg.DagsterInstance.ephemeral() as instance:
    for name in ("price_sync", "forecast_and_plan"):
        job = build_defs(desk).resolve_job_def(name)
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job.execute_in_process(instance=instance, tags=tags, raise_on_error=False, run_config=quiet)
print(desk.warehouse.versions("prices").height, "great_expectations" in sys.modules)
"""
API = """
import sys, pathlib
from fastapi.testclient import TestClient
from electricity_optimizer.api.app import create_app
from electricity_optimizer.settings import load_settings

with TestClient(create_app(load_settings(home=pathlib.Path(sys.argv[1]))), base_url="http://127.0.0.1:8000") as client:
    print(client.get("/api/v1/zones").status_code, "great_expectations" in sys.modules)
"""


@pytest.mark.parametrize(("code", "said"), [(QUICK_CYCLE, "2 False"), (API, "200 False")], ids=["quick cycle", "API"])
def test_the_cycle_and_the_api_never_load_the_library(tmp_path: Path, code: str, said: str) -> None:
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == said
