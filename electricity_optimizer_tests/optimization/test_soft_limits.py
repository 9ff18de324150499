"""Soft limits: kept whenever they can be kept, whatever energy costs; missed by as little as possible otherwise, and told."""

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, roof, site


def soft(arrive, depart, target):
    return [{"arrive": arrive, "depart": depart, "target_kwh": target, "target_is": "soft"}]


def plugged(capacity, target):
    return car(capacity, 10, 0, []) | {"sessions": soft(0, 4, target)}


def test_given_a_soft_target_in_reach_then_no_price_outweighs_it():
    answer = schedule(site([1000.0] * 4, plugged(40, 40)))
    assert answer["devices"]["car"]["soc_kwh"][-1] == pytest.approx(40)
    assert answer["violations"] == []


def test_given_a_soft_target_out_of_reach_then_the_car_gets_all_there_is_and_the_shortfall_is_told():
    answer = schedule(site([0.1, 5.0, 0.1, 0.1], plugged(60, 50)))
    assert answer["status"] == "optimal"
    assert answer["devices"]["car"]["charge_kw"] == pytest.approx([10, 10, 10, 10])
    assert answer["violations"] == [{"limit": "car.sessions[0].target_kwh", "short_by": pytest.approx(10.0), "unit": "kWh"}]
    assert answer["objective"] == pytest.approx(53.0)  # money only: a missed wish is no cost


def test_given_a_soft_import_limit_below_the_load_then_the_battery_helps_and_the_rest_is_told():
    problem = site([0.2] * 4, battery(3, 3, 3), load_kw=[2, 8, 2, 2], grid={"import_limit_kw": 4, "limits_are": "soft"})
    answer = schedule(problem)
    assert answer["grid"]["import_kw"][1] == pytest.approx(5)
    assert answer["violations"] == [{"limit": "grid.import_limit_kw", "short_by": pytest.approx(1.0), "unit": "kW", "steps": [1]}]


def test_given_a_soft_export_limit_and_sun_that_cannot_be_curtailed_then_the_excess_is_told():
    problem = site([0.2] * 2, roof([3, 7], curtailable=False), grid={"export_limit_kw": 5, "limits_are": "soft"})
    assert schedule(problem)["violations"] == [{"limit": "grid.export_limit_kw", "short_by": 2.0, "unit": "kW", "steps": [1]}]


def test_given_a_hard_limit_that_holds_then_soft_and_hard_give_the_same_plan():
    plans = [
        schedule(site([0.3, 0.1, 0.2, 0.4], battery(9, 5, 4), load_kw=3, grid={"import_limit_kw": 6, "limits_are": kind}))
        for kind in ("hard", "soft")
    ]
    assert plans[0]["devices"] == plans[1]["devices"]
