"""The unoptimised site of the contract, by hand."""

import pytest

from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.checking.baseline import baseline_cost, baseline_flows
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def flows(*args, **fields):
    return baseline_flows(read_problem(site(*args, **fields)))


def test_batteries_idle():
    assert not flows([0.1, 0.9], battery(10, 5, 5))["bat"]["discharge_kw"].any()


def test_jobs_run_at_their_earliest_one_after_the_other():
    found = flows([0.5, 0.1, 0.1, 0.1, 0.1], job(2, 2, name="dryer", after="washer"), job(2, 1, name="washer", earliest=1))
    assert found["washer"]["runs"] == [[1, 2]]
    assert found["dryer"]["runs"] == [[2, 4]]


def test_a_job_avoids_forbidden_steps():
    assert flows([0.5] * 5, job(2, 2, forbidden=[1]))["job"]["runs"] == [[2, 4]]


def test_jobs_of_one_machine_run_first_come_first_served():
    jobs = [job(2, 2, name="long"), job(2, 1, name="late", earliest=1), job(2, 1, name="cooling", after="late")]
    found = flows([0.5] * 6, *jobs, exclusive=[{"name": "conche", "devices": ["late", "long"]}])
    assert [found[name]["runs"] for name in ("long", "late", "cooling")] == [[[0, 2]], [[2, 3]], [[3, 4]]]


def test_a_gap_of_a_machine_that_is_long_enough_is_used():
    jobs = [job(2, 2, name="first", earliest=2), job(2, 2, name="short", latest_end=6), job(2, 3, name="long")]
    found = flows([0.5] * 9, *jobs, exclusive=[{"name": "tunnel", "devices": ["first", "short", "long"]}])
    assert [found[name]["runs"] for name in ("first", "short", "long")] == [[[5, 7]], [[0, 2]], [[2, 5]]]


def test_a_job_for_which_its_machine_is_never_free_runs_beside_the_other():
    found = flows([0.5] * 3, job(2, 2, name="one"), job(2, 2, name="two"), exclusive=[{"name": "tunnel", "devices": ["one", "two"]}])
    assert (found["one"]["runs"], found["two"]["runs"]) == ([[0, 2]], [[0, 2]])


def test_a_cooler_holds_its_upper_band():
    store = {"type": "heat_pump", "name": "cold", "power_kw": 9, "gain_c_per_kwh": -1, "loss_per_hour": 0.1, "temperature_initial": 5}
    store |= {"temperature_min": 0, "temperature_max": 5, "outdoor_temperature": 25}
    assert flows([0.1] * 3, store)["cold"]["power_kw"] == pytest.approx([2, 2, 2])


def test_the_car_charges_at_full_power_from_plug_in_until_its_target():
    charge = flows([0.1] * 4, car(40, 7, 20, [(1, 4, 29)], charge_efficiency=0.9))["car"]["charge_kw"]
    assert charge == pytest.approx([0, 7, 3, 0])


def test_the_heat_pump_holds_its_lower_band():
    pump = {"type": "heat_pump", "name": "hp", "power_kw": 3, "gain_c_per_kwh": 1, "loss_per_hour": 0.1, "temperature_initial": 20}
    pump |= {"temperature_min": 20, "temperature_max": 22, "outdoor_temperature": 10}
    assert flows([0.1] * 3, pump)["hp"]["power_kw"] == pytest.approx([1, 1, 1])


def test_sun_is_used_first_and_the_rest_exported():
    problem = read_problem(site([0.3, 0.3], roof([3, 3]), load_kw=[1, 4], export_price=0.1))
    assert baseline_cost(problem) == pytest.approx(-2 * 0.1 + 1 * 0.3)


def test_savings_are_the_difference():
    answer = schedule(site([0.4, 0.1], job(1, 1)))
    assert (answer["baseline_cost"], answer["objective"]) == pytest.approx((0.4, 0.1))
    assert answer["savings"] == pytest.approx(0.3)
    assert answer["savings_percent"] == pytest.approx(75)
