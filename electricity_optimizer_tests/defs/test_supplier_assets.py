"""Supplier advice in the graph: a month of each site, again the same, nothing personal in metadata, and prices that are too few."""

import datetime as dt
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
import pytest

from electricity_optimizer.catalog.sites import sites
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.automation import schedules
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.small_homes import LAST, NOW, ZONE, Home, copy_of

MONTH = "2026-03-01"


@pytest.fixture
def desk(small_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A house to write to, the last day of March, with the flat alone."""
    for name in ("house-1", "factory-1"):
        monkeypatch.delitem(sites(), name)
    return copy_of(small_home, tmp_path / "home", now=dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC))


def advise(desk: Desk, month: str = MONTH, **config: Any) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), ["supplier_advice"])
        asked = {"week_of_each": 52, **config}
        return job.execute_in_process(
            instance=instance,
            partition_key=month,
            run_config={"ops": {"supplier_advice": {"config": asked}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )


def test_the_demo_leaves_advice_of_its_last_month_for_each_site(small_home: Home) -> None:
    for key, site in sites().items():
        if site.zone != ZONE:
            continue
        rows = small_home.house.read("supplier_advice", key).sort("rank")
        assert set(rows["month"]) == {"2026-03"}
        assert rows["recommended"].sum() == 1
        assert "stay" in rows["offer"].to_list()
        assert rows["details"][0]["as_of"] == LAST.isoformat()
        assert rows["synthetic"].all(), "the meter is simulated"
        assert rows["details"][0]["known"]["price_days"] == 74


def test_the_month_again_is_the_same_version(desk: Desk) -> None:
    assert advise(desk).success
    before = desk.warehouse.versions("supplier_advice", "flat-1")
    assert advise(desk).success
    assert desk.warehouse.versions("supplier_advice", "flat-1").equals(before)


def test_metadata_holds_no_figure_of_a_site(desk: Desk) -> None:
    result = advise(desk)
    told = result.asset_materializations_for_node("supplier_advice")[0].metadata
    rows = desk.warehouse.read("supplier_advice", "flat-1")
    said = orjson.dumps({name: str(value.value) for name, value in told.items()}).decode()
    assert str(round(rows["cost"].max(), 2)) not in said
    assert told["dagster/row_count"].value == rows.height


def test_a_month_without_prices_says_what_is_missing(desk: Desk) -> None:
    result = advise(desk, "2025-06-01")
    assert all(one.passed for one in result.get_asset_check_evaluations())
    told = result.asset_materializations_for_node("supplier_advice")[0].metadata
    assert told["waiting for a month of prices"].value == ["DE-LU"]
    assert desk.warehouse.read("supplier_advice", "flat-1")["month"].unique().to_list() == ["2026-03"]


def test_the_schedule_asks_for_the_running_month() -> None:
    beat = next(schedule for schedule in schedules() if schedule.name == "advice_monthly")
    tick = dg.build_schedule_context(scheduled_execution_time=NOW, repository_def=build_defs().get_repository_def())
    assert beat.evaluate_tick(tick).run_requests[0].partition_key == "2026-05-01"
