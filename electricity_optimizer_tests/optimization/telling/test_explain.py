"""The reasons name the numbers that decided, in words that a householder reads."""

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def reasons(problem, device):
    return [entry["text"] for entry in schedule(problem)["explanation"] if entry["device"] == device]


def named(name, load):
    return load | {"name": name}


def test_a_charge_is_explained_by_the_import_it_avoids_and_a_discharge_by_what_its_energy_cost():
    charge, discharge = reasons(site([0.10, 0.20, 0.40], battery(5, 5, 0, charge_efficiency=0.9), load_kw=[0, 0, 2]), "bat")
    assert charge == "charges 2.2 kWh until 01:00: 0.10 now against 0.40 of import avoided at 02:00, 0.26 gained per kWh after losses"
    assert discharge == "discharges 2.0 kWh until 03:00: 0.40 of import avoided now against 0.11 for the energy, charged at 00:00"


def test_a_charge_from_the_sun_is_worth_the_export_forgone():
    first = reasons(site([0.3, 0.3], battery(5, 5, 0), roof([3, 0]), load_kw=[0, 2], export_price=0.07), "bat")[0]
    assert first.startswith("charges 2.0 kWh until 01:00: own power that would earn 0.070 now against 0.30 of import avoided at 01:00")


def test_a_discharge_that_is_sold_is_valued_at_the_export_price():
    (text,) = reasons(site([0.3, 0.3], battery(5, 5, 5), export_price=[0.1, 0.2]), "bat")
    assert text == "discharges 5.0 kWh until 02:00: 0.20 earned by export now; nothing has to be left at the end"


def test_a_discharge_that_makes_room_at_negative_prices_says_so():
    store = battery(4, 4, 4, charge_efficiency=0.9, discharge_efficiency=0.9, soc_final_min_kwh=4)
    texts = reasons(site([-0.02, -0.30], store, export_price=[-0.02, -0.30]), "bat")
    assert "export costs 0.020 now; it makes room to charge at 01:00 at being paid 0.30" in texts[0]
    assert "being paid 0.30 now" in texts[1]


def test_wear_counts_in_what_a_cycle_gains():
    text = reasons(site([0.10, 0.40], battery(5, 5, 0, cycle_cost_per_kwh=0.05), load_kw=[0, 2]), "bat")[0]
    assert text.endswith("0.20 gained per kWh after losses and wear")


def test_a_car_is_explained_by_its_session_and_the_step_it_leaves_out():
    (text,) = reasons(site([0.3, 0.1, 0.2], car(40, 10, 0, [(0, 3, 10)])), "car")
    assert text == "charges 10.0 kWh until 02:00: 0.10 now; the cheapest step without charging costs 0.20; 10 kWh due at 03:00"


def test_a_car_that_needs_every_step_says_so():
    (text,) = reasons(site([0.3, 0.1], car(40, 10, 0, [(0, 2, 20)])), "car")
    assert text == "charges 20.0 kWh until 02:00: 0.20 now, at full power in every step while plugged in; 20 kWh due at 02:00"


def test_a_wish_out_of_reach_is_told_with_what_can_be_reached():
    wish = car(60, 10, 0, [(0, 2, 50)])
    wish["sessions"][0]["target_is"] = "soft"
    assert reasons(site([0.3, 0.1], wish), "car")[0].endswith("20.0 of the 50 kWh wished for at 02:00 can be reached")


def test_a_job_is_explained_by_its_earliest_start():
    (text,) = reasons(site([0.3, 0.1, 0.2], job(2, 1)), "job")
    assert text == "runs 01:00-02:00: 0.20 EUR in these steps, 0.60 at its earliest start 00:00"


def test_a_job_without_a_choice_names_when_it_must_end():
    (text,) = reasons(site([0.3, 0.1, 0.2], job(2, 2, latest_end=2)), "job")
    assert text == "runs 00:00-02:00: 0.80 EUR in these steps; it leaves no other time, as it must end by 02:00"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"devices": [job(2, 1, after="first"), named("first", job(1, 1, earliest=1, latest_end=2))]}, "but first ends at 02:00"),
        (
            {
                "devices": [job(2, 1), named("big", job(5, 1))],
                "exclusive": [{"name": "line 1", "devices": ["job", "big"]}],
            },
            "but big has line 1 then",
        ),
        (
            {"devices": [job(2, 1)], "load_kw": [0, 9, 0], "grid": {"import_limit_kw": 10}},
            "but the import limit of 10 kW leaves no room there",
        ),
    ],
)
def test_a_job_kept_from_its_cheapest_time_names_what_keeps_it(more, reason):
    (text,) = reasons(site([0.3, 0.1, 0.2]) | more, "job")
    assert "0.20 at 01:00" in text
    assert reason in text


def test_a_running_job_goes_on():
    (text,) = reasons(site([0.3, 0.1, 0.2], job(2, 2, interruptible=True, ran_steps=1, min_run_steps=3)), "job")
    assert text == "runs 00:00-02:00: 0.80 EUR in these steps; it goes on, on for 1 steps already"


def test_an_optional_job_that_stays_off_is_explained_by_its_value():
    (text,) = reasons(site([0.3, 0.2], job(2, 1, optional_value=0.1)), "job")
    assert text == "stays off: its run would cost 0.40 at best, its value is 0.10"


def test_curtailment_is_explained_by_the_price_or_the_limit():
    paid = reasons(site([0.3], roof([3]), export_price=-0.05), "roof")
    full = reasons(site([0.3], roof([7]), export_price=0.05, grid={"export_limit_kw": 5}), "roof")
    charge = reasons(site([0.3], roof([7]), export_price=0.05, grid={"export_charge": {"price_per_kw": 2}}), "roof")
    assert paid == ["curtails 3.0 of 3.0 kWh until 01:00: export would cost 0.050"]
    assert full == ["curtails 2.0 of 7.0 kWh until 01:00: the export limit of 5 kW is reached"]
    assert charge == ["curtails 7.0 of 7.0 kWh until 01:00: a kW more of export would cost 2.00"]


def test_a_demand_charge_is_told_at_its_peak_and_where_it_decides():
    problem = site([0.3, 0.3], battery(2, 2, 2), load_kw=[1, 3], grid={"demand_charge": {"price_per_kw": 2}})
    assert reasons(problem, "grid") == ["the highest import is 1.00 kW; the demand charge of 2.00 per kW comes to 2.00"]
    assert reasons(problem, "bat")[0].endswith("keeps the import at 1.00 kW: a kW more would cost 2.00")


def test_a_cooler_cools():
    cold = {"gain_c_per_kwh": -1, "loss_per_hour": 0.1, "temperature_initial": 4, "outdoor_temperature": 24}
    store = {"type": "heat_pump", "name": "cold", "power_kw": 6, "temperature_min": 0, "temperature_max": 5} | cold
    texts = reasons(site([0.1, 0.5, 0.5], store), "cold")
    assert texts[0].startswith("cools with ")
    assert "up to 0.50 later; cools to" in texts[0]


def test_heat_is_explained_per_kwh_of_heat_by_feed():
    feeds = [
        {"name": "hp", "carrier": "electricity", "power_kw": 5, "efficiency": 3.0},
        {"name": "boiler", "carrier": "gas", "power_kw": 20, "efficiency": 0.8, "fuel_price": 0.08},
    ]
    tank = {"type": "heat_store", "name": "tank", "soc_max_kwh": 0, "soc_initial_kwh": 0, "demand_kw": 6, "feeds": feeds}
    hp, boiler = reasons(site([0.24, 0.36], tank), "tank")
    assert hp == "hp makes 6.0 kWh of heat until 01:00: 0.080 per kWh of heat against 0.10 by boiler"
    assert boiler == "boiler makes 6.0 kWh of heat until 02:00: 0.10 per kWh of heat against 0.12 by hp"


def test_a_draw_out_of_the_battery_costs_what_one_more_kwh_costs_then():
    store = battery(5, 5, 5, soc_final_min_kwh=5, charge_efficiency=0.8)
    (first,) = reasons(site([0.5, 0.1, 0.1], store, car(20, 2, 0, [(0, 1, 2)])), "car")
    assert first.startswith("charges 2.0 kWh until 01:00: 0.12 now, from what is stored")  # 0.10 / 0.8 to put it back


def test_every_shared_site_is_told_in_numbers(shared, read_json):
    for case in "ABCF":
        answer = schedule(read_json(shared / "cases" / f"site_{case}.json"))
        assert answer["explanation"]
        assert not any("nan" in one["text"] or "inf " in one["text"] for one in answer["explanation"])
