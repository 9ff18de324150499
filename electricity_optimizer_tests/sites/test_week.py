"""A factory's week as one problem: batches in their shifts, over midnight where nobody is needed, on weeks of the clock change too."""

import datetime as dt
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import site
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.sites import Side, SiteState, build_problem
from electricity_optimizer.sites.week import WEEK_GAP, build_week
from electricity_optimizer_tests.sites.conftest import RealMarket

FACTORY = site("factory-1")
MONDAY, SPRING, AUTUMN = dt.date(2026, 4, 13), dt.date(2026, 3, 23), dt.date(2025, 10, 20)
ATTENDED = ("tempering", "cooling")


def week_of(market: RealMarket, monday: dt.date, peak_kw: float = 300.0) -> dict[str, Any]:
    forecast = pl.concat([market.forecast(FACTORY, monday + dt.timedelta(days=number)) for number in range(7)])
    return build_week(FACTORY, monday, prices=market.prices(FACTORY), forecast=forecast, state=SiteState(Side(peak_kw=peak_kw)))


def hour(problem: dict[str, Any], step: int) -> float:
    """Wall clock of the beginning of a step."""
    start = dt.datetime.fromisoformat(problem["start"]).astimezone(dt.UTC) + step * dt.timedelta(minutes=15)
    local = start.astimezone(ZoneInfo(FACTORY.tz))
    return local.hour + local.minute / 60


@pytest.fixture(scope="module")
def planned(market) -> tuple[dict[str, Any], dict[str, Any]]:
    problem = week_of(market, MONDAY)
    return problem, schedule(problem, gap=WEEK_GAP, time_limit=60)


@pytest.mark.parametrize(("monday", "steps"), [(MONDAY, 672), (SPRING, 668), (AUTUMN, 676)])
def test_a_week_has_all_its_quarter_hours_and_a_batch_of_each_product_a_workday(market, monday: dt.date, steps: int) -> None:
    problem = week_of(market, monday)
    assert read_problem(problem).n == steps
    conchings = [device["name"] for device in problem["devices"] if device["name"].endswith("conching")]
    assert len(conchings) == 10
    assert {one["name"]: len(one["devices"]) for one in problem["exclusive"]} == {
        "conche 1": 5, "conche 2": 5, "tempering line": 10, "cooling tunnel": 10
    }  # fmt: skip


@pytest.mark.parametrize("monday", [MONDAY, SPRING, AUTUMN])
def test_what_needs_staff_is_possible_within_the_shifts_only(market, monday: dt.date) -> None:
    problem = week_of(market, monday)
    for device in (device for device in problem["devices"] if device["name"].endswith(ATTENDED)):
        open_steps = set(range(device["earliest"], device["latest_end"])) - set(device["forbidden"])
        assert all(6 <= hour(problem, step) < 22 for step in open_steps)
    assert any(not device["forbidden"] for device in problem["devices"] if device["name"].endswith("conching"))


def test_the_plan_is_within_its_gap_on_free_machines_in_order_and_shifts(planned) -> None:
    problem, answer = planned
    assert answer["verified"]
    assert answer["gap"] <= WEEK_GAP
    runs = {name: own["runs"][0] for name, own in answer["devices"].items() if "runs" in own}
    for one in problem["exclusive"]:
        spans = sorted(runs[name] for name in one["devices"])
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for device in (device for device in problem["devices"] if device.get("after")):
        assert runs[device["after"]][1] <= runs[device["name"]][0]
    assert answer["objective"] < answer["baseline_cost"]


def test_the_cold_store_keeps_its_band_and_the_peak_is_paid_above_the_months(planned) -> None:
    _, answer = planned
    warm = answer["devices"]["cold store"]["temperature"]
    assert min(warm) >= 2.0 - 1e-6
    assert max(warm) <= 6.0 + 1e-6
    assert answer["cost"]["demand_charge"] == pytest.approx(12.0 * max(0.0, max(answer["grid"]["import_kw"]) - 300.0), abs=1e-6)


def test_a_week_into_the_next_month_is_held_to_one_peak_on_all_its_days(market) -> None:
    charge = week_of(market, dt.date(2026, 4, 27), 310.0)["grid"]["demand_charge"]
    assert charge == {"price_per_kw": 12.0, "existing_peak_kw": 310.0, "interval_steps": 1}


def test_a_plan_of_one_day_keeps_its_batches_within_the_day(market) -> None:
    problem = build_problem(
        FACTORY, MONDAY, prices=market.prices(FACTORY), forecast=market.forecast(FACTORY, MONDAY), state=SiteState.initial(FACTORY)
    )
    latest = {device["name"]: device["latest_end"] for device in problem["devices"] if device["type"] == "load"}
    assert (latest["dark conching"], latest["dark tempering"], latest["dark cooling"]) == (76, 82, 88)
    assert next(device for device in problem["devices"] if device["name"] == "cold store")["temperature_initial"] == 6.0
