"""A plan looks into the next day and commits its own: the day's part is what the day alone would be, on DST days too."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import site, sites
from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.sites import SiteState, bill_of_the_day, build_problem, day_steps, expected, planned_end, settle
from electricity_optimizer.sites.bill import cost_of
from electricity_optimizer.sites.horizon import LONGEST, committed, committed_flows, committed_steps
from electricity_optimizer.timeline import day_start
from electricity_optimizer_tests.sites.conftest import RealMarket

MONDAY, SPRING, AUTUMN = dt.date(2026, 5, 4), dt.date(2026, 3, 29), dt.date(2025, 10, 26)
ONE_DAY = dt.timedelta(days=1)
HOUSE = site("house-1")
TZ = HOUSE.tz

STEPS = LONGEST // dt.timedelta(minutes=15)


def two_days(market: RealMarket, key: str, day: dt.date, hours: int = 48) -> dict[str, object]:
    entry = site(key)
    forecast = pl.concat([market.forecast(entry, day), market.forecast(entry, day + ONE_DAY)])[: hours * 4]
    until = day_start(day + ONE_DAY, entry.tz)
    return build_problem(entry, day, prices=market.prices(entry), forecast=forecast, state=SiteState.initial(entry), published_until=until)


def alone(market: RealMarket, key: str, day: dt.date) -> dict[str, object]:
    entry = site(key)
    return build_problem(entry, day, prices=market.prices(entry), forecast=market.forecast(entry, day), state=SiteState.initial(entry))


@pytest.mark.parametrize(("day", "own"), [(MONDAY, 96), (SPRING, 92), (AUTUMN, 100), (SPRING - ONE_DAY, 96), (AUTUMN - ONE_DAY, 96)])
@pytest.mark.parametrize("key", list(sites()))
def test_the_days_part_of_two_days_is_the_day_alone(market, key: str, day: dt.date, own: int) -> None:
    whole = two_days(market, key, day)
    assert own < read_problem(whole).n <= STEPS
    assert committed_steps(whole, site(key).tz) == own
    cut = committed(whole, site(key).tz)
    assert cut.pop("price_is_forecast") == [False] * own
    assert read_problem(cut) == read_problem(alone(market, key, day))


def test_a_plan_reaches_as_far_as_all_is_known_and_48_hours_at_most(market) -> None:
    assert read_problem(two_days(market, "house-1", MONDAY, hours=30)).n == 120
    assert read_problem(two_days(market, "house-1", SPRING)).n == 92 + 96
    assert read_problem(two_days(market, "house-1", AUTUMN)).n == STEPS


def test_a_gap_in_the_forecast_prices_ends_the_look_ahead_and_one_in_the_day_is_named(market) -> None:
    prices = market.prices(HOUSE)
    forecast = pl.concat([market.forecast(HOUSE, MONDAY), market.forecast(HOUSE, MONDAY + ONE_DAY)])
    for hour, day in ((6, MONDAY + ONE_DAY), (10, MONDAY)):
        gap = day_start(day, TZ) + dt.timedelta(hours=hour)
        holed = type(prices)(**{**vars(prices), "frame": prices.frame.filter(pl.col("start") != gap)})
        if day == MONDAY:
            with pytest.raises(InputError, match="import_price is unknown for 1 of 96 steps"):
                build_problem(HOUSE, MONDAY, prices=holed, forecast=forecast, state=SiteState())
        else:
            assert read_problem(build_problem(HOUSE, MONDAY, prices=holed, forecast=forecast, state=SiteState())).n == 96 + 24


def test_prices_that_nobody_has_published_are_marked(market) -> None:
    assert two_days(market, "house-1", MONDAY)["price_is_forecast"] == [False] * 96 + [True] * 96


def test_the_car_is_charged_for_tomorrows_trip_and_tomorrows_runs_bear_their_day(market) -> None:
    devices = {device["name"]: device for device in two_days(market, "house-1", MONDAY)["devices"]}
    assert [(s["arrive"], s["depart"], s["target_kwh"]) for s in devices["car"]["sessions"]] == [
        (0, 29, 46.0),
        (70, 125, 46.0),
        (166, 192, 6.0),
    ]
    assert [trip["step"] for trip in devices["car"]["trips"]] == [29, 125]
    assert devices["dishwasher 2026-05-05"]["earliest"] == 96 + devices["dishwasher"]["earliest"]
    sunday = {device["name"]: device for device in two_days(market, "house-1", MONDAY - ONE_DAY)["devices"]}
    assert sunday["dryer 2026-05-04"]["after"] == "washer 2026-05-04"


def test_a_run_of_tomorrow_that_does_not_fit_into_what_is_known_is_left_out(market) -> None:
    names = {device["name"] for device in two_days(market, "house-1", MONDAY - ONE_DAY, hours=36)["devices"]}
    assert {"washer", "dryer", "dishwasher"}.isdisjoint(name.split()[0] for name in names if name.endswith("2026-05-04"))


@pytest.mark.parametrize("day", [MONDAY, SPRING])
def test_a_plan_costs_and_ends_what_its_own_day_does(market, day: dt.date) -> None:
    whole = two_days(market, "house-1", day)
    answer = schedule(whole)
    own = committed_steps(whole, TZ)
    plan, begin = committed_flows(whole, answer, TZ), SiteState.initial(HOUSE)
    end = planned_end(HOUSE, whole, answer, begin)
    assert end.optimised.stored_kwh["battery"] == pytest.approx(answer["devices"]["battery"]["soc_kwh"][own - 1], abs=1e-6)
    foreseen = expected(HOUSE, whole, answer, begin)
    first = begin.on(day)
    assert foreseen.cost == pytest.approx(cost_of(committed(whole, TZ), plan["devices"], expected_begin(whole, first)), abs=1e-9)
    told = bill_of_the_day(HOUSE, whole, answer)
    assert told["steps"] == own
    assert told["cost"] == account(read_problem(committed(whole, TZ)), plan["devices"]).items


def expected_begin(problem: dict[str, object], state: SiteState) -> SiteState:
    battery = next(device for device in problem["devices"] if device["name"] == "battery")
    return SiteState(state.optimised, state.baseline, battery["final_value_per_kwh"] / battery["discharge_efficiency"], state.month)


def test_a_plan_that_looks_ahead_is_settled_by_its_day_and_its_regret_is_told_in_full(market) -> None:
    whole = two_days(market, "house-1", MONDAY)
    answer = schedule(whole)
    naive = market.prices(HOUSE)
    settled = settle(
        HOUSE,
        whole,
        answer,
        prices=market.prices(HOUSE),
        readings=market.readings(HOUSE, MONDAY),
        state=SiteState.initial(HOUSE),
        naive=naive,
    )
    regret = settled.regret
    assert regret.price == 0.0  # its prices were published
    assert regret.price + regret.energy + regret.rounding == pytest.approx(settled.settled_cost - settled.foresight_cost, abs=1e-9)
    assert settled.foresight_cost <= settled.settled_cost
    assert settled.naive_cost == pytest.approx(settled.settled_cost, abs=0.01)  # the true prices as naive ones
    assert len(day_steps(MONDAY, TZ)) == 96
