"""The simulated market: the same for every cut, and enough like a real one to learn from."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import Zone, zone, zones
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import simulator
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.sources.simulator import input_frame, price_frame
from electricity_optimizer.timeline import UTC, delivery_days, interval_starts

FIRST, LAST = dt.date(2025, 3, 1), dt.date(2026, 5, 4)
DE = zone("DE-LU")


@pytest.fixture(scope="module")
def year():
    """(hourly mean prices, grid forecasts) of 430 days of DE-LU."""
    prices = price_frame(DE, FIRST, LAST, seed=7)
    hourly = prices.group_by(pl.col("start_utc").dt.truncate("1h")).agg(pl.col("price").mean()).sort("start_utc")
    forecasts = input_frame(DE, FIRST, LAST, what="grid", seed=7).filter(pl.col("kind") == "forecast").sort("start_utc")
    return hourly["price"].to_numpy(), forecasts


@settings(max_examples=25, deadline=None)
@given(day=st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)), key=st.sampled_from(sorted(zones())))
def test_any_day_of_any_zone_is_tiled_at_its_market_time_unit(day, key):
    place = zone(key)
    frame = price_frame(place, day, day, seed=7)
    assert frame["start_utc"].to_list() == interval_starts(day, place.tz, place.resolution_on(day))
    assert (frame["end_utc"][:-1] == frame["start_utc"][1:]).all()
    assert frame["price"].null_count() == 0
    assert frame["synthetic"].all()
    assert frame["licence"].unique().to_list() == ["synthetic"]


@settings(max_examples=15, deadline=None)
@given(first=st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)), length=st.integers(1, 9), cut=st.integers(0, 8), seed=st.integers(0, 3))
def test_any_window_gives_the_same_values(first, length, cut, seed):
    last = first + dt.timedelta(days=length)
    day = first + dt.timedelta(days=min(cut, length))
    for frame in (lambda a, b: price_frame(DE, a, b, seed=seed), lambda a, b: input_frame(DE, a, b, what="grid", seed=seed)):
        whole = frame(first, last).filter(pl.col("delivery_date") == day)
        assert whole.equals(frame(day, day))


def test_another_seed_or_zone_is_another_market():
    day = dt.date(2026, 5, 4)
    prices = [price_frame(place, day, day, seed=seed)["price"].to_list() for place, seed in ((DE, 7), (DE, 8), (zone("FR"), 7))]
    assert prices[0] != prices[1] != prices[2] != prices[0]


@pytest.mark.parametrize(("day", "count"), [("2025-03-30", 23), ("2024-10-27", 25), ("2025-10-26", 100), ("2026-03-29", 92)])
def test_clock_changes_make_short_and_long_days(day, count):
    day = dt.date.fromisoformat(day)
    assert price_frame(DE, day, day, seed=7).height == count
    assert input_frame(DE, day, day, what="weather", seed=7).height == 2 * (count if count < 60 else count // 4)


def test_there_are_negative_prices_spikes_and_cheap_weekends(year):
    prices, forecasts = year
    assert 0.01 < (prices < 0).mean() < 0.10
    assert prices.max() > 4 * np.median(prices)
    assert prices.min() >= -500
    weekend = forecasts["delivery_date"].dt.weekday().to_numpy() >= 6
    assert prices[weekend].mean() < 0.9 * prices[~weekend].mean()


def test_noon_is_cheap_and_the_evening_dear_as_in_a_market_with_much_sun(year):
    prices, forecasts = year
    hour = forecasts["start_utc"].dt.convert_time_zone("Europe/Berlin").dt.hour().to_numpy()
    noon, evening, night = (prices[np.isin(hour, hours)].mean() for hours in ([12, 13], [19, 20], [2, 3]))
    assert noon < night < evening
    assert evening - noon > 30


def test_quarters_follow_the_slope_of_the_hours_and_average_to_them():
    day = dt.date(2026, 5, 6)
    quarters = price_frame(DE, day, day, seed=7)["price"].to_numpy().reshape(24, 4)
    hours = quarters.mean(axis=1)
    slopes = hours[2:] - hours[:-2]
    inside = (quarters[:, 3] - quarters[:, 0])[1:-1]
    assert np.corrcoef(slopes, inside)[0, 1] > 0.7
    assert (np.ptp(quarters, axis=1) > 0).all()


def test_forecasts_miss_by_as_much_as_real_ones():
    frame = input_frame(DE, FIRST, LAST, what="grid", seed=7)
    forecast, actual = (frame.filter(pl.col("kind") == kind).sort("start_utc") for kind in ("forecast", "actual"))
    for quantity, low, high in (("load_mw", 0.005, 0.03), ("wind_mw", 0.05, 0.2), ("solar_mw", 0.02, 0.15)):
        error = (forecast[quantity] - actual[quantity]).abs().mean() / actual[quantity].mean()
        assert low < error < high, quantity


def test_weather_is_that_of_a_temperate_place():
    frame = input_frame(DE, FIRST, LAST, what="weather", seed=7).filter(pl.col("kind") == "actual")
    by_month = frame.group_by(pl.col("start_utc").dt.month()).agg(pl.col("temperature_c", "radiation_w_m2").mean()).sort("start_utc")
    assert by_month["temperature_c"][6] - by_month["temperature_c"][0] > 12
    assert by_month["radiation_w_m2"][5] > 3 * by_month["radiation_w_m2"][11]
    assert 0 <= frame["radiation_w_m2"].min() < frame["radiation_w_m2"].max() < 1000
    assert 3 < frame["wind_speed_ms"].mean() < 9
    night = frame.filter(pl.col("start_utc").dt.hour().is_in([23, 0]))
    assert night["radiation_w_m2"].max() == 0


def test_a_linear_model_of_the_inputs_beats_the_naive_clearly_but_not_by_knowing_everything(year):
    prices, forecasts = year
    inputs = forecasts.select("load_mw", "wind_mw", "solar_mw").to_numpy() / 1e4
    count = len(prices)
    weekday = forecasts["delivery_date"].dt.weekday().to_numpy()
    hour = np.arange(count) % 24
    lagged = [np.roll(prices, lag) for lag in (24, 48, 168)]
    table = np.column_stack([np.ones(count), inputs, *lagged, weekday == 6, weekday == 7, weekday == 1])
    test = np.arange(count) >= count - 60 * 24
    naive = np.where(np.isin(weekday, [1, 6, 7]), lagged[2], lagged[0])  # the one of epftoolbox
    predicted = np.zeros(count)
    for k in range(24):
        train = (hour == k) & ~test & (np.arange(count) >= 168)
        weights = np.linalg.lstsq(table[train], prices[train], rcond=None)[0]
        predicted[hour == k] = table[hour == k] @ weights
    relative = np.abs(predicted - prices)[test].mean() / np.abs(naive - prices)[test].mean()
    assert 0.35 < relative < 0.75


def ask(days, now, **settings_):
    return Ask("prices", DE, tuple(days), now, source("simulator"), Settings(**settings_))


def test_tomorrows_prices_appear_at_a_quarter_to_one_local():
    today, tomorrow = dt.date(2026, 5, 4), dt.date(2026, 5, 5)
    before = simulator.prices(ask([today, tomorrow], dt.datetime(2026, 5, 4, 10, 44, tzinfo=UTC)))
    after = simulator.prices(ask([today, tomorrow], dt.datetime(2026, 5, 4, 10, 45, tzinfo=UTC)))
    assert before.frame["delivery_date"].unique().to_list() == [today]
    assert after.frame["delivery_date"].unique().sort().to_list() == [today, tomorrow]
    assert simulator.prices(ask([tomorrow], dt.datetime(2026, 5, 4, 8, tzinfo=UTC))).outcome is Outcome.NOT_YET


def test_forecasts_reach_ahead_and_actual_values_end_now():
    now = dt.datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
    days = list(delivery_days(dt.date(2026, 5, 4), dt.date(2026, 5, 20)))
    for answer in (simulator.weather(ask(days, now)), simulator.grid_forecasts(ask(days, now))):
        last = answer.frame.group_by("kind").agg(pl.col("end_utc").max())
        assert dict(last.iter_rows()) == {
            "actual": dt.datetime(2026, 5, 4, 10, tzinfo=UTC),
            "forecast": dt.datetime(2026, 5, 11, 22, tzinfo=UTC),
        }


def test_a_zone_that_nobody_prepared_has_a_market_too():
    place = Zone.model_validate({**zone("DE-LU").model_dump(), "key": "XX", "country": "XX", "latitude": -35.0})
    frame = price_frame(place, dt.date(2026, 5, 4), dt.date(2026, 5, 5), seed=7)
    assert frame.height == 192
    assert frame["area"].unique().to_list() == ["XX"]
