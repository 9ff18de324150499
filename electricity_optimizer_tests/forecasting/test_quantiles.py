import numpy as np
import pytest
from scipy.stats import norm

from electricity_optimizer.forecasting.quantiles import COLUMNS, LEVELS, MEDIAN, QUARTILES, at_levels


def test_the_levels_are_those_of_the_contract():
    assert tuple(f"q{percent:02d}" for percent in range(5, 100, 5)) == COLUMNS
    assert LEVELS[MEDIAN] == 0.5
    assert [LEVELS[place] for place in QUARTILES] == [0.25, 0.75]


def test_quantiles_of_a_normal_distribution_are_found_between_those_given():
    given = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)
    values = np.repeat(norm.ppf(given, loc=40, scale=12)[:, None], 24, axis=1)
    assert at_levels(given, values)[:, 0] == pytest.approx(norm.ppf(LEVELS, loc=40, scale=12))


def test_a_given_level_stays_what_it_is():
    values = np.sort(np.random.default_rng(1).normal(size=(3, 24)), axis=0)
    between = at_levels((0.05, 0.5, 0.95), values)
    assert (between[[0, MEDIAN, -1]] == values).all()
    assert (np.diff(between, axis=0) >= 0).all()
