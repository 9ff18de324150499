"""Bias by hour, and the part of it that may be corrected."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from electricity_optimizer.forecasting.bias import CORRECTION, WINDOW_DAYS, bias_correction, bias_rows, correction_rows
from electricity_optimizer_tests.forecasting.observations import TZ, rows_of


def noise(days: int, spread: float = 1.0) -> np.ndarray:
    return np.random.default_rng(7).normal(0, spread, (days, 24))


def test_an_hour_that_was_too_low_for_weeks_is_raised_by_less_than_its_bias():
    residuals = noise(WINDOW_DAYS)
    residuals[:, 19] += 5.0
    correction = bias_correction(residuals)
    assert 3.5 < correction[19] < 5.0
    assert np.abs(np.delete(correction, 19)).max() < 0.5


def test_noise_is_hardly_corrected():
    assert np.abs(bias_correction(noise(WINDOW_DAYS))).max() < 0.5


def test_one_spike_changes_nothing():
    residuals = noise(WINDOW_DAYS)
    spiked = residuals.copy()
    spiked[3, 8] = 3000.0
    assert bias_correction(spiked)[8] == pytest.approx(bias_correction(residuals)[8], abs=0.2)


def test_days_before_the_window_and_unknown_hours_do_not_count():
    recent = noise(WINDOW_DAYS) + 3
    assert np.array_equal(bias_correction(np.vstack([np.full((50, 24), 99.0), recent])), bias_correction(recent))
    recent[:20, 5] = np.nan
    assert bias_correction(recent)[5] == 0.0
    assert not bias_correction(np.full((WINDOW_DAYS, 24), np.nan)).any()


@given(arrays.arrays(float, (WINDOW_DAYS, 24), elements=st.floats(-500, 500)))
def test_a_correction_never_exceeds_the_median_error_and_turns_with_its_sign(residuals):
    correction = bias_correction(residuals)
    assert (np.abs(correction) <= np.abs(np.median(residuals, axis=0)) + 1e-9).all()
    assert np.array_equal(bias_correction(-residuals), -correction)


def test_it_makes_the_published_forecasts_of_nord_pool_better(shared):
    rows = pl.read_parquet(shared / "data/epf_published_forecasts_NP.parquet")
    actual, forecast = (rows[name].to_numpy().reshape(-1, 24) for name in ("Real price", "DNN Ensemble"))
    residuals, days = actual - forecast, range(WINDOW_DAYS, len(actual))
    corrected = np.array([residuals[day] - bias_correction(residuals[:day]) for day in days])
    assert np.abs(corrected).mean() < 0.995 * np.abs(residuals[WINDOW_DAYS:]).mean()


def test_rows_say_forecast_minus_actual_by_local_hour():
    forecast = np.tile(np.arange(24.0), (20, 1))
    rows = bias_rows(rows_of(np.zeros((20, 24)), {"ensemble": forecast}), TZ)
    assert rows.select("hour", "bias_eur_mwh", "count").rows() == [(hour, float(hour), 20) for hour in range(24)]
    told = correction_rows(-forecast)
    assert told["model"].unique().to_list() == [CORRECTION]
    assert told["bias_eur_mwh"].to_list() == list(forecast[0])  # without noise all of it is beyond chance
