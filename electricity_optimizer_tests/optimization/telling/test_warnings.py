"""What a person should know before following a plan."""

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, roof, site


def told(problem):
    return [(one["step"], one["device"], one["text"]) for one in schedule(problem)["warnings"]]


def test_a_plain_plan_has_none():
    assert schedule(site([0.1, 0.4], battery(5, 5, 0), load_kw=1))["warnings"] == []


def test_forecast_prices_are_told_once_with_their_span():
    assert told(site([0.1, 0.4, 0.3], price_is_forecast=[False, True, True])) == [
        (1, None, "2 of 3 steps, from 01:00 to 03:00, have a forecast price: nobody has published it yet")
    ]


def test_an_hour_of_zeros_looks_like_missing_prices():
    assert told(site([0.1] * 4 + [0.0] * 4, minutes=15))[0][2].startswith(
        "the import price is exactly 0 from 01:00 to 02:00: looks like missing"
    )
    assert told(site([0.1] * 4 + [0.0] * 3, minutes=15)) == []


def test_a_wish_out_of_reach_is_told_with_what_is_missing():
    wish = car(40, 10, 0, [(0, 2, 50)])
    wish["sessions"][0]["target_is"] = "soft"
    assert told(site([0.3] * 2, wish)) == [(1, "car", "30.0 kWh short of the 50 kWh wished for at 02:00: the car holds 40 kWh")]


def test_a_soft_limit_that_is_passed_is_told_with_its_hours():
    grid = {"import_limit_kw": 4, "limits_are": "soft"}
    assert told(site([0.3] * 4, load_kw=[1, 6, 5, 1], grid=grid)) == [
        (1, None, "the import passes its limit by up to 2.00 kW, for 2 hours from 01:00")
    ]


def test_a_first_level_out_of_bounds_is_told():
    assert told(site([0.3] * 2, battery(10, 5, 1, soc_min_kwh=3)))[0] == (
        0,
        "bat",
        "begins with 1 kWh, below its 3: at 3.00 kWh by 01:00",
    )


def test_a_battery_emptied_because_nothing_is_asked_of_its_end_is_told():
    (entry,) = told(site([0.1, 0.4], battery(5, 5, 4), load_kw=4))
    assert entry[:2] == (1, "bat")
    assert entry[2].startswith("is empty at the end (0.0 of 4 kWh at the start): nothing is asked of it then")
    assert told(site([0.1, 0.4], battery(5, 5, 4, final_value_per_kwh=0.3), load_kw=4)) == []


def test_cycling_that_hardly_pays_is_told_with_its_gain():
    store = battery(4, 4, 0, charge_efficiency=0.9, discharge_efficiency=0.9)
    (entry,) = told(site([0.300, 0.374], store, load_kw=[0, 4]))
    assert entry[2].startswith("charges and discharges once for less than it loses on the way: 4.0 kWh, 0.01")
    assert told(site([0.300, 0.374], store | {"cycle_cost_per_kwh": 0.05}, load_kw=[0, 4])) == []


def test_energy_burnt_at_negative_prices_is_told():
    store = battery(4, 4, 4, charge_efficiency=0.9, discharge_efficiency=0.9, soc_final_min_kwh=4)
    texts = [text for _, _, text in told(site([-0.02, -0.30], store, export_price=[-0.02, -0.30]))]
    assert any(
        text.startswith("burns energy at negative prices: 3.2 kWh given back at -0.020, charged again for being paid 0.30")
        for text in texts
    )


def test_a_plan_that_is_not_proven_states_what_may_be_left_in_it(shared, read_json):
    answer = schedule(read_json(shared / "cases" / "site_C.json"), gap=0.2)
    if answer["status"] == "feasible":
        assert answer["warnings"][0]["text"].startswith("not proven to be the best: up to ")


@pytest.mark.parametrize(("existing", "count"), [(5.0, 0), (2.0, 1)])
def test_a_peak_above_the_one_already_reached_is_told(existing, count):
    charge = {"price_per_kw": 2.0, "existing_peak_kw": existing}
    assert len(told(site([0.3], load_kw=4, grid={"demand_charge": charge}))) == count


def test_no_sun_and_no_store_is_no_reason_to_warn():
    assert told(site([0.3], roof([0]))) == []
