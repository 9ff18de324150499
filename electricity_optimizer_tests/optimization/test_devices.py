"""Each part of the contract that one device or limit brings, on sites small enough to reckon by hand."""

import numpy as np
import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def test_given_a_trip_then_it_takes_its_energy_in_its_step():
    answer = schedule(site([0.1, 0.3, 0.3], car(40, 10, 5, [(0, 1, 15)], trips=[{"step": 1, "energy_kwh": 12}])))
    assert answer["devices"]["car"]["soc_kwh"] == pytest.approx([15, 3, 3])


def test_given_a_discharging_car_then_it_feeds_the_house_in_its_session_only():
    answer = schedule(site([0.1, 0.5, 0.5], car(40, 5, 10, [(0, 2, 10)], discharge_kw=5), load_kw=2))
    assert answer["devices"]["car"]["discharge_kw"] == pytest.approx([0, 2, 0])


def test_given_charge_levels_then_no_other_power_is_used():
    charge = schedule(site([0.1, 0.2, 0.3], car(40, 11, 0, [(0, 3, 15)], charge_levels_kw=[3.7, 7.4, 11.0])))["devices"]["car"]["charge_kw"]
    assert charge == pytest.approx([11.0, 7.4, 0.0])  # 18.4 kWh at 0.1 and 0.2 cost less than 11 + 3.7 + 3.7


def test_given_a_profile_then_the_job_follows_it():
    answer = schedule(site([0.4, 0.1, 0.3, 0.2], {"type": "load", "name": "job", "profile_kw": [2, 0, 1]}))
    assert answer["devices"]["job"]["power_kw"] == [0, 2, 0, 1]
    assert answer["devices"]["job"]["runs"] == [[1, 4]]


def test_given_a_job_after_another_then_it_waits_for_its_end():
    first, second = job(2, 2, name="washer"), job(2, 2, name="dryer", after="washer")
    answer = schedule(site([0.1, 0.1, 0.5, 0.5, 0.2, 0.2], first, second))
    assert answer["devices"]["washer"]["runs"] == [[0, 2]]
    assert answer["devices"]["dryer"]["runs"] == [[4, 6]]


def test_given_a_heat_pump_then_its_temperature_follows_the_contract():
    pump = {"type": "heat_pump", "name": "hp", "power_kw": 3, "gain_c_per_kwh": 0.9, "loss_per_hour": 0.05, "temperature_initial": 20}
    pump |= {"temperature_min": 19, "temperature_max": 22, "outdoor_temperature": [0, 2, 4, 6], "temperature_final_min": 20}
    plan = schedule(site([0.1, 0.4, 0.2, 0.4], pump))["devices"]["hp"]
    level = 20.0
    for power, outdoor, found in zip(plan["power_kw"], [0, 2, 4, 6], plan["temperature"], strict=True):
        level += 0.9 * power - 0.05 * (level - outdoor)
        assert found == pytest.approx(level)
    assert plan["temperature"][-1] == pytest.approx(20)


def test_given_a_least_power_then_the_heat_pump_is_off_or_above_it():
    pump = {"type": "heat_pump", "name": "hp", "power_kw": 3, "power_min_kw": 2, "gain_c_per_kwh": 1, "loss_per_hour": 0.1}
    pump |= {"temperature_initial": 20, "temperature_min": 19, "temperature_max": 23, "outdoor_temperature": 10}
    power = np.asarray(schedule(site([0.3, 0.1, 0.3, 0.2, 0.4, 0.1], pump))["devices"]["hp"]["power_kw"])
    assert np.all((power == 0) | (power >= 2 - 1e-6))


def test_given_two_feeds_then_each_kwh_of_heat_comes_from_the_cheaper():
    """FlexMeasures' multi-feed tutorial in small: a heat pump at COP 3 against gas at 0.08 / 0.9 per kWh of heat."""
    feeds = [
        {"name": "hp", "carrier": "electricity", "power_kw": 5, "efficiency": 3.0},
        {"name": "boiler", "carrier": "gas", "power_kw": 20, "efficiency": 0.9, "fuel_price": 0.08},
    ]
    tank = {"type": "heat_store", "name": "tank", "soc_max_kwh": 0, "soc_initial_kwh": 0, "demand_kw": 9, "feeds": feeds}
    answer = schedule(site([0.2, 0.3], tank))
    plan = answer["devices"]["tank"]["feeds"]
    assert plan["hp"]["power_kw"] == pytest.approx([3, 0])
    assert plan["boiler"]["power_kw"] == pytest.approx([0, 10])
    assert answer["cost"]["fuel"] == pytest.approx(0.8)


def test_given_a_group_then_its_devices_share_its_limit():
    groups = [{"name": "garage", "devices": ["car", "bat"], "import_limit_kw": 8, "export_limit_kw": 2}]
    answer = schedule(site([0.1, 0.4], car(40, 7, 0, [(0, 2, 9)]), battery(10, 5, 0), export_price=0.4, groups=groups))
    car_kw, bat = answer["devices"]["car"]["charge_kw"], answer["devices"]["bat"]
    net = np.asarray(car_kw) + bat["charge_kw"] - bat["discharge_kw"]
    assert net[0] == pytest.approx(8)
    assert net[1] >= -2 - 1e-6


def test_given_self_discharge_then_the_store_leaks():
    answer = schedule(site([0.2, 0.2], battery(10, 5, 10, self_discharge_per_hour=0.1), minutes=30))
    assert answer["devices"]["bat"]["soc_kwh"] == pytest.approx([9.5, 9.025])


def test_given_a_value_of_what_is_left_then_it_is_kept_or_sold_by_price():
    kept = schedule(site([0.2], battery(10, 5, 5, final_value_per_kwh=0.3), export_price=0.25))
    sold = schedule(site([0.2], battery(10, 5, 5, final_value_per_kwh=0.1), export_price=0.25))
    assert kept["devices"]["bat"]["soc_kwh"] == pytest.approx([10])
    assert sold["devices"]["bat"]["soc_kwh"] == pytest.approx([0])
    assert kept["cost"]["final_value"] == pytest.approx(-3.0)


def test_given_a_price_of_emissions_then_the_cleaner_step_is_taken():
    problem = site([0.20, 0.21], job(1, 1), co2_intensity=[500, 100], co2_price=0.1)
    answer = schedule(problem)
    assert answer["devices"]["job"]["runs"] == [[1, 2]]
    assert answer["co2_kg"] == pytest.approx(0.1)
    assert answer["cost"]["co2"] == pytest.approx(0.01)


def test_given_no_intensity_then_the_emissions_are_unknown_and_not_zero():
    assert schedule(site([0.2], load_kw=1))["co2_kg"] is None


def test_given_a_demand_charge_by_the_half_hour_then_quarter_hours_are_averaged():
    grid = {"demand_charge": {"price_per_kw": 10, "interval_steps": 2, "existing_peak_kw": 1}}
    answer = schedule(site([0.2] * 4, load_kw=[4, 2, 1, 1], minutes=15, grid=grid))
    assert answer["cost"]["demand_charge"] == pytest.approx(20)


@pytest.mark.parametrize(("aversion", "hour"), [(0.0, 0), (1.0, 1)])
def test_given_scenarios_then_risk_aversion_prefers_the_sure_hour(aversion, hour):
    scenarios = {"probability": [0.5, 0.5], "import_price": [[0.1, 0.35], [0.5, 0.35]], "risk_aversion": aversion, "cvar_alpha": 0.5}
    answer = schedule(site([0.3, 0.35], job(1, 1), scenarios=scenarios))
    assert answer["devices"]["job"]["runs"] == [[hour, hour + 1]]
    assert answer["objective"] == pytest.approx([0.3, 0.35][hour])
    assert answer["scenario_costs"] == pytest.approx([[0.1, 0.5], [0.35, 0.35]][hour])


def test_given_step_lists_then_power_and_bounds_follow_them():
    store = battery([10, 2, 10], [5, 5, 0], 0, soc_min_kwh=[0, 0, 1])
    soc = schedule(site([0.1, 0.2, 0.3], store))["devices"]["bat"]["soc_kwh"]
    assert soc == pytest.approx([1, 1, 1])


def test_marginal_price_is_what_one_more_kwh_would_cost():
    prices, load = [0.3, 0.1, 0.4], [1.0, 1.0, 1.0]
    store = battery(2, 2, 0, charge_efficiency=0.9)
    base = schedule(site(prices, store, roof([0, 0, 3]), export_price=0.05, load_kw=load))
    for k, price in enumerate(base["grid"]["marginal_price"]):
        more = [value + (1e-3 if j == k else 0) for j, value in enumerate(load)]
        dearer = schedule(site(prices, store, roof([0, 0, 3]), export_price=0.05, load_kw=more))
        assert (dearer["objective"] - base["objective"]) / 1e-3 == pytest.approx(price, abs=1e-5)
