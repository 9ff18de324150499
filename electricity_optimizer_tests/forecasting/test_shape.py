import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import day_table
from electricity_optimizer.forecasting.shape import Shape, flat_shape, learn_shape, to_market_time_units
from electricity_optimizer.timeline import UTC, day_start, delivery_days, grid, range_bounds

BERLIN = "Europe/Berlin"
MAY = dt.datetime(2026, 5, 31, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def quarter_prices(shared):
    return pl.read_parquet(shared / "data/de_lu_energycharts_15min_202510_202605.parquet").rename({"utc": "start"})


def test_the_learnt_shape_keeps_every_hourly_mean(quarter_prices):
    shape = learn_shape(quarter_prices, BERLIN, before=MAY).deviation
    assert shape.shape == (24, 4)
    assert np.allclose(shape.mean(axis=1), 0)


def test_prices_fall_within_the_morning_hour_and_rise_within_the_evening_hour(quarter_prices):
    shape = learn_shape(quarter_prices, BERLIN, before=MAY).deviation  # the sun comes at 08 and goes at 18
    assert shape[8, 0] > 10 > -10 > shape[8, 3]
    assert shape[18, 0] < -10 < 10 < shape[18, 3]


def test_it_beats_the_flat_hour_on_days_it_has_not_seen(quarter_prices):
    before = day_start(dt.date(2026, 5, 1), BERLIN)
    shape = learn_shape(quarter_prices, BERLIN, before=before).deviation
    later = quarter_prices.filter(pl.col("start") >= before).with_columns(pl.col("start").dt.convert_time_zone(BERLIN))
    deviation = (later["price"] - later.select(pl.col("price").mean().over(pl.col("start").dt.truncate("1h")))["price"]).to_numpy()
    step = shape[later["start"].dt.hour().to_numpy(), later["start"].dt.minute().to_numpy() // 15]
    assert np.abs(deviation - step).mean() < 0.75 * np.abs(deviation).mean()


def mean_errors(frame, first, last):
    """Mean absolute error of the steps' deviations over the days: with a flat hour, the median ones, those that follow the true hours."""
    grids = [day_table(frame.filter(pl.col("start").dt.minute() == minute), BERLIN) for minute in (0, 15, 30, 45)]
    prices = np.stack([grid.price for grid in grids], axis=-1)
    errors = []
    for day in delivery_days(first, last):
        units = prices[grids[0].row(day)]
        shape, hourly = learn_shape(frame, BERLIN, before=day_start(day, BERLIN)), units.mean(axis=-1)
        off = units - hourly[:, None]
        errors.append([np.abs(off - one).mean() for one in (0, shape.deviation, shape.following(hourly).deviation)])
    return np.mean(errors, axis=0)


def test_following_the_hourly_prices_halves_the_error_of_the_steps(quarter_prices):
    """Days that had no part in the choice of the method (2026-01-31 was the last that had)."""
    flat, median, following = mean_errors(quarter_prices, dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert median < 0.85 * flat
    assert following < 0.8 * median


def test_a_steeper_evening_has_a_steeper_saw_tooth_and_the_same_hourly_means(quarter_prices):
    shape = learn_shape(quarter_prices, BERLIN, before=MAY)
    calm, steep = (shape.following(np.interp(np.arange(24.0), [0, 17, 20, 23], [40, 40, 40 + rise, 40])).deviation for rise in (30, 150))
    assert steep[18, 3] - steep[18, 0] > calm[18, 3] - calm[18, 0] + 10
    assert np.allclose(steep.mean(axis=1), 0)


def test_the_band_of_a_step_lies_around_its_own_price_and_never_crosses(quarter_prices):
    shape, point = learn_shape(quarter_prices, BERLIN, before=MAY), np.linspace(20, 120, 24)
    shape = shape.following(point)
    band = shape.band(point, point + np.array([[-9.0], [-3.0], [0.0], [2.0], [7.0]]), (0.05, 0.25, 0.5, 0.75, 0.95))
    assert band.shape == (5, 24, 4)
    assert np.allclose(band[2], point[:, None] + shape.deviation)
    assert (np.diff(band, axis=0) >= 0).all()
    assert (band[4] - band[0] >= 16 - 1e-9).all()


def test_a_history_of_one_price_teaches_nothing():
    frame = pl.DataFrame({"start": grid(*range_bounds(dt.date(2026, 5, 1), dt.date(2026, 5, 20), BERLIN), 15)}).with_columns(price=30.0)
    shape = learn_shape(frame, BERLIN, before=MAY)
    assert (shape.following(np.arange(24.0)).deviation == 0).all()
    assert (shape.noise == 0).all()


def test_only_what_was_before_counts(quarter_prices):
    changed = quarter_prices.with_columns(price=pl.when(pl.col("start") >= MAY - dt.timedelta(days=9)).then(1e4).otherwise("price"))
    before = MAY - dt.timedelta(days=9)
    shapes = [learn_shape(frame, BERLIN, before=before).deviation.tobytes() for frame in (quarter_prices, changed)]
    assert shapes[0] == shapes[1]


def test_without_quarter_hours_the_hour_is_flat(shared):
    hourly = pl.read_parquet(shared / "data/de_lu_energycharts_hourly_2020_202509.parquet").rename({"utc": "start"})
    assert (learn_shape(hourly, BERLIN, before=MAY).deviation == flat_shape()).all()


@pytest.mark.parametrize(("day", "units"), [("2026-03-29", 92), ("2026-05-04", 96), ("2025-10-26", 100)])
def test_a_day_has_92_96_or_100_units_that_follow_the_wall_clock(day, units):
    made = to_market_time_units(dt.date.fromisoformat(day), BERLIN, 15, np.arange(24.0))
    assert len(made) == units
    assert made[0] == (day_start(dt.date.fromisoformat(day), BERLIN), 0.0)
    values = [value for _, value in made]
    assert values.count(2.0) == {92: 0, 96: 4, 100: 8}[units]


@given(st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)), st.sampled_from([15, 30, 60]), st.integers(0, 99))
def test_the_mean_of_the_units_of_an_hour_is_its_hourly_price(day, minutes, seed):
    rng = np.random.default_rng(seed)
    hourly, shape = rng.normal(size=24), rng.normal(size=(24, 60 // minutes))
    shape -= shape.mean(axis=1, keepdims=True)
    made = np.array([value for _, value in to_market_time_units(day, BERLIN, minutes, hourly, shape)])
    means = made.reshape(-1, 60 // minutes).mean(axis=1)
    flat = [value for _, value in to_market_time_units(day, BERLIN, 60, hourly)]
    assert np.allclose(means, flat)


def test_a_shape_of_other_steps_is_refused():
    with pytest.raises(InputError, match="shape"):
        to_market_time_units(dt.date(2026, 5, 4), BERLIN, 30, np.zeros(24), flat_shape(15))
    with pytest.raises(InputError, match="do not tile"):
        flat_shape(7)


def test_a_band_is_widened_by_what_the_steps_scatter_and_errors_add_in_squares():
    noise = flat_shape()
    noise[8] = 4.0  # the hour's own standard deviation is 3: together 5
    quantiles = np.repeat(np.array([[-2.0235], [0.0], [2.0235]]), 24, axis=1)  # quartiles of a normal with deviation 3
    factors = Shape(flat_shape(), noise).widened(quantiles, (0.25, 0.5, 0.75))
    assert factors[8] == pytest.approx([5 / 3] * 4, rel=1e-3)
    assert (factors[9] == 1).all()


def test_an_hour_without_spread_is_not_widened_without_end():
    factors = Shape(flat_shape(), flat_shape() + 1.0).widened(np.zeros((3, 24)), (0.25, 0.5, 0.75))
    assert (factors == 1).all()
