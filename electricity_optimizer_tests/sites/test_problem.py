"""What a site is asked to plan: problem files that the optimiser reads, on DST days and with windows over midnight too."""

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import load_sites, site, sites
from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization import read_problem
from electricity_optimizer.sites import Side, SiteState, build_problem
from electricity_optimizer.sites.problem import overnight_value
from electricity_optimizer_tests.sites.conftest import RealMarket

MONDAY, SPRING, AUTUMN = dt.date(2026, 5, 4), dt.date(2026, 3, 29), dt.date(2025, 10, 26)
HOUSE = site("house-1")


def problem_of(market: RealMarket, key: str, day: dt.date, state: SiteState | None = None) -> dict[str, Any]:
    entry = site(key)
    return build_problem(
        entry, day, prices=market.prices(entry), forecast=market.forecast(entry, day), state=state or SiteState.initial(entry)
    )


def device(problem: dict[str, Any], name: str) -> dict[str, Any]:
    return next(part for part in problem["devices"] if part["name"] == name)


@pytest.mark.parametrize("key", list(sites()))
@pytest.mark.parametrize(("day", "steps"), [(MONDAY, 96), (SPRING, 92), (AUTUMN, 100)])
def test_every_site_makes_a_problem_of_the_contract(market, key: str, day: dt.date, steps: int) -> None:
    assert read_problem(problem_of(market, key, day)).n == steps


def test_a_workday_has_a_session_before_and_one_after_the_trip(market) -> None:
    car = device(problem_of(market, "house-1", MONDAY), "car")
    assert [(s["arrive"], s["depart"], s["target_kwh"]) for s in car["sessions"]] == [(0, 29, 46.0), (70, 96, 6.0)]
    assert car["trips"] == [{"step": 29, "energy_kwh": 12.0}]


def test_a_sunday_is_one_session_without_a_target(market) -> None:
    assert device(problem_of(market, "house-1", SPRING), "car")["sessions"] == [
        {"arrive": 0, "depart": 92, "target_kwh": 6.0, "target_is": "hard"}
    ]


def test_a_target_out_of_reach_is_soft_and_the_trip_takes_what_there_is(market) -> None:
    fast = problem_of(market, "house-1", MONDAY, SiteState(Side(stored_kwh={"car": 6.0})))
    assert device(fast, "car")["sessions"][0]["target_is"] == "hard"
    slow = load_sites("[s]" + SLOW_CAR, "x")["s"]
    built = build_problem(
        slow, MONDAY, prices=market.prices(slow), forecast=market.forecast(slow, MONDAY), state=SiteState(Side(stored_kwh={"car": 1.0}))
    )
    assert device(built, "car")["sessions"][0]["target_is"] == "soft"
    assert device(built, "car")["trips"][0]["energy_kwh"] == pytest.approx(1.0 + 7.25 * 0.5 * 0.92)


SLOW_CAR = """
name = "x"
subject = "x"
zone = "DE-LU"
tariff = "de-flat-dynamic"
grid = { import_limit_kw = 5.0 }
load = { profile = "household", annual_kwh = 2000 }
devices = [{ type = "car", name = "car", capacity_kwh = 40, initial_kwh = 20, charge_kw = 0.5, target_kwh = 20, trips = [
  { depart = "07:15", arrive = "17:00", energy_kwh = 9 } ] }]
"""


def test_appliances_run_on_their_days_and_wait_only_for_those_that_run(market) -> None:
    monday = {part["name"]: part for part in problem_of(market, "house-1", MONDAY)["devices"]}
    tuesday = {part["name"] for part in problem_of(market, "house-1", dt.date(2026, 5, 5))["devices"]}
    assert monday["dryer"]["after"] == "washer"
    assert (monday["washer"]["earliest"], monday["washer"]["latest_end"]) == (32, 72)
    assert tuesday == {"roof", "battery", "car", "dishwasher"}


def test_a_window_over_midnight_is_the_early_and_the_late_part_of_the_day(market) -> None:
    text = SLOW_CAR.replace("devices =", "unused =").split("unused")[0] + (
        '[[s.devices]]\ntype = "appliance"\nname = "dishwasher"\nprofile_kw = [1.0, 1.0]\nfrom = "20:00"\nuntil = "06:00"\n'
    )
    night = load_sites("[s]" + text, "x")["s"]
    for day, late, early in ((MONDAY, 80, 24), (SPRING, 76, 20), (AUTUMN, 84, 28)):
        built = build_problem(night, day, prices=market.prices(night), forecast=market.forecast(night, day), state=SiteState())
        washing = device(built, "dishwasher")
        assert washing["forbidden"] == list(range(early, late))
        assert (washing["earliest"], washing["latest_end"]) == (0, read_problem(built).n)


def test_energy_left_in_stores_is_worth_the_cheapest_two_hours_of_the_night(market) -> None:
    problem = problem_of(market, "house-1", MONDAY)
    night = sum(sorted(problem["import_price"][:24])[:8]) / 8
    assert device(problem, "battery")["final_value_per_kwh"] == pytest.approx(night * 0.96)
    assert device(problem, "car")["final_value_per_kwh"] == pytest.approx(night / 0.92)


def test_the_worth_of_a_stored_kwh_follows_the_nights_slowly_and_is_never_negative() -> None:
    assert overnight_value([0.20] * 24, 24, None) == pytest.approx(0.20)
    assert overnight_value([0.20] * 24, 24, 0.30) == pytest.approx(0.275)
    assert overnight_value([-0.40] * 24, 24, None) == 0.0


def test_a_day_begins_where_the_last_one_ended(market) -> None:
    problem = problem_of(market, "house-1", MONDAY, SiteState(Side(stored_kwh={"battery": 7.5, "car": 31.0})))
    assert [device(problem, name)["soc_initial_kwh"] for name in ("battery", "car")] == [7.5, 31.0]


def test_the_demand_charge_knows_the_months_peak_and_forgets_it_with_the_month(market) -> None:
    state = SiteState(Side(peak_kw=310.0), month="2026-05")
    charge = problem_of(market, "factory-1", MONDAY, state)["grid"]["demand_charge"]
    assert charge == {"price_per_kw": 12.0, "existing_peak_kw": 310.0, "interval_steps": 1}
    april = SiteState(Side(peak_kw=310.0), month="2026-04")
    assert problem_of(market, "factory-1", MONDAY, april)["grid"]["demand_charge"]["existing_peak_kw"] == 0.0


def test_a_room_that_the_sun_warms_beyond_its_band_can_still_be_planned(market) -> None:
    flat = site("flat-1")
    hot = market.forecast(flat, MONDAY).with_columns(outdoor_temperature_c=pl.lit(34.0))
    problem = build_problem(
        flat, MONDAY, prices=market.prices(flat), forecast=hot, state=SiteState(Side(temperature_c={"heat pump": 21.9}))
    )
    pump = device(problem, "heat pump")
    assert pump["temperature_max"][-1] > 22.0
    assert pump["temperature_min"] == 20.0


def test_a_cold_snap_beyond_the_heat_pump_lowers_the_band_to_what_full_power_holds(market) -> None:
    flat = site("flat-1")
    cold = market.forecast(flat, MONDAY).with_columns(outdoor_temperature_c=pl.lit(-60.0))
    pump = device(build_problem(flat, MONDAY, prices=market.prices(flat), forecast=cold, state=SiteState.initial(flat)), "heat pump")
    assert pump["temperature_min"][-1] < 20.0


def test_an_unknown_price_is_named_and_never_zero(market) -> None:
    prices = market.prices(HOUSE)
    gap = dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC)
    holed = replace(prices, frame=prices.frame.filter(pl.col("start") != gap))
    with pytest.raises(InputError, match=r"house-1: import_price is unknown for 1 of 96 steps from 2026-05-04T10:00"):
        build_problem(HOUSE, MONDAY, prices=holed, forecast=market.forecast(HOUSE, MONDAY), state=SiteState())
