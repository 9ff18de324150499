"""What holds for every site: bounded, one direction at a time, never worse than standing still, agreed by an independent optimum."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.oracle import cheapest
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

BOUNDED = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PRICE = st.integers(-30, 60).map(lambda cents: cents / 100)
POWER = st.integers(0, 40).map(lambda tenths: tenths / 10)


def ample():
    """Limits no site here reaches: the shared referee takes a limit left out for one that is broken by minus infinity."""
    return {"import_limit_kw": 99.0, "export_limit_kw": 99.0}


@st.composite
def battery_sites(draw):
    n = draw(st.integers(1, 8))
    series = lambda of: draw(st.lists(of, min_size=n, max_size=n))  # noqa: E731  # local shorthand
    capacity = draw(st.integers(1, 10))
    store = battery(capacity, draw(st.sampled_from([1.0, 2.5, 5.0])), draw(st.integers(0, capacity)))
    store |= {"charge_efficiency": draw(st.sampled_from([0.6, 0.9, 1.0])), "discharge_efficiency": draw(st.sampled_from([0.8, 1.0]))}
    store |= {"cycle_cost_per_kwh": draw(st.sampled_from([0.0, 0.0, 0.03]))}
    devices = [store, roof(series(POWER))] if draw(st.booleans()) else [store]
    grid = ample() | draw(st.sampled_from([{}, {"import_limit_kw": 7.0, "export_limit_kw": 2.0}, {"export_limit_kw": 0.0}]))
    minutes = draw(st.sampled_from([15, 60]))
    return site(series(PRICE), *devices, minutes=minutes, export_price=series(PRICE), load_kw=series(POWER), grid=grid)


@BOUNDED
@given(problem=battery_sites())
def test_every_battery_plan_costs_what_an_independent_optimum_costs(problem, referee):
    answer, least = schedule(problem), cheapest(problem)
    if least is None:
        assert answer["status"] == "infeasible"
        return
    assert answer["objective"] == pytest.approx(least, abs=1e-6)
    cost, broken = referee(problem, answer)
    assert broken == {}
    assert cost == pytest.approx(answer["objective"], abs=1e-6)


@BOUNDED
@given(problem=battery_sites())
def test_nothing_flows_both_ways_at_any_price(problem):
    answer = schedule(problem)
    if answer["status"] == "infeasible":
        return
    bat, grid = answer["devices"]["bat"], answer["grid"]
    assert not np.any(np.minimum(bat["charge_kw"], bat["discharge_kw"]))
    assert not np.any(np.minimum(grid["import_kw"], grid["export_kw"]))


@st.composite
def homes(draw):
    n = draw(st.integers(4, 10))
    series = lambda of: draw(st.lists(of, min_size=n, max_size=n))  # noqa: E731  # local shorthand
    need = draw(st.integers(0, 6))
    sessions = [(draw(st.integers(0, 1)), n, 4 + need)]
    garage = car(20, 5, 4, sessions, discharge_kw=draw(st.sampled_from([0, 3])), charge_efficiency=0.9, discharge_efficiency=0.9)
    if draw(st.booleans()):
        garage["charge_min_kw"] = 1.4
    length = draw(st.integers(1, 3))
    washer = job(1.5, length, interruptible=draw(st.booleans()), startup_cost=draw(st.sampled_from([0.0, 0.05])))
    if draw(st.booleans()):
        washer["optional_value"] = draw(st.sampled_from([0.0, 0.2, 2.0]))
    devices = [garage, washer, roof(series(POWER), curtailable=draw(st.booleans()))]
    charge = {"price_per_kw": draw(st.sampled_from([0.0, 0.5])), "interval_steps": draw(st.integers(1, 3))}
    return site(series(PRICE), *devices, export_price=series(PRICE), load_kw=series(POWER), grid=ample() | {"demand_charge": charge})


@BOUNDED
@given(problem=homes())
def test_every_home_plan_passes_the_shared_referee_and_beats_its_baseline(problem, referee):
    answer = schedule(problem)
    assert answer["status"] == "optimal"
    cost, broken = referee(problem, answer)
    assert broken == {}
    assert cost == pytest.approx(answer["objective"], abs=1e-6)
    assert answer["objective"] <= answer["baseline_cost"] + 1e-6
    assert sum(answer["cost"].values()) == pytest.approx(answer["objective"], abs=1e-6)


@BOUNDED
@given(problem=homes())
def test_the_same_problem_gives_the_same_plan(problem):
    first, second = schedule(problem), schedule(problem)
    assert first | {"solve_seconds": 0} == second | {"solve_seconds": 0}


def test_flat_prices_and_losses_leave_the_battery_alone():
    answer = schedule(site([0.2] * 24, battery(10, 5, 5, charge_efficiency=0.95, soc_final_min_kwh=5), export_price=0.2, load_kw=1))
    assert not any(answer["devices"]["bat"]["charge_kw"])
    assert not any(answer["devices"]["bat"]["discharge_kw"])


def test_flat_prices_without_losses_leave_the_battery_alone_too():
    answer = schedule(site([0.2] * 24, battery(10, 5, 5, soc_final_min_kwh=5), export_price=0.2, load_kw=1))
    assert not any(answer["devices"]["bat"]["charge_kw"])


def test_ten_kwh_stored_at_ninety_percent_draw_eleven():
    answer = schedule(site([0.2] * 4, car(10, 5, 0, [(0, 4, 10)], charge_efficiency=0.9)))
    assert sum(answer["grid"]["import_kw"]) == pytest.approx(10 / 0.9)


def test_export_above_import_stays_bounded_and_gives_a_plan():
    answer = schedule(site([0.05] * 6, battery(10, 5, 5), export_price=0.10, load_kw=0.3))
    assert answer["status"] == "optimal"
    assert not np.any(np.minimum(answer["grid"]["import_kw"], answer["grid"]["export_kw"]))


def test_cheap_night_and_dear_evening_charge_then_discharge():
    prices = [0.05] * 3 + [0.5] * 17 + [3.0] * 4
    bat = schedule(site(prices, battery(9, 5, 0), load_kw=0.3))["devices"]["bat"]
    assert sum(bat["charge_kw"][:3]) > 1
    assert sum(bat["discharge_kw"][20:]) == pytest.approx(1.2)


def test_hourly_prices_on_quarter_hours_cost_the_same():
    prices = [0.3, 0.1, 0.4, 0.2]
    hourly = schedule(site(prices, battery(6, 2, 2), load_kw=1))
    quarters = schedule(site([price for price in prices for _ in range(4)], battery(6, 2, 2), minutes=15, load_kw=1))
    assert quarters["objective"] == pytest.approx(hourly["objective"])


def test_steps_of_different_length_count_by_their_length():
    even = schedule(site([0.3, 0.1, 0.1], car(20, 4, 0, [(0, 3, 6)])))
    mixed = schedule(site([0.3, 0.1], car(20, 4, 0, [(0, 2, 6)]), minutes=[60, 120]))
    assert mixed["objective"] == pytest.approx(even["objective"])
