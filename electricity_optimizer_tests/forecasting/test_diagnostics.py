import datetime as dt
import math

import numpy as np
import pytest

from electricity_optimizer.forecasting.accuracy import score
from electricity_optimizer.forecasting.diagnostics import (
    better_by_more_than_chance,
    coverage_over_time,
    daily_error,
    error_by_hour,
    error_by_month,
    error_by_weekday,
    gain_on_naive,
    share_below,
    worst_days,
)
from electricity_optimizer.forecasting.quantiles import LEVELS

FIRST = dt.date(2026, 1, 26)  # a Monday


@pytest.fixture(scope="module")
def tested():
    """70 days of quarter hours: actual, a good point, a naive, and the true quantiles of its normal error."""
    rng = np.random.default_rng(3)
    days = [FIRST + dt.timedelta(days=k) for k in range(70)]
    actual = 50 + rng.normal(0, 20, (70, 96))
    point = actual + rng.normal(0, 5, (70, 96))
    naive = actual + rng.normal(0, 10, (70, 96))
    z = np.quantile(np.random.default_rng(0).normal(0, 5, 200_000), LEVELS)
    return days, actual, point, naive, point[:, None, :] + z[None, :, None]


def test_the_means_over_hours_weekdays_and_months_are_the_whole_error(tested):
    days, actual, point, naive, _ = tested
    mae = score(actual, point, None, naive)["mae"]
    assert error_by_hour(actual, point).mean() == pytest.approx(mae)
    assert error_by_weekday(days, actual, point).mean() == pytest.approx(mae)  # ten weeks
    by_month = error_by_month(days, actual, point)
    assert list(by_month) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    weights = [6, 28, 31, 5]
    assert np.average(list(by_month.values()), weights=weights) == pytest.approx(mae)


def test_an_error_of_one_hour_shows_in_that_hour_only():
    point = np.zeros((2, 48))
    point[:, 38:40] = 6.0
    assert error_by_hour(np.zeros((2, 48)), point).tolist() == [0.0] * 19 + [6.0] + [0.0] * 4


def test_the_gain_ends_at_the_difference_of_the_errors_times_the_days(tested):
    _, actual, point, naive, _ = tested
    gain = gain_on_naive(actual, point, naive)
    measures = score(actual, point, None, naive)
    assert gain[-1] == pytest.approx(70 * (measures["mae"] / measures["rmae"] - measures["mae"]))


def test_true_quantiles_are_calibrated_and_cover_what_they_state(tested):
    _, actual, point, naive, quantiles = tested
    assert share_below(actual, quantiles) == pytest.approx(LEVELS, abs=0.015)
    over_time = coverage_over_time(actual, quantiles)
    assert np.isnan(over_time["coverage_90"][:27]).all()
    assert over_time["coverage_90"][27:] == pytest.approx(0.9, abs=0.03)
    whole = coverage_over_time(actual, quantiles, days=70)
    measures = score(actual, point, quantiles, naive)
    assert {name: share[-1] for name, share in whole.items()} == pytest.approx({name: measures[name] for name in whole})


def test_a_model_without_quantiles_has_no_calibration(tested):
    _, actual, *_ = tested
    nothing = np.full((70, 19, 96), np.nan)
    assert share_below(actual, nothing) is None
    assert coverage_over_time(actual, nothing) is None


def test_a_test_shorter_than_the_window_has_no_coverage_over_time(tested):
    _, actual, _, _, quantiles = tested
    assert np.isnan(coverage_over_time(actual[:10], quantiles[:10])["coverage_50"]).all()


def test_the_worst_days_come_first_with_what_happened(tested):
    days, actual, point, naive, _ = tested
    bad = point.copy()
    bad[[40, 12]] += [[200.0], [100.0]]
    worst = worst_days(days, actual, bad, naive)
    assert [one.day for one in worst[:2]] == [days[40], days[12]]
    assert len(worst) == 10
    assert worst[0].mae == pytest.approx(np.abs(bad[40] - actual[40]).mean())
    assert (worst[0].lowest, worst[0].highest) == (actual[40].min(), actual[40].max())


def test_the_better_of_two_is_said_to_be_better_by_more_than_chance(tested):
    _, actual, point, naive, _ = tested
    p_values = better_by_more_than_chance(actual, {"good": point, "naive": naive})
    assert p_values["good"]["naive"] < 1e-6
    assert p_values["naive"]["good"] > 1 - 1e-6
    assert math.isnan(p_values["good"]["good"])


def test_unknown_hours_do_not_count():
    actual = np.array([[1.0] * 24, [np.nan] * 24])
    assert daily_error(actual, np.zeros((2, 24)))[0] == 1.0
    assert np.isnan(daily_error(actual, np.zeros((2, 24)))[1])
    assert error_by_hour(actual, np.zeros((2, 24))).tolist() == [1.0] * 24
    assert len(worst_days([FIRST, FIRST + dt.timedelta(days=1)], actual, np.zeros((2, 24)), np.zeros((2, 24)))) == 1
