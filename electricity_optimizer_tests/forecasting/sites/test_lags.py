"""Lags: in days of the wall clock, never younger than the issue."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.forecasting.sites.days import MeterDays
from electricity_optimizer.forecasting.sites.lags import around, at_issue, last_readings, mean, quantiles, same_kind, same_weekday


@pytest.fixture
def days() -> MeterDays:
    """Day k reads k in the morning and k + 0.5 from noon; from Monday 2026-05-04 on."""
    value = np.arange(30.0)[:, None] + np.where(np.arange(96) < 48, 0.0, 0.5)
    kinds = np.array([0, 0, 0, 0, 0, 1, 2] * 5)[:30]
    return MeterDays(dt.date(2026, 5, 4), "Europe/Berlin", value, value, {}, kinds)


@pytest.mark.parametrize(("age", "morning", "afternoon"), [(0, 19, 18.5), (1, 18, 18.5), (2, 18, 17.5), (14, 12, 11.5)])
def test_the_last_reading_ends_before_noon_of_the_day_before_less_the_age(
    days: MeterDays, age: int, morning: float, afternoon: float
) -> None:
    newest, second = last_readings(days, 2, age)[:, 20]
    assert (newest[0], newest[-1]) == (morning, afternoon)
    assert (second == newest - 1).all()


def test_the_same_weekday_lies_whole_weeks_back(days: MeterDays) -> None:
    fresh, late = (same_weekday(days, 2, age)[:, 25] for age in (0, 14))
    assert fresh[:, 0].tolist() == [18, 11]
    assert late[:, 0].tolist() == [11, 4]
    assert late[:, -1].tolist() == [11.5, 4.5]


def test_the_same_kind_leaves_out_days_of_another_kind(days: MeterDays) -> None:
    sunday = same_kind(days, 14, 0)[:, 20, 0]  # row 20 is a Sunday
    assert sunday[np.isfinite(sunday)].tolist() == [13, 6]


def test_the_mean_before_the_issue_ends_there(days: MeterDays) -> None:
    assert at_issue(days, 4, 0)[10] == 9.0
    assert at_issue(days, 96, 0)[10] == 8.75  # half a day of 8.5, half a day of 9
    assert at_issue(days, 4, 1)[10] == 8.5
    assert np.isnan(at_issue(days, 4, 0)[0])


def test_means_and_quantiles_are_of_what_is_known() -> None:
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [2.0, np.nan]])
    assert mean(values)[0] == 2
    assert quantiles(values, (0.0, 0.5, 1.0))[:, 0].tolist() == [1, 2, 3]
    assert np.isnan(mean(values)[1])
    assert np.isnan(quantiles(values, (0.5,))[0, 1])


def test_quantiles_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(size=(13, 7))
    assert quantiles(values, (0.1, 0.5, 0.9)) == pytest.approx(np.quantile(values, (0.1, 0.5, 0.9), axis=0))


def test_neighbours_go_around_the_clock() -> None:
    near = around(np.arange(96.0)[None], 1)
    assert sorted(near[:, 0].tolist()) == [0, 1, 95]
