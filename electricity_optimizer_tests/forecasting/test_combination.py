import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from electricity_optimizer.forecasting.combination import accuracy_weights, combine

RESIDUALS = arrays(float, (12, 24), elements=st.floats(-1e4, 1e4) | st.just(np.nan))


@given(st.lists(RESIDUALS, min_size=1, max_size=4))
def test_weights_sum_to_one_and_none_is_negative(residuals):
    weights = list(accuracy_weights({str(k): values for k, values in enumerate(residuals)}).values())
    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= 0


def test_half_the_error_has_sixteen_times_the_weight():
    weights = accuracy_weights({"good": np.full((60, 24), 2.0), "bad": np.full((60, 24), -4.0)})
    assert weights["good"] / weights["bad"] == pytest.approx(16)


def test_without_a_record_all_members_weigh_the_same():
    unknown = np.full((60, 24), np.nan)
    assert accuracy_weights({"a": unknown, "b": unknown}) == {"a": 0.5, "b": 0.5}


def test_a_member_that_joined_in_calm_weeks_is_compared_on_those_weeks_only():
    nervous_then_calm = np.vstack([np.full((40, 24), 10.0), np.full((20, 24), 1.0)])
    newcomer = np.vstack([np.full((40, 24), np.nan), np.full((20, 24), 2.0)])
    weights = accuracy_weights({"old": nervous_then_calm, "new": newcomer})
    assert weights["old"] / weights["new"] == pytest.approx(16)


def test_a_member_with_a_week_less_one_day_counts_as_average():
    newcomer = np.vstack([np.full((54, 24), np.nan), np.full((6, 24), 0.1)])
    assert accuracy_weights({"old": np.ones((60, 24)), "new": newcomer}) == {"old": 0.5, "new": 0.5}


def test_the_combination_is_the_weighted_mean():
    point = combine({"a": np.full(24, 10.0), "b": np.full(24, 20.0)}, {"a": 0.75, "b": 0.25})
    assert point.tolist() == [12.5] * 24
