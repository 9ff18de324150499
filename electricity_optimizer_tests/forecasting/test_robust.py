import numpy as np
import pytest

from electricity_optimizer.forecasting.robust import SIGMA_PER_MAD, mean_known, middle_and_width


def test_the_mean_is_that_of_what_is_known_and_unknown_where_nothing_is():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    assert mean_known(values, axis=0) == pytest.approx([2.0, 5.0, np.nan], nan_ok=True)


def test_the_width_of_normal_values_is_their_standard_deviation_whatever_a_spike_does():
    values = np.random.default_rng(1).normal(40, 12, (20_000, 2))
    values[0] = 9_999.0
    middle, width = middle_and_width(values, 0)
    assert middle == pytest.approx(40, rel=0.01)
    assert width == pytest.approx(12, rel=0.02)
    assert pytest.approx(1.4826) == SIGMA_PER_MAD


def test_values_that_are_mostly_equal_have_the_width_of_their_standard_deviation_and_equal_ones_a_width_of_one():
    night = np.zeros((10, 2))
    night[0, 0] = 5.0
    _, width = middle_and_width(night, 0)
    assert width.tolist() == [pytest.approx(1.5), 1.0]
    assert middle_and_width(night[None], 1, keepdims=True)[1].shape == (1, 1, 2)
