"""Planning again while a plan is followed: nothing moves without a reason, what runs goes on, and staying near costs a cent at most."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.again.remaining import remaining
from electricity_optimizer.optimization.again.replan import replan
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.reference.solve import reference_cost
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

BOUNDED = settings(max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
CENT = 0.01


def fresh(problem):
    return schedule({key: value for key, value in problem.items() if key != "previous"})


def house(seed, *, flat):
    """A house over ten hours of quarter hours with every kind of device that a plan may shuffle."""
    rng = np.random.default_rng(seed)
    n = 40
    prices = [0.3] * n if flat else (0.25 + 0.1 * np.sin(np.arange(n) / 8) + rng.normal(0, 0.02, n)).round(4).tolist()
    sun = np.maximum(0, 4 * np.sin((np.arange(n) - 8) / 12)).round(3).tolist()
    devices = [
        battery(8, 3, 4, soc_final_min_kwh=4, charge_efficiency=0.95, discharge_efficiency=0.95),
        car(40, 7.4, 10, [(0, 30, 18)]),
        roof(sun),
        job(2.0, 6, latest_end=38),
        job(1.0, 5, interruptible=True, min_run_steps=2, startup_cost=0.02, name="pieces"),
    ]
    load = rng.uniform(0.2, 1.0, n).round(3).tolist()
    return site(prices, *devices, minutes=15, load_kw=load, export_price=0.08, grid={"import_limit_kw": 11.0})


def shifted(answer):
    """Power lists of a plan one step on."""
    lists = ("charge_kw", "discharge_kw", "power_kw")
    return {(name, key): own[key][1:] for name, own in answer["devices"].items() for key in lists if key in own}


@BOUNDED
@given(seed=st.integers(0, 1000), flat=st.booleans())
def test_given_no_news_then_eight_re_plans_move_nothing_and_cost_the_optimum(seed, flat):
    problem = house(seed, flat=flat)
    answer = schedule(problem)
    for _ in range(8):
        left = remaining(problem, answer, 1)
        again = schedule(left)
        assert again["changes"]["kwh_moved"] == 0
        assert again["changes"]["items"] == []
        assert again["objective"] <= fresh(left)["objective"] + CENT + 1e-6
        before, after = shifted(answer), {key: again["devices"][key[0]][key[1]] for key in shifted(answer) if key[0] in again["devices"]}
        for key, values in after.items():
            assert values == pytest.approx(before[key], abs=1e-6)
        problem, answer = left, again


@BOUNDED
@given(seed=st.integers(0, 1000))
def test_given_noise_of_a_tenth_of_a_cent_then_little_moves_for_a_cent_at_most(seed):
    rng, problem = np.random.default_rng(seed), house(seed, flat=False)
    answer, moved = schedule(problem), 0.0
    for _ in range(4):
        left = remaining(problem, answer, 1)
        left["import_price"] = (np.asarray(left["import_price"]) + rng.uniform(-0.001, 0.001, len(left["import_price"]))).tolist()
        again = schedule(left)
        assert 0 <= again["changes"]["given_up"] <= CENT + 1e-6
        assert again["objective"] - fresh(left)["objective"] == pytest.approx(again["changes"]["given_up"], abs=1e-6)
        moved += again["changes"]["kwh_moved"]
        problem, answer = left, again
    assert moved <= 1.0  # of some 20 kWh that the plan moves


@BOUNDED
@given(seed=st.integers(0, 1000))
def test_given_a_plan_followed_step_by_step_then_it_costs_the_first_plan_and_a_cent_a_step_at_most(seed):
    problem = house(seed, flat=False)
    answer = first = schedule(problem)
    paid = 0.0
    for _ in range(12):
        bought, sold = answer["grid"]["import_kw"][0], answer["grid"]["export_kw"][0]
        paid += 0.25 * (bought * problem["import_price"][0] - sold * 0.08)
        paid += sum(starts(device, answer) for device in problem["devices"] if device["name"] == "pieces")
        problem = remaining(problem, answer, 1)
        answer = schedule(problem)
    assert paid + answer["objective"] <= first["objective"] + 12 * CENT + 1e-6


def starts(device, answer):
    """What a start in the first step costs."""
    begins = any(begin == 0 for begin, _ in answer["devices"][device["name"]]["runs"])
    return device["startup_cost"] * (begins and not device.get("ran_steps"))


def test_given_a_running_washer_then_the_rest_of_its_profile_runs_from_now():
    washer = {"type": "load", "name": "job", "profile_kw": [2, 0, 1, 3], "startup_cost": 0.5}
    problem = site([0.1, 0.1, 0.1, 0.1, 0.4, 0.4], washer)
    answer = schedule(problem)
    again = replan(problem, answer, 2, prices=[0.9, 0.9, 0.1, 0.1])
    assert again["devices"]["job"] == {"power_kw": [1.0, 3.0, 0.0, 0.0], "runs": [[0, 2]]}
    assert again["cost"]["startup"] == 0


def test_given_a_least_run_that_began_then_it_is_kept():
    problem = site([0.1, 0.1, 0.1, 0.4, 0.1, 0.1], job(2, 4, interruptible=True, min_run_steps=3, startup_cost=0.01))
    answer = schedule(problem)
    begin = answer["devices"]["job"]["runs"][0][0]
    again = replan(problem, answer, begin + 1, prices=[0.9] * 3 + [0.1] * (6 - begin - 4))
    assert again["devices"]["job"]["runs"][0][0] == 0
    assert again["devices"]["job"]["power_kw"][:2] == [2.0, 2.0]


def test_given_a_session_that_began_then_it_goes_on_with_its_target_from_the_measured_level():
    problem = site([0.3, 0.1, 0.2, 0.4], car(40, 10, 0, [(0, 4, 20)]))
    left = remaining(problem, schedule(problem), 2, state={"car": 8.0})
    assert left["devices"][0]["sessions"] == [{"arrive": 0, "depart": 2, "target_kwh": 20.0}]
    assert left["devices"][0]["soc_initial_kwh"] == 8.0
    assert schedule(left)["devices"]["car"]["soc_kwh"][-1] == pytest.approx(20)


def test_given_a_car_that_can_no_longer_make_it_then_it_gets_what_it_can_and_the_rest_is_told():
    problem = site([0.3, 0.1, 0.2, 0.4], car(40, 10, 0, [(0, 4, 20)]))
    again = replan(problem, schedule(problem), 3, state={"car": 5.0})
    assert again["devices"]["car"]["soc_kwh"] == pytest.approx([15.0], abs=1e-5)
    assert again["violations"][0]["short_by"] == pytest.approx(5.0, abs=1e-5)
    assert "5.0 kWh short of the 20 kWh" in again["warnings"][0]["text"]


def test_given_a_battery_measured_below_its_reserve_then_it_comes_back_as_fast_as_it_can():
    problem = site([0.3] * 6, battery(10, 1, 5, soc_min_kwh=3))
    again = replan(problem, schedule(problem), 1, state={"bat": 0.5})
    assert again["status"] == "optimal"
    assert again["devices"]["bat"]["soc_kwh"] == pytest.approx([1.5, 2.5, 3, 3, 3], abs=1e-4)
    assert "begins with 0.5 kWh, below its" in again["warnings"][0]["text"]


def test_given_a_block_about_to_start_then_its_start_is_committed_and_a_later_one_is_not():
    problem = site([0.3, 0.3, 0.1, 0.1, 0.3, 0.3], job(2, 2))
    answer = schedule(problem)
    news = [0.3, 0.1, 0.1, 0.05, 0.05]
    assert replan(problem, answer, 2, prices=news[1:])["devices"]["job"]["runs"] == [[0, 2]]
    assert replan(problem, answer, 1, prices=news)["devices"]["job"]["runs"] == [[3, 5]]
    assert replan(problem, answer, 1, prices=news, committed_steps=2)["devices"]["job"]["runs"] == [[1, 3]]


def test_given_a_job_that_is_done_then_its_follower_is_free_and_its_machine_is_its_own():
    first, second = job(1, 2), job(1, 2, after="job") | {"name": "second"}
    third = job(1, 1, earliest=2) | {"name": "third"}
    problem = site(
        [0.1, 0.1, 0.3, 0.2, 0.2, 0.3],
        first,
        second,
        third,
        exclusive=[{"name": "line", "devices": ["job", "second", "third"]}],
        groups=[{"name": "hall", "devices": ["job"], "import_limit_kw": 3}],
    )
    left = remaining(problem, schedule(problem), 2)
    assert [device["name"] for device in left["devices"]] == ["second", "third"]
    assert "after" not in left["devices"][0]
    assert left["exclusive"] == [{"name": "line", "devices": ["second", "third"]}]
    assert "groups" not in left


def test_given_an_optional_job_whose_window_is_over_then_it_is_gone_with_its_follower():
    chance = job(2, 2, latest_end=3, optional_value=0.1)
    follower = job(1, 1, after="job", optional_value=0.1) | {"name": "then"}
    problem = site([0.3] * 6, chance, follower)
    assert "devices" not in remaining(problem, schedule(problem), 2)


def test_given_a_missed_start_then_a_measured_state_lets_the_job_run_as_soon_as_it_can():
    problem = site([0.1, 0.1, 0.3, 0.3, 0.3], job(2, 2, latest_end=2))
    again = replan(problem, schedule(problem), 1, state={"job": 0})
    assert again["devices"]["job"]["runs"] == [[0, 2]]


def test_given_a_demand_charge_then_the_peak_reached_and_the_running_interval_go_along():
    charge = {"price_per_kw": 2.0, "existing_peak_kw": 1.0, "interval_steps": 4}
    problem = site([0.2] * 10, load_kw=[3.0] * 4 + [8.0, 8.0, 1.0, 1.0, 1.0, 1.0], grid={"demand_charge": charge}, minutes=15)
    answer = schedule(problem)
    left = remaining(problem, answer, 6)["grid"]["demand_charge"]
    assert left == {"price_per_kw": 2.0, "existing_peak_kw": 3.0, "interval_steps": 4, "begun_steps": 2, "begun_kw": 8.0}
    again = schedule(remaining(problem, answer, 6))
    assert again["cost"]["demand_charge"] == pytest.approx(2.0 * (4.5 - 3.0))  # (2 * 8 + 2 * 1) / 4 above the 3 kW before
    later = remaining(remaining(problem, answer, 5), replan(problem, answer, 5), 1)
    assert later["grid"]["demand_charge"] == left


@settings(max_examples=10, deadline=None, derandomize=True, database=None)
@given(begun=st.integers(0, 3), held=st.sampled_from([0.0, 1.5, 6.0]), first=st.booleans())
def test_given_a_running_interval_then_the_readable_model_agrees(begun, held, first):
    active = [first, *[True] * 7]
    charge = {"price_per_kw": 3.0, "existing_peak_kw": 0.5, "interval_steps": 4, "begun_steps": begun, "begun_kw": held, "active": active}
    problem = site(
        [0.3, 0.1, 0.2, 0.4] * 2, battery(4, 3, 2, soc_final_min_kwh=2), load_kw=[2, 1, 4, 1] * 2, grid={"demand_charge": charge}
    )
    assert schedule(problem)["objective"] == pytest.approx(reference_cost(read_problem(problem)), abs=1e-6)


def test_given_a_whole_interval_as_begun_then_it_is_refused():
    charge = {"price_per_kw": 3.0, "interval_steps": 2, "begun_steps": 2}
    with pytest.raises(InputError, match="begun_steps: 2 is a whole interval"):
        schedule(site([0.1], grid={"demand_charge": charge}))


@pytest.mark.parametrize("start", ["2026-03-28T22:00:00+01:00", "2026-10-24T22:00:00+02:00"])
def test_given_steps_of_unequal_length_over_a_clock_change_then_the_start_is_the_end_of_what_passed(start):
    minutes = [7.5, 15.0, 15.0] + [60.0] * 8
    problem = site([0.2, 0.3] * 5 + [0.1], battery(5, 2, 2), minutes=minutes, load_kw=0.5) | {"start": start}
    answer = schedule(problem)
    left = remaining(problem, answer, 2)
    assert read_problem(left).starts == read_problem(problem).starts[2:]
    assert left["step_minutes"] == minutes[2:]
    assert schedule(left)["changes"]["kwh_moved"] == 0


def test_given_scenarios_and_forecast_prices_then_they_are_cut_as_well():
    scenarios = {"probability": [0.5, 0.5], "import_price": [[0.1, 0.2, 0.3], [0.2, 0.2, 0.2]]}
    problem = site([0.15, 0.2, 0.25], battery(5, 2, 2), scenarios=scenarios, price_is_forecast=[False, True, True])
    left = remaining(problem, schedule(problem), 1)
    assert left["scenarios"]["import_price"] == [[0.2, 0.3], [0.2, 0.2]]
    assert left["price_is_forecast"] == [True, True]


def test_given_a_plan_of_eight_devices_then_the_cost_to_come_is_the_plans_own():
    problem = house(3, flat=False)
    answer = schedule(problem)
    left = remaining(problem, answer, 1)
    whole, rest = (account(read_problem(p), a["devices"]).objective for p, a in ((problem, answer), (left, schedule(left))))
    first = 0.25 * (answer["grid"]["import_kw"][0] * problem["import_price"][0] - answer["grid"]["export_kw"][0] * 0.08)
    assert first + rest == pytest.approx(whole, abs=0.03)


def test_given_a_heat_store_then_its_feeds_stay_as_well():
    feeds = [
        {"name": "hp", "carrier": "electricity", "power_kw": 3, "efficiency": 3.0},
        {"name": "rod", "carrier": "electricity", "power_kw": 3, "efficiency": 1.0},
    ]
    tank = {"type": "heat_store", "name": "tank", "soc_max_kwh": 20, "soc_initial_kwh": 5, "demand_kw": 3, "feeds": feeds}
    problem = site([0.2, 0.1, 0.1001, 0.1, 0.3, 0.3], tank)
    again = replan(problem, schedule(problem), 1, prices=[0.1001, 0.1, 0.1001, 0.3, 0.3])
    assert again["changes"]["kwh_moved"] == 0
    assert again["changes"]["given_up"] > 0


@pytest.mark.parametrize(
    ("keywords", "where"),
    [
        ({"at_step": 4}, "at_step"),
        ({"at_step": 1, "state": {"boat": 1}}, "state.boat"),
        ({"at_step": 1, "prices": {"spot": [0.1]}}, "prices.spot"),
        ({"at_step": 1, "pv": [0.1]}, "pv"),
        ({"at_step": 1, "prices": [0.1]}, "load_kw"),
    ],
)
def test_given_wrong_news_then_the_field_is_named(keywords, where):
    problem = site([0.1] * 4, battery(5, 2, 2), load_kw=[1.0] * 4)
    with pytest.raises(InputError) as error:
        replan(problem, schedule(problem), **keywords)
    assert error.value.where == where
