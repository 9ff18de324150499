import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from electricity_optimizer.forecasting.quantiles import LEVELS, RECORD_DAYS, residual_quantiles

POINT = np.linspace(-50, 150, 24)


@given(arrays(float, (40, 24), elements=st.floats(-500, 4000) | st.just(np.nan), fill=st.just(1.0)))
@settings(deadline=None)
def test_quantiles_never_cross(residuals):
    band = residual_quantiles(POINT, residuals)
    assert band is None or (np.diff(band, axis=0) >= -1e-9).all()


@pytest.mark.parametrize(("days", "shape"), [(6, None), (7, (19, 24)), (27, (19, 24)), (28, (19, 24)), (RECORD_DAYS, (19, 24))])
def test_a_week_of_residuals_is_needed(days, shape):
    band = residual_quantiles(POINT, np.random.default_rng(1).normal(size=(days, 24)))
    assert (band is None) if shape is None else (band.shape == shape)


def test_the_band_covers_what_it_says_in_calm_and_in_nervous_weeks():
    rng = np.random.default_rng(3)
    scale = np.repeat([1.0, 4.0, 2.0, 8.0, 1.0], 120)  # regimes of 120 days
    residuals = rng.normal(size=(600, 24)) * scale[:, None]
    inside = []
    for day in range(RECORD_DAYS, 600):
        band = residual_quantiles(np.zeros(24), residuals[day - RECORD_DAYS : day])
        inside.append((residuals[day] >= band[LEVELS.index(0.05)]) & (residuals[day] <= band[LEVELS.index(0.95)]))
    assert np.mean(inside) == pytest.approx(0.90, abs=0.02)


def test_the_band_is_wider_after_a_nervous_fortnight():
    calm = np.random.default_rng(5).normal(size=(RECORD_DAYS, 24))
    nervous = calm.copy()
    nervous[-14:] *= 3
    widths = [np.ptp(residual_quantiles(POINT, residuals), axis=0).mean() for residuals in (calm, nervous)]
    assert widths[1] > 1.8 * widths[0]


def test_a_fortnight_without_error_leaves_a_band():
    residuals = np.random.default_rng(5).normal(size=(RECORD_DAYS, 24))
    residuals[-14:] = 0.0
    assert 0 < np.ptp(residual_quantiles(POINT, residuals), axis=0).max() < 10
