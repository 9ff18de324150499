"""What a plan is made from: the day as it is known now, the day after as it was known when the plan was issued."""

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import site
from electricity_optimizer.defs.plan_inputs import carbon_of, naive_tariff_prices, plan_inputs, to_plan_with
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.errors import InputError
from electricity_optimizer.sites import SiteState, build_problem, day_steps
from electricity_optimizer.timeline import day_start
from electricity_optimizer.warehouse import Part, Warehouse

HOUSE = site("house-1")
TZ = HOUSE.tz
DAY = dt.date(2026, 5, 5)
ONE_DAY = dt.timedelta(days=1)
NOON_BEFORE = day_start(DAY, TZ) - dt.timedelta(hours=10)
MIDNIGHT = day_start(DAY, TZ)


def prices(day: dt.date, value: float = 100.0) -> Part:
    frame = day_steps(day, TZ).to_frame().with_columns(
        zone=pl.lit("DE-LU"), delivery_day=pl.lit(day), resolution_minutes=pl.lit(15), price_eur_mwh=pl.lit(value), price=pl.lit(value),
        currency=pl.lit("EUR"), source=pl.lit("files"), derivation=pl.lit("as_sent"), status=pl.lit("final"), licence=pl.lit(""),
        redistributable=pl.lit(value=False), synthetic=pl.lit(value=False),
    )  # fmt: skip
    return Part("DE-LU", day.isoformat(), frame)


def forecast(day: dt.date, value: float) -> Part:
    frame = day_steps(day, TZ).to_frame().with_columns(
        zone=pl.lit("DE-LU"), delivery_day=pl.lit(day), resolution_minutes=pl.lit(15), model=pl.lit("ensemble"),
        issued_at=pl.lit(NOON_BEFORE), horizon_days=pl.lit(2), value_eur_mwh=pl.lit(value), synthetic=pl.lit(value=False),
    )  # fmt: skip
    return Part("DE-LU", day.isoformat(), frame)


def energy(day: dt.date) -> Part:
    frame = day_steps(day, TZ).to_frame().with_columns(
        site=pl.lit(HOUSE.key), delivery_day=pl.lit(day), resolution_minutes=pl.lit(15), load_kw=pl.lit(0.5), load_q10_kw=pl.lit(0.2),
        load_q90_kw=pl.lit(1.4), pv_kw=pl.lit(1.0), pv_q10_kw=pl.lit(0.2), pv_q90_kw=pl.lit(1.4), method=pl.lit("blend"),
        outdoor_temperature_c=pl.lit(8.0), synthetic=pl.lit(value=False),
    )  # fmt: skip
    return Part(HOUSE.key, day.isoformat(), frame)


@pytest.fixture
def house(make_desk: Callable[..., Desk]) -> Warehouse:
    """Prices of the day and of its similar day, its forecasts, and those of the day after, all known at noon of the day before."""
    found = make_desk().warehouse
    for asset, parts in {
        "prices": [prices(DAY - ONE_DAY, 70.0), prices(DAY)],
        "price_forecasts": [forecast(DAY + ONE_DAY, 60.0)],
        "site_forecasts": [energy(DAY), energy(DAY + ONE_DAY)],
    }.items():
        found.publish(asset, parts, run_id="test", now=NOON_BEFORE)
    return found


def steps_of(house: Warehouse, issued: dt.datetime) -> int:
    given = plan_inputs(house, HOUSE, DAY, issued)
    state = SiteState.initial(HOUSE)
    problem = build_problem(HOUSE, DAY, prices=given.prices, forecast=given.forecast, state=state, published_until=given.published_until)
    return len(problem["import_price"])


def test_a_plan_goes_on_into_the_next_day_by_its_forecast_and_marks_it(house: Warehouse) -> None:
    given = plan_inputs(house, HOUSE, DAY, NOON_BEFORE + dt.timedelta(hours=2))
    assert given.published_until == day_start(DAY + ONE_DAY, TZ)
    assert steps_of(house, NOON_BEFORE + dt.timedelta(hours=2)) == 192


def test_what_was_written_down_after_the_plan_was_issued_is_not_looked_at(house: Warehouse) -> None:
    assert steps_of(house, NOON_BEFORE - dt.timedelta(minutes=1)) == 96
    house.publish("price_forecasts", [forecast(DAY + ONE_DAY, 10.0)], run_id="later", now=MIDNIGHT + dt.timedelta(hours=9))
    as_then = plan_inputs(house, HOUSE, DAY, MIDNIGHT).prices.frame.filter(pl.col("start") >= day_start(DAY + ONE_DAY, TZ))
    assert as_then["spot_eur_kwh"].unique().to_list() == [0.06]


def test_published_prices_of_the_next_day_come_before_their_forecast(house: Warehouse) -> None:
    afternoon = MIDNIGHT + dt.timedelta(hours=13)
    house.publish("prices", [prices(DAY + ONE_DAY, 42.0)], run_id="later", now=afternoon)
    given = plan_inputs(house, HOUSE, DAY, afternoon)
    assert given.published_until == day_start(DAY + 2 * ONE_DAY, TZ)
    assert given.prices.frame["spot_eur_kwh"].unique().sort().to_list() == [0.042, 0.1]


def test_a_day_without_price_and_forecast_is_named(house: Warehouse) -> None:
    with pytest.raises(InputError, match="no price and no forecast for 2026-05-08"):
        plan_inputs(house, HOUSE, DAY + 3 * ONE_DAY, MIDNIGHT)


def test_the_sun_is_planned_with_its_mean_and_the_load_with_its_median() -> None:
    row = to_plan_with(energy(DAY).frame).row(0, named=True)
    assert row["pv_kw"] == pytest.approx(0.3 * 0.2 + 0.4 * 1.0 + 0.3 * 1.4)
    assert row["load_kw"] == 0.5
    bare = energy(DAY).frame.with_columns(pv_q10_kw=pl.lit(None, pl.Float64))
    assert to_plan_with(bare)["pv_kw"][0] == 1.0


def test_naive_prices_are_those_of_the_day_before_in_the_sites_tariff(house: Warehouse) -> None:
    naive = naive_tariff_prices(house, HOUSE, DAY)
    assert naive is not None
    assert naive.frame["spot_eur_kwh"].unique().to_list() == [0.07]
    assert naive_tariff_prices(house, HOUSE, DAY + 3 * ONE_DAY) is None


def test_a_zone_without_a_carbon_record_has_no_intensity(house: Warehouse) -> None:
    assert carbon_of(house, HOUSE, DAY) is None
