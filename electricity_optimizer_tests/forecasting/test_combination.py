import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from electricity_optimizer.forecasting.combination import POWER, among, combine, hour_weights

RESIDUALS = arrays(float, (12, 24), elements=st.floats(-1e4, 1e4) | st.just(np.nan))


@given(st.lists(RESIDUALS, min_size=1, max_size=4))
def test_weights_sum_to_one_and_none_is_negative(residuals):
    weights = np.array(list(hour_weights({str(k): values for k, values in enumerate(residuals)}).values()))
    assert weights.shape == (len(residuals), 24)
    assert weights.sum(axis=0) == pytest.approx(1)
    assert weights.min() >= 0


def test_half_the_error_has_two_to_the_power_times_the_weight():
    weights = hour_weights({"good": np.full((60, 24), 2.0), "bad": np.full((60, 24), -4.0)})
    assert weights["good"] / weights["bad"] == pytest.approx(2**POWER)


def test_a_member_weighs_most_in_the_hours_it_is_good_at():
    noon = np.where(np.abs(np.arange(24) - 12) < 4, 1.0, 3.0)
    weights = hour_weights({"noon": np.tile(noon, (60, 1)), "night": np.tile(4.0 - noon, (60, 1))})
    assert weights["noon"][12] > 0.5 > weights["noon"][0]


def test_without_a_record_all_members_weigh_the_same():
    unknown = np.full((60, 24), np.nan)
    weights = hour_weights({"a": unknown, "b": unknown})
    assert all(weights[name].tolist() == [0.5] * 24 for name in "ab")


def test_a_member_that_joined_in_calm_weeks_is_compared_on_those_weeks_only():
    nervous_then_calm = np.vstack([np.full((40, 24), 10.0), np.full((20, 24), 1.0)])
    newcomer = np.vstack([np.full((40, 24), np.nan), np.full((20, 24), 2.0)])
    weights = hour_weights({"old": nervous_then_calm, "new": newcomer})
    assert weights["old"] / weights["new"] == pytest.approx(2**POWER)


def test_a_member_with_a_week_less_one_day_counts_as_average():
    newcomer = np.vstack([np.full((54, 24), np.nan), np.full((6, 24), 0.1)])
    weights = hour_weights({"old": np.ones((60, 24)), "new": newcomer})
    assert all(weights[name].tolist() == [0.5] * 24 for name in ("old", "new"))


def test_the_combination_is_the_weighted_mean():
    point = combine({"a": np.full(24, 10.0), "b": np.full(24, 20.0)}, {"a": np.full(24, 0.75), "b": np.full(24, 0.25)})
    assert point.tolist() == [12.5] * 24


def test_what_a_missing_member_weighed_goes_to_the_others_in_their_shares():
    weights = {"a": np.full(24, 0.6), "b": np.full(24, 0.3), "c": np.full(24, 0.1)}
    left = among(weights, ["a", "b"])
    assert left["a"] == pytest.approx(2 / 3)
    assert left["b"] == pytest.approx(1 / 3)
    assert among({"a": np.zeros(24), "b": np.ones(24)}, ["a"])["a"].tolist() == [1.0] * 24
