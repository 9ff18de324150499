import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.calendar import HOLIDAY
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.outlook_inputs import WEATHER, weather_table, with_estimates
from electricity_optimizer.timeline import day_start

FIRST = dt.date(2025, 1, 1)
DAYS = 400
TODAY = FIRST + dt.timedelta(days=DAYS - 8)
AHEAD = [TODAY + dt.timedelta(days=k) for k in range(1, 8)]


@pytest.fixture(scope="module")
def weather() -> DayTable:
    """Weather of a year and a week in which wind and sun change from day to day without memory."""
    rng = np.random.default_rng(3)
    hours = np.arange(24)
    wind = np.repeat(rng.uniform(2, 12, DAYS), 24).reshape(DAYS, 24)
    sun = rng.uniform(0.2, 1.0, (DAYS, 1)) * np.maximum(np.sin((hours - 6) / 12 * np.pi), 0) * 800
    cold = 15 - 12 * np.cos(np.arange(DAYS)[:, None] / 365 * 2 * np.pi) + rng.normal(0, 4, (DAYS, 1)) + 0 * hours
    values = dict(zip(WEATHER, (cold, wind, sun), strict=True))
    return DayTable(FIRST, np.full((DAYS, 24), np.nan), values)


@pytest.fixture(scope="module")
def truth(weather) -> DayTable:
    """What load, wind and sun follow from that weather, and a neighbour's price that follows from them."""
    rng = np.random.default_rng(4)
    air = weather.inputs
    weekend = (np.arange(DAYS)[:, None] + FIRST.weekday()) % 7 >= 5
    load = 50e3 - 8e3 * weekend + 400 * np.maximum(15 - air["temperature_c"], 0) + rng.normal(0, 300, (DAYS, 24))
    wind = 25 * air["wind_speed_ms"] ** 3 + rng.normal(0, 300, (DAYS, 24))
    solar = 40 * air["radiation_w_m2"] + rng.normal(0, 1, (DAYS, 24))
    price = (load - wind - solar) / 1e3
    inputs = {"load_forecast_mw": load, "wind_forecast_mw": wind, "solar_forecast_mw": solar, "neighbour_price_eur_mwh": price + 5}
    return DayTable(FIRST, price, inputs)


def cut(table: DayTable, day: dt.date) -> DayTable:
    return table.known_for(day)


def error(table: DayTable, truth: DayTable, name: str) -> float:
    rows = [truth.row(day) for day in AHEAD]
    return float(np.abs(table.inputs[name][rows] - truth.inputs[name][rows]).mean())


def test_load_wind_and_sun_follow_from_the_weather_of_their_day(truth, weather):
    with_weather, estimated = with_estimates(cut(truth, TODAY), AHEAD, weather)
    without, _ = with_estimates(cut(truth, TODAY), AHEAD)
    assert set(estimated) == set(AHEAD)
    for name in ("wind_forecast_mw", "solar_forecast_mw"):
        assert error(with_weather, truth, name) < 0.25 * error(without, truth, name)
    assert error(with_weather, truth, "load_forecast_mw") < 0.5 * error(without, truth, "load_forecast_mw")
    assert error(with_weather, truth, "neighbour_price_eur_mwh") < 0.35 * error(without, truth, "neighbour_price_eur_mwh")


def test_a_weekend_and_a_holiday_have_the_load_of_one(truth):
    flags = np.zeros((DAYS, 24))
    holiday = next(day for day in AHEAD if day.weekday() == 2)
    plain, _ = with_estimates(cut(truth, TODAY), AHEAD)
    flags[truth.row(holiday)] = 1.0
    table = DayTable(FIRST, truth.price, {**truth.inputs, HOLIDAY: flags})
    known = cut(table, TODAY)
    known = dataclasses.replace(known.reaching(AHEAD[-1]), inputs={**known.reaching(AHEAD[-1]).inputs, HOLIDAY: flags[: len(known) + 7]})
    special, _ = with_estimates(known, AHEAD)
    load = {name: found.inputs["load_forecast_mw"][truth.row(holiday)].mean() for name, found in (("plain", plain), ("special", special))}
    assert load["special"] == pytest.approx(load["plain"] - 8e3, rel=0.05)


def test_only_what_is_unknown_is_estimated_and_the_given_table_stays(truth, weather):
    known = cut(truth, AHEAD[0])
    half = {name: values.copy() for name, values in known.inputs.items()}
    half["load_forecast_mw"][-1, 12:] = np.nan
    table = dataclasses.replace(known, inputs=half)
    found, estimated = with_estimates(table, AHEAD[:1], weather)
    assert estimated == {AHEAD[0]: ("load_forecast_mw",)}
    assert np.array_equal(found.inputs["load_forecast_mw"][-1, :12], truth.inputs["load_forecast_mw"][truth.row(AHEAD[0]), :12])
    assert np.isnan(half["load_forecast_mw"][-1, 12:]).all()


def test_an_estimate_knows_nothing_later_than_its_day_but_its_weather(truth, weather):
    later = {name: values.copy() for name, values in weather.inputs.items()}
    for values in later.values():
        values[truth.row(AHEAD[3]) + 1 :] *= -3
    found = [with_estimates(cut(truth, TODAY), AHEAD[:4], air)[0] for air in (weather, DayTable(FIRST, weather.price, later))]
    for name in truth.inputs:
        assert found[0].inputs[name].tobytes() == found[1].inputs[name].tobytes()


def test_a_short_history_gives_the_mean_of_its_last_week(truth):
    begin = TODAY - dt.timedelta(days=20)
    row = truth.row(begin)
    short = DayTable(begin, truth.price[row:], {name: values[row:] for name, values in truth.inputs.items()})
    found, _ = with_estimates(cut(short, TODAY), AHEAD[:1])
    last = truth.row(TODAY)
    usual = truth.inputs["wind_forecast_mw"][last - 6 : last + 1].mean(axis=0)
    assert found.inputs["wind_forecast_mw"][-1] == pytest.approx(usual)


def test_an_input_that_ended_a_fortnight_ago_stays_unknown(truth):
    known = cut(truth, TODAY)
    ended = {name: values.copy() for name, values in known.inputs.items()}
    ended["wind_forecast_mw"][-15:] = np.nan
    found, estimated = with_estimates(dataclasses.replace(known, inputs=ended), AHEAD[:1])
    assert np.isnan(found.inputs["wind_forecast_mw"][-1]).all()
    assert "wind_forecast_mw" not in estimated[AHEAD[0]]


@pytest.mark.parametrize("day", [dt.date(2025, 10, 26), dt.date(2026, 3, 29)])
def test_weather_is_read_by_local_hours_on_clock_changes(day):
    starts = pl.datetime_range(
        day_start(day, "Europe/Berlin"), day_start(day + dt.timedelta(days=1), "Europe/Berlin"), "1h", closed="left", eager=True
    )
    rows = pl.DataFrame({"start": starts.cast(pl.Datetime("us", "UTC"))}).with_columns(
        temperature_c=pl.col("start").dt.convert_time_zone("Europe/Berlin").dt.hour().cast(pl.Float64),
        wind_speed_ms=None,
        radiation_w_m2=None,
    )
    table = weather_table(rows, "Europe/Berlin")
    assert list(table.inputs) == ["temperature_c"]
    assert table.inputs["temperature_c"][0] == pytest.approx(np.arange(24))
    assert weather_table(rows.drop(WEATHER), "Europe/Berlin") is None
    assert table.first_day == day
