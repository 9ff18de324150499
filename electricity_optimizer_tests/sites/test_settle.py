"""Settlement: the plan at what came, against no optimisation and against perfect foresight."""

import datetime as dt
from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import site, sites
from electricity_optimizer.errors import InputError, PlanError
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites import SiteState, build_problem, expected, planned_end, settle
from electricity_optimizer_tests.sites.conftest import RealMarket

MONDAY, SPRING, AUTUMN = dt.date(2026, 5, 4), dt.date(2026, 3, 29), dt.date(2025, 10, 26)
HOUSE = site("house-1")


@pytest.fixture(scope="session")
def planned(market: RealMarket):
    """Problem and answer of a site's day from its initial state, each solved once."""

    @cache
    def solve(key: str, day: dt.date):
        entry = site(key)
        start = SiteState.initial(entry)
        problem = build_problem(entry, day, prices=market.prices(entry), forecast=market.forecast(entry, day), state=start)
        return problem, schedule(problem, gap=1e-4)

    return solve


@pytest.mark.parametrize("key", list(sites()))
def test_at_its_own_forecast_a_plan_costs_what_it_said(market, planned, key: str) -> None:
    entry = site(key)
    problem, answer = planned(key, MONDAY)
    state = SiteState.initial(entry)
    same = settle(entry, problem, answer, prices=market.prices(entry), readings=market.forecast(entry, MONDAY), state=state)
    stored = sum(d["final_value_per_kwh"] * d["soc_initial_kwh"] for d in problem["devices"] if d["type"] in {"battery", "ev"})
    assert same.settled_cost == pytest.approx(answer["objective"] + stored, abs=1e-6)
    foreseen = expected(entry, problem, answer, state)
    assert (same.settled_cost, same.baseline_cost) == pytest.approx((foreseen.cost, foreseen.baseline_cost), abs=1e-6)
    assert same.end.stored_kwh == pytest.approx(planned_end(entry, problem, answer, state).stored_kwh, abs=1e-6)


@pytest.mark.parametrize(
    ("key", "day"),
    [("house-1", MONDAY), ("house-1", SPRING), ("house-1", AUTUMN), ("flat-1", MONDAY), ("factory-1", AUTUMN), ("factory-1", MONDAY)],
)
def test_foresight_is_never_above_settled(market, planned, key: str, day: dt.date) -> None:
    entry = site(key)
    problem, answer = planned(key, day)
    settled = settle(entry, problem, answer, prices=market.prices(entry), readings=market.readings(entry, day))
    assert settled.foresight_cost <= settled.settled_cost
    assert settled.foresight_cost <= settled.baseline_cost
    assert (settled.site, settled.delivery_day, settled.currency) == (key, day, "EUR")


def test_the_house_saves_against_its_baseline_in_winter(market, planned) -> None:
    day = dt.date(2026, 1, 14)
    problem, answer = planned("house-1", day)
    settled = settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=market.readings(HOUSE, day))
    assert settled.savings_percent == pytest.approx(100 * (settled.baseline_cost - settled.settled_cost) / settled.baseline_cost)
    assert settled.savings_percent > 15


def test_more_load_than_forecast_is_paid_and_passes_the_limit_that_the_plan_kept(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    readings = market.readings(HOUSE, MONDAY)
    more = readings.with_columns(pl.col("load_kw") + 20)
    plain, heavy = (settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=frame) for frame in (readings, more))
    assert heavy.settled_cost > plain.settled_cost
    assert heavy.end.peak_kw > HOUSE.grid.import_limit_kw
    assert heavy.foresight_cost <= heavy.settled_cost


def test_devices_keep_their_plan_when_the_sun_stays_away(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    dark = market.readings(HOUSE, MONDAY).with_columns(pv_kw=pl.lit(0.0))
    settled = settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=dark)
    assert settled.end.stored_kwh["battery"] == pytest.approx(answer["devices"]["battery"]["soc_kwh"][-1])


def test_a_colder_day_costs_power_and_not_comfort(market, planned) -> None:
    flat = site("flat-1")
    problem, answer = planned("flat-1", MONDAY)
    readings = market.readings(flat, MONDAY)
    cold = readings.with_columns(pl.col("outdoor_temperature_c") - 5)
    plain, colder = (settle(flat, problem, answer, prices=market.prices(flat), readings=frame) for frame in (readings, cold))
    assert colder.settled_cost > plain.settled_cost
    assert colder.baseline_cost > plain.baseline_cost
    assert colder.end.temperature_c["heat pump"] >= 20.0 - 1e-6


def test_each_side_pays_only_what_it_adds_to_its_own_peak_of_the_month(market, planned) -> None:
    factory = site("factory-1")
    problem, answer = planned("factory-1", MONDAY)
    readings, prices = market.readings(factory, MONDAY), market.prices(factory)
    first = settle(factory, problem, answer, prices=prices, readings=readings, state=SiteState())
    again = settle(factory, problem, answer, prices=prices, readings=readings, state=first.end)
    assert first.settled_cost - again.settled_cost == pytest.approx(12 * first.end.peak_kw)
    assert first.baseline_cost - again.baseline_cost == pytest.approx(12 * first.end.baseline_peak_kw)
    assert (again.end.peak_kw, again.end.baseline_peak_kw) == (first.end.peak_kw, first.end.baseline_peak_kw)
    assert first.end.month == "2026-05"


def test_a_state_survives_its_way_through_json() -> None:
    state = SiteState({"car": 40.0}, {"heat pump": 20.5}, 210.0, 320.0, "2026-05")
    assert SiteState.from_json(state.to_json()) == state
    assert state.on(dt.date(2026, 6, 3)) == replace(state, peak_kw=0.0, baseline_peak_kw=0.0, month="2026-06")


def test_an_answer_without_a_plan_is_not_settled(market, planned) -> None:
    problem, _ = planned("house-1", MONDAY)
    with pytest.raises(PlanError, match="house-1 2026-05-04: the answer is infeasible and holds no plan"):
        settle(HOUSE, problem, {"status": "infeasible"}, prices=market.prices(HOUSE), readings=market.readings(HOUSE, MONDAY))


def test_a_missing_reading_stops_the_settlement(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    with pytest.raises(InputError, match="house-1: load_kw is unknown for 16 of 96 steps from 2026-05-04T18:00"):
        settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=market.readings(HOUSE, MONDAY)[:80])
