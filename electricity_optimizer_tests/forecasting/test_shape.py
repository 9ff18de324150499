import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.shape import Shape, flat_shape, learn_shape, to_market_time_units
from electricity_optimizer.timeline import UTC, day_start

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
