"""Schedules, settlements and savings: verified, chained over midnight, summed; one site that fails never stops another."""

import datetime as dt
from pathlib import Path

import orjson
import polars as pl
import pytest
import zstandard

from electricity_optimizer.catalog.sites import sites, sites_of
from electricity_optimizer.defs.zone_runs import Tally, published_check
from electricity_optimizer.errors import InputError, WarehouseError
from electricity_optimizer.sites import BASELINE
from electricity_optimizer_tests.defs.small_homes import EXTENT, LAST, ONE_DAY, ZONE, Home, contents, copy_of, failed_checks, materialize

FIRST = LAST - (EXTENT.plan - 1) * ONE_DAY
SITES = [site.key for site in sites_of([ZONE])]
PLAN = ["optimized_schedules"]


def unpacked(row: dict[str, object], name: str) -> dict[str, object]:
    return orjson.loads(zstandard.decompress(row[name]))


@pytest.mark.parametrize("site", SITES)
def test_every_plan_is_verified_and_names_what_it_was_made_from(small_home: Home, site: str) -> None:
    rows = small_home.house.read("optimized_schedules", site)
    assert rows["delivery_day"].to_list() == [FIRST, LAST]
    assert rows["verified"].all()
    assert set(rows["status"]) == {"optimal"}
    for row in rows.iter_rows(named=True):
        day = row["delivery_day"].isoformat()
        assert row["inputs"]["versions"]["prices"] == {day: 1}
        assert row["inputs"]["versions"]["site_forecasts"] == {day: 1}
        assert row["issued_at"] <= row["start"]
        assert row["gap"] <= 1e-6
        assert row["solve_seconds"] > 0
        assert row["previous_plan_id"] is None


def test_a_plan_costs_at_most_its_baseline(small_home: Home) -> None:
    for site in SITES:
        for row in small_home.house.read("optimized_schedules", site).iter_rows(named=True):
            assert row["cost"] <= row["baseline_cost"] + 1e-6, site


def test_what_is_stored_at_midnight_is_there_after_it(small_home: Home) -> None:
    first, second = small_home.house.read("optimized_schedules", "house-1").iter_rows(named=True)
    problem, answer = unpacked(second, "problem"), unpacked(first, "answer")
    for store in ("battery", "car"):
        begin = next(device["soc_initial_kwh"] for device in problem["devices"] if device["name"] == store)
        end = answer["devices"][store]["soc_kwh"][-1]
        assert begin == pytest.approx(end, abs=1e-6)


def test_a_day_planned_alone_goes_on_from_the_day_before(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    before = contents(desk.warehouse)
    assert materialize(desk, [*PLAN, "schedule_settlements"], LAST, LAST).success
    after = contents(desk.warehouse)
    assert after.filter(pl.col("asset") == "schedule_settlements").rows() == before.filter(pl.col("asset") == "schedule_settlements").rows()
    assert after.filter(pl.col("asset") == PLAN[0]).rows() == before.filter(pl.col("asset") == PLAN[0]).rows()


@pytest.mark.parametrize("site", SITES)
def test_a_site_day_is_settled_between_foresight_and_nothing(small_home: Home, site: str) -> None:
    rows = small_home.house.read("schedule_settlements", site)
    assert rows["delivery_day"].to_list() == [FIRST, LAST]
    assert (rows["foresight_cost"] <= rows["settled_cost"] + 1e-9).all()
    plans = small_home.house.read("optimized_schedules", site)
    assert rows["plan_id"].to_list() == plans["plan_id"].to_list()
    assert rows["synthetic"].all()  # the meter is simulated
    regret = rows["regret_price"] + rows["regret_energy"] + rows["regret_rounding"]
    assert regret.to_list() == pytest.approx((rows["settled_cost"] - rows["foresight_cost"]).to_list(), abs=1e-9)
    assert rows["regret_price"].to_list() == [0.0, 0.0]  # the prices were published
    assert rows["naive_cost"].null_count() == 0
    assert rows["import_kwh"].min() > 0
    assert rows["self_sufficiency"].is_between(0, 1).all()
    assert rows["co2_kg"].null_count() in {0, rows.height}


def test_a_roof_has_a_share_used_at_home_and_a_flat_without_one_has_none(small_home: Home) -> None:
    house, flat = (small_home.house.read("schedule_settlements", site)["self_consumption"] for site in ("house-1", "flat-1"))
    assert house.is_between(0, 1).all()
    assert flat.null_count() == flat.len()


def test_the_month_is_the_sum_of_its_days_against_the_named_baseline(small_home: Home) -> None:
    for site in SITES:
        days = small_home.house.read("schedule_settlements", site)
        month = small_home.house.read("savings", site).row(0, named=True)
        assert (month["month"], month["days"]) == ("2026-03", EXTENT.plan)
        sums = {name: float(days[name].to_numpy().sum()) for name in ("settled_cost", "baseline_cost", "foresight_cost")}
        assert {name: month[name] for name in sums} == pytest.approx(sums)
        saved = 100 * (sums["baseline_cost"] - sums["settled_cost"]) / abs(sums["baseline_cost"])
        assert month["savings_percent"] == pytest.approx(saved)
        assert month["baseline"] == BASELINE
        assert month["naive_cost"] == pytest.approx(days["naive_cost"].sum())
    assert "no optimisation" in BASELINE


def test_a_site_that_cannot_be_planned_is_named_and_the_others_go_on(
    small_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    flat = sites()["flat-1"]
    weak = flat.model_copy(update={"grid": flat.grid.model_copy(update={"import_limit_kw": 0.05})})  # less than its own load
    monkeypatch.setitem(sites(), "flat-1", weak)
    monkeypatch.setitem(sites(), "factory-1", flat.model_copy(update={"key": "factory-1"}))  # a small one: the test is about the other
    check = failed_checks(materialize(desk, PLAN, LAST, LAST))["optimized_schedules every_zone_published"]
    assert check.severity.value == "WARN"
    assert "flat-1" in check.description
    assert "house-1" not in check.description
    assert "\n" not in check.description
    kept = desk.warehouse.versions("optimized_schedules", "flat-1", LAST, LAST)
    assert kept["version"].to_list() == [1]  # the last good plan stays


def test_a_plan_names_the_one_it_replaces_and_the_same_plan_again_changes_nothing(
    small_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    before = desk.warehouse.read("optimized_schedules", "flat-1", LAST, LAST)["plan_id"].item()
    for name in ("house-1", "factory-1"):
        monkeypatch.delitem(sites(), name)
    monkeypatch.setitem(sites(), "flat-1", sites()["flat-1"].model_copy(update={"tariff": "de-household-fixed"}))
    for _ in range(2):
        assert materialize(desk, PLAN, LAST, LAST).success
        row = desk.warehouse.read("optimized_schedules", "flat-1", LAST, LAST).row(0, named=True)
        assert row["previous_plan_id"] == before != row["plan_id"]
        assert desk.warehouse.versions("optimized_schedules", "flat-1", LAST, LAST)["version"].item() == 2


def test_days_before_one_without_price_and_forecast_are_planned(small_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    for name in ("house-1", "factory-1"):
        monkeypatch.delitem(sites(), name)
    ahead = LAST + 2 * ONE_DAY
    inputs = ["raw_weather", "raw_grid_forecasts", "weather", "price_features", "price_forecasts", "site_forecasts"]
    assert materialize(desk, inputs, LAST + ONE_DAY, LAST + ONE_DAY).success
    result = materialize(desk, PLAN, LAST, ahead)
    check = failed_checks(result)["optimized_schedules every_zone_published"]
    assert (check.severity.value, result.success) == ("WARN", True)
    assert f"no price and no forecast for {ahead}" in check.description
    planned = desk.warehouse.versions("optimized_schedules", "flat-1")["partition"].to_list()
    assert planned == [str(FIRST), str(LAST), str(LAST + ONE_DAY)]  # the last one from the forecast


def test_nothing_to_settle_says_what_it_needs(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    day = LAST - 5 * ONE_DAY
    result = materialize(desk, ["schedule_settlements"], day, day)
    check = failed_checks(result)["schedule_settlements every_zone_published"]
    assert check.severity.value == "ERROR"
    assert check.description.count("it needs plan, prices and readings") == len(SITES)


def test_the_check_warns_while_something_came_through_and_blocks_when_nothing_did() -> None:
    assert published_check(Tally(rows={"ES": 96})).passed
    some = published_check(Tally(rows={"ES": 96}, refused={"FR": str(InputError("a gap", where="FR"))}))
    none = published_check(Tally(refused={"FR": str(WarehouseError("is locked"))}))
    assert [(check.passed, check.severity.value) for check in (some, none)] == [(False, "WARN"), (False, "ERROR")]
    assert some.description == "FR: FR: a gap"
    assert published_check(Tally()).passed  # nothing was asked, nothing failed


def test_a_month_without_settled_days_says_nothing(small_home: Home) -> None:
    assert small_home.house.versions("savings")["partition"].unique().to_list() == [f"{LAST:%Y-%m}"]
    assert dt.date(2026, 3, 1) <= FIRST
