"""Settlement: the plan at what came, against no optimisation and against perfect foresight."""

import datetime as dt
import json
from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.sites import site, sites
from electricity_optimizer.errors import InputError, PlanError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.sites import Side, SiteState, build_problem, expected, planned_end, settle
from electricity_optimizer.sites.actuals import carried_out, with_energy, with_prices
from electricity_optimizer.sites.bill import begun_at
from electricity_optimizer.sites.horizon import instants
from electricity_optimizer.sites.problem import known_series
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
    assert same.settled_cost == pytest.approx(answer["objective"] + stored, rel=1e-9, abs=1e-6)
    foreseen = expected(entry, problem, answer, state)
    assert (same.settled_cost, same.baseline_cost) == pytest.approx((foreseen.cost, foreseen.baseline_cost), rel=1e-9, abs=1e-6)
    end = planned_end(entry, problem, answer, state)
    assert same.end.optimised.stored_kwh == pytest.approx(end.optimised.stored_kwh, abs=1e-6)
    assert same.end.baseline == end.baseline


@pytest.mark.parametrize(
    ("key", "day"),
    [("house-1", MONDAY), ("house-1", SPRING), ("house-1", AUTUMN), ("flat-1", MONDAY), ("factory-1", AUTUMN), ("factory-1", MONDAY)],
)
def test_foresight_is_never_above_settled(market, planned, key: str, day: dt.date) -> None:
    entry = site(key)
    problem, answer = planned(key, day)
    settled = settle(entry, problem, answer, prices=market.prices(entry), readings=market.readings(entry, day))
    assert settled.foresight_cost <= settled.settled_cost
    assert (settled.site, settled.delivery_day, settled.currency) == (key, day, "EUR")


def test_the_house_saves_against_its_baseline_in_winter(market, planned) -> None:
    day = dt.date(2026, 1, 14)
    problem, answer = planned("house-1", day)
    settled = settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=market.readings(HOUSE, day))
    assert settled.settled_cost < 0.85 * settled.baseline_cost


def test_more_load_than_forecast_is_paid_and_passes_the_limit_that_the_plan_kept(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    readings = market.readings(HOUSE, MONDAY)
    more = readings.with_columns(pl.col("load_kw") + 20)
    plain, heavy = (settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=frame) for frame in (readings, more))
    assert heavy.settled_cost > plain.settled_cost
    assert heavy.end.optimised.peak_kw > HOUSE.grid.import_limit_kw
    assert heavy.foresight_cost <= heavy.settled_cost


def test_a_battery_that_is_to_hold_the_meter_covers_the_load_when_the_sun_stays_away(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    readings = market.readings(HOUSE, MONDAY)
    cloud = readings.with_columns(pv_kw=pl.lit(0.0))
    light, dark = (settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=frame) for frame in (readings, cloud))
    assert dark.settled_cost > light.settled_cost
    assert dark.end.optimised.stored_kwh["battery"] < light.end.optimised.stored_kwh["battery"]
    assert dark.end.optimised.stored_kwh["car"] == pytest.approx(answer["devices"]["car"]["soc_kwh"][-1])


def test_a_colder_day_costs_power_and_not_comfort(market, planned) -> None:
    flat = site("flat-1")
    problem, answer = planned("flat-1", MONDAY)
    readings = market.readings(flat, MONDAY)
    cold = readings.with_columns(pl.col("outdoor_temperature_c") - 5)
    plain, colder = (settle(flat, problem, answer, prices=market.prices(flat), readings=frame) for frame in (readings, cold))
    assert colder.settled_cost > plain.settled_cost
    assert colder.baseline_cost > plain.baseline_cost
    assert colder.end.optimised.temperature_c["heat pump"] >= 20.0 - 1e-6


def test_each_side_pays_only_what_it_adds_to_its_own_peak_of_the_month(market, planned) -> None:
    factory = site("factory-1")
    problem, answer = planned("factory-1", MONDAY)
    readings, prices = market.readings(factory, MONDAY), market.prices(factory)
    first = settle(factory, problem, answer, prices=prices, readings=readings, state=SiteState())
    peaks = SiteState(Side(peak_kw=first.end.optimised.peak_kw), Side(peak_kw=first.end.baseline.peak_kw), month=first.end.month)
    again = settle(factory, problem, answer, prices=prices, readings=readings, state=peaks)
    assert first.settled_cost - again.settled_cost == pytest.approx(12 * first.end.optimised.peak_kw)
    assert first.baseline_cost - again.baseline_cost == pytest.approx(12 * first.end.baseline.peak_kw)
    assert (again.end.optimised.peak_kw, again.end.baseline.peak_kw) == (first.end.optimised.peak_kw, first.end.baseline.peak_kw)
    assert first.end.month == "2026-05"


def test_a_day_ends_with_a_value_from_which_the_next_goes_on(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    begin = SiteState.initial(HOUSE)
    end = settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=market.readings(HOUSE, MONDAY), state=begin).end
    battery = next(part for part in problem["devices"] if part["name"] == "battery")
    assert end.value_per_kwh == pytest.approx(battery["final_value_per_kwh"] / 0.96)
    assert end.baseline.stored_kwh == pytest.approx({"battery": 3.0, "car": 46.0})


def test_three_settled_days_sum_to_the_bill_and_the_change_of_the_stores(market) -> None:
    plan_state = settled_state = SiteState.initial(HOUSE)
    stores = {"battery": 0.96, "car": 1 / 0.92}
    total = paid = 0.0
    first_value = None
    for offset in range(3):
        day = MONDAY + dt.timedelta(days=offset)
        prices, forecast, readings = market.prices(HOUSE), market.forecast(HOUSE, day), market.readings(HOUSE, day)
        problem = build_problem(HOUSE, day, prices=prices, forecast=forecast, state=plan_state)
        answer = schedule(problem, gap=1e-4)
        series = known_series(HOUSE, prices, readings, instants(problem))
        actual = with_energy(HOUSE, with_prices(begun_at(problem, settled_state.optimised), series), series)
        bill = account(read_problem(actual), carried_out(read_problem(actual), answer))
        paid += bill.objective - bill.items["final_value"]
        settled = settle(HOUSE, problem, answer, prices=prices, readings=readings, state=settled_state)
        total += settled.settled_cost
        plan_state, settled_state = planned_end(HOUSE, problem, answer, plan_state), settled.end
        first_value = first_value or settled.end.value_per_kwh

    def worth(side: Side, value: float) -> float:
        return sum(value * factor * side.stored_kwh[name] for name, factor in stores.items())

    change = worth(settled_state.optimised, settled_state.value_per_kwh) - worth(SiteState.initial(HOUSE).optimised, first_value)
    assert total == pytest.approx(paid - change, abs=1e-6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([MONDAY, SPRING, AUTUMN]), st.floats(0.2, 3), st.floats(0, 1.5), st.booleans())
def test_whatever_came_the_regret_is_told_in_full_and_shares_are_shares(market, planned, day, more_load, more_sun, moved) -> None:
    problem, answer = planned("house-1", day)
    readings = market.readings(HOUSE, day).with_columns(pl.col("load_kw") * more_load, pl.col("pv_kw") * more_sun)
    prices, shift = market.prices(HOUSE), pl.duration(hours=24 if moved else 0)
    actual = replace(prices, frame=prices.frame.with_columns(pl.col("start") + shift))
    settled = settle(HOUSE, problem, answer, prices=actual, readings=readings, naive=prices)
    regret = settled.regret
    assert settled.foresight_cost <= settled.settled_cost
    assert regret.price + regret.energy + regret.rounding == pytest.approx(settled.settled_cost - settled.foresight_cost, abs=1e-9)
    assert moved or regret.price == 0.0
    assert all(share is None or 0 <= share <= 1 for share in (settled.outcome.self_consumption, settled.outcome.self_sufficiency))
    used = float((readings["load_kw"] * 0.25).sum())
    assert settled.outcome.import_kwh <= used + 100  # a car and a battery full once over


def test_a_plan_by_a_wrong_price_forecast_regrets_the_price(market) -> None:
    real = market.prices(HOUSE)
    upside_down = replace(real, frame=real.frame.with_columns((0.6 - pl.col("import_eur_kwh")).alias("import_eur_kwh")))
    forecast = market.forecast(HOUSE, MONDAY)
    problem = build_problem(HOUSE, MONDAY, prices=upside_down, forecast=forecast, state=SiteState.initial(HOUSE))
    settled = settle(HOUSE, problem, schedule(problem), prices=real, readings=forecast)
    assert settled.regret.price > 0.5
    assert abs(settled.regret.energy) < 0.05
    assert abs(settled.regret.rounding) < 0.05


def test_a_battery_begins_the_day_where_the_settled_one_left_it(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    prices, readings = market.prices(HOUSE), market.readings(HOUSE, MONDAY)
    full = SiteState(Side({"battery": 10.2, "car": 36.0}), Side({"battery": 3.0, "car": 36.0}), 0.25)
    emptier = SiteState(Side({"battery": 0.6, "car": 36.0}), full.baseline, 0.25)
    rich, poor = (settle(HOUSE, problem, answer, prices=prices, readings=readings, state=state) for state in (full, emptier))
    spent = [one.settled_cost - 0.25 * 0.96 * state.optimised.stored_kwh["battery"] for one, state in ((rich, full), (poor, emptier))]
    assert spent[0] < spent[1]
    assert rich.baseline_cost == poor.baseline_cost


def test_a_state_survives_its_way_through_json() -> None:
    state = SiteState(Side({"car": 40.0}, {"heat pump": 20.5}, 210.0), Side({"car": 46.0}, {}, 320.0), 0.28, "2026-05")
    assert SiteState.from_json(json.loads(json.dumps(state.to_json()))) == state
    june = state.on(dt.date(2026, 6, 3))
    assert (june.optimised.peak_kw, june.baseline.peak_kw, june.month) == (0.0, 0.0, "2026-06")
    assert (june.optimised.stored_kwh, june.value_per_kwh) == ({"car": 40.0}, 0.28)
    assert state.on(dt.date(2026, 5, 31)) == state


def test_an_answer_without_a_plan_is_not_settled(market, planned) -> None:
    problem, _ = planned("house-1", MONDAY)
    with pytest.raises(PlanError, match="house-1 2026-05-04: the answer is infeasible and holds no plan"):
        settle(HOUSE, problem, {"status": "infeasible"}, prices=market.prices(HOUSE), readings=market.readings(HOUSE, MONDAY))


def test_a_missing_reading_stops_the_settlement(market, planned) -> None:
    problem, answer = planned("house-1", MONDAY)
    with pytest.raises(InputError, match="house-1: load_kw is unknown for 16 of 96 steps from 2026-05-04T18:00"):
        settle(HOUSE, problem, answer, prices=market.prices(HOUSE), readings=market.readings(HOUSE, MONDAY)[:80])
