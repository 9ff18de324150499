import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from electricity_optimizer.forecasting.bands import RECORD_DAYS, Record, adaptive_quantiles
from electricity_optimizer.forecasting.quantiles import LEVELS, MEDIAN

POINT = np.linspace(-50, 150, 24)
ZERO = np.zeros(24)
NOISE = np.random.default_rng(7).normal(size=(700, 24))


def width(band):
    return band[-1] - band[0]


def normal_fan(scale):
    """Quantiles (days, 19, 24) of a normal distribution with standard deviations (days, 24)."""
    levels = np.quantile(np.random.default_rng(1).normal(size=200_000), LEVELS)
    return scale[:, None, :] * levels[None, :, None]


@given(
    arrays(float, (40, 24), elements=st.floats(-500, 4000) | st.just(np.nan), fill=st.just(1.0)),
    arrays(float, (41, 24), elements=st.floats(0, 300) | st.just(np.nan), fill=st.just(1.0)),
)
@settings(deadline=None, max_examples=50)
def test_quantiles_never_cross_and_are_numbers(residuals, spread):
    band = adaptive_quantiles(POINT, Record(residuals, [spread], normal_fan(spread)))
    assert band is None or (np.diff(band, axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("days", "shape"), [(6, None), (7, (19, 24)), (27, (19, 24)), (28, (19, 24)), (29, (19, 24)), (RECORD_DAYS, (19, 24))]
)
def test_a_week_of_residuals_is_needed(days, shape):
    band = adaptive_quantiles(POINT, Record(NOISE[:days]))
    assert (band is None) if shape is None else (band.shape == shape)


def test_stated_bands_hold_in_calm_and_in_nervous_months():
    residuals = NOISE * np.repeat([1.0, 4.0, 2.0, 8.0, 1.0], 140)[:, None]
    bands = [(day, adaptive_quantiles(ZERO, Record(residuals[day - RECORD_DAYS : day]))) for day in range(RECORD_DAYS, 700)]
    for stated, low, high in ((0.5, 0.25, 0.75), (0.8, 0.1, 0.9), (0.9, 0.05, 0.95)):
        inside = [(residuals[day] >= band[LEVELS.index(low)]) & (residuals[day] <= band[LEVELS.index(high)]) for day, band in bands]
        assert np.mean(inside) == pytest.approx(stated, abs=0.02)


def test_the_band_is_wider_after_a_nervous_fortnight():
    residuals = NOISE[:RECORD_DAYS] * np.repeat([1.0, 3.0] * 8, 14)[:RECORD_DAYS, None]
    calm, nervous = residuals.copy(), residuals.copy()
    calm[-14:], nervous[-14:] = NOISE[-14:], 3 * NOISE[-14:]
    calm, nervous = (adaptive_quantiles(POINT, Record(values)) for values in (calm, nervous))
    assert width(nervous).mean() > 1.15 * width(calm).mean()  # fortnights take turns here: the scale that is learnt believes them half


def test_an_hour_about_which_the_members_disagree_has_a_wider_band():
    apart = np.exp(np.random.default_rng(3).normal(size=(RECORD_DAYS + 1, 24)))
    residuals = NOISE[:RECORD_DAYS] * apart[:-1]
    apart[-1] = np.where(np.arange(24) < 12, 0.3, 3.0)
    band = adaptive_quantiles(ZERO, Record(residuals, [apart]))
    assert width(band)[12:].mean() > 4 * width(band)[:12].mean()


def test_the_quantiles_of_a_model_shape_half_of_the_band_around_the_point():
    scale = np.ones((RECORD_DAYS + 1, 24))
    fan = normal_fan(scale) + 30.0  # its own median does not count
    fan[-1] *= np.where(np.arange(24) < 12, 1.0, 1.5)
    band = adaptive_quantiles(POINT, Record(NOISE[:RECORD_DAYS], [], fan))
    assert band[MEDIAN] == pytest.approx(POINT, abs=0.3)
    assert 1.1 < width(band)[12:].mean() / width(band)[:12].mean() < 1.6


def test_quantiles_that_a_model_does_not_give_today_are_left_out():
    fan = normal_fan(np.ones((RECORD_DAYS + 1, 24)))
    fan[-1] = np.nan
    residuals = NOISE[:RECORD_DAYS]
    assert (adaptive_quantiles(POINT, Record(residuals, [], fan)) == adaptive_quantiles(POINT, Record(residuals))).all()


def test_a_level_that_was_passed_too_often_moves():
    scale = np.ones((RECORD_DAYS + 1, 24))
    too_narrow = adaptive_quantiles(ZERO, Record(4 * NOISE[:RECORD_DAYS], [], normal_fan(scale)))
    assert width(too_narrow).mean() == pytest.approx(4 * 3.29, rel=0.15)


def test_a_fortnight_without_error_leaves_a_band():
    residuals = NOISE[:RECORD_DAYS].copy()
    residuals[-14:] = 0.0
    assert 0 < width(adaptive_quantiles(POINT, Record(residuals))).max() < 10


def test_days_that_are_not_known_whole_do_not_count():
    holed = NOISE[:RECORD_DAYS].copy()
    holed[50, 3] = np.nan
    without = np.delete(NOISE[:RECORD_DAYS], 50, axis=0)
    bands = [adaptive_quantiles(ZERO, Record(values)) for values in (holed, without)]
    assert bands[0] == pytest.approx(bands[1], abs=0.2)
