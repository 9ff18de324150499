"""Drift alarms: they sound after a change, say since when, and seldom without one."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.learning.drift import (
    BIAS_DAYS,
    COVERAGE_DAYS,
    RECORD_DAYS,
    DailyRecord,
    bias_drift,
    coverage_drift,
    daily_record,
    drifts,
    error_drift,
)
from electricity_optimizer.forecasting.learning.observation import observed
from electricity_optimizer_tests.forecasting.observations import FIRST, TZ, day_after, rows_of

LAST = dt.date(2026, 5, 30)
ERRORS = np.random.default_rng(5).normal(0, 4, (RECORD_DAYS, 24))
NAIVE = np.random.default_rng(6).gamma(4, 2, RECORD_DAYS)


def record(errors: np.ndarray = ERRORS, naive: np.ndarray = NAIVE, band: float = 6.6) -> DailyRecord:
    """A record of made errors, forecast minus actual (days, 24), whose 90 % band reaches `band` to each side."""
    return DailyRecord(LAST, errors.mean(axis=1), np.abs(errors).mean(axis=1), naive, (np.abs(errors) <= band).mean(axis=1))


def later(days: int, factor: float = 1.0, shift: float = 0.0) -> np.ndarray:
    """The errors, changed in the last `days`."""
    changed = ERRORS.copy()
    changed[-days:] = changed[-days:] * factor + shift
    return changed


def test_nothing_sounds_without_a_change():
    assert drifts(record()) == []


@pytest.mark.parametrize("seed", range(40))
def test_made_records_without_a_change_are_quiet(seed):
    rng = np.random.default_rng(seed)
    assert drifts(record(rng.normal(0, 4, (RECORD_DAYS, 24)), rng.gamma(4, 2, RECORD_DAYS))) == []


def test_errors_that_double_sound_within_two_weeks_and_say_since_when():
    alarm = error_drift(record(later(14, factor=2.0)))
    assert alarm is not None
    assert abs((alarm.since - (LAST - dt.timedelta(days=13))).days) <= 4
    assert f"since {alarm.since}" in alarm.text
    assert "of the naive error" in alarm.text


def test_prices_that_are_hard_for_everybody_are_no_drift():
    harder = NAIVE.copy()
    harder[-30:] *= 2
    assert error_drift(record(later(30, factor=2.0), harder)) is None


def test_errors_that_shrink_are_no_drift():
    assert error_drift(record(later(30, factor=0.3))) is None


def test_an_old_change_is_the_new_normal():
    assert error_drift(record(later(RECORD_DAYS - 1, factor=2.0))) is None


def test_one_terrible_day_is_no_drift():
    spiked = ERRORS.copy()
    spiked[-1] *= 50
    assert [alarm.kind for alarm in drifts(record(spiked))] == []


@pytest.mark.parametrize(("factor", "word"), [(2.0, "narrow"), (0.3, "wide")])
def test_a_band_that_no_longer_fits_sounds(factor, word):
    alarm = coverage_drift(record(later(COVERAGE_DAYS, factor=factor)))
    assert alarm is not None
    assert f"too {word} since {LAST - dt.timedelta(days=COVERAGE_DAYS - 1)}" in alarm.text


def test_hours_that_err_together_count_as_fewer():
    """Whole days in or out of the band: the same share is chance there, and none where hours are independent."""
    share = np.tile([1.0] * 9 + [0.0], 15)
    share[-COVERAGE_DAYS:] = [1.0] * 24 + [0.0] * 6
    together = DailyRecord(LAST, ERRORS.mean(axis=1), np.abs(ERRORS).mean(axis=1), NAIVE, share)
    assert coverage_drift(together) is None
    spread = record()
    spread.inside[-COVERAGE_DAYS:] = 0.8
    assert coverage_drift(spread) is not None


@pytest.mark.parametrize(("shift", "word"), [(3.0, "high"), (-3.0, "low")])
def test_weeks_on_one_side_sound(shift, word):
    alarm = bias_drift(record(later(BIAS_DAYS, shift=shift)))
    assert alarm is not None
    assert f"too {word} since {LAST - dt.timedelta(days=BIAS_DAYS - 1)}" in alarm.text


def test_a_short_record_tells_nothing_and_unknown_days_do_not_count():
    assert drifts(DailyRecord(LAST, *(values[-10:] for values in (ERRORS[:, 0], np.abs(ERRORS[:, 0]), NAIVE, NAIVE * 0 + 0.5)))) == []
    gaps = later(14, factor=2.0)
    gaps[[20, 70, -3]] = np.nan
    assert error_drift(record(gaps)) is not None
    empty = np.full(RECORD_DAYS, np.nan)
    assert drifts(DailyRecord(LAST, empty, empty, empty, empty)) == []


def test_the_record_comes_from_the_observations_a_day_ahead():
    actual = np.full((20, 24), 50.0)
    near = rows_of(actual, {"ensemble": actual + 3, "naive": actual - 6})
    found = observed(pl.concat([near, rows_of(actual, {"ensemble": actual + 99}, horizon_days=2)]), TZ, FIRST, day_after(19))
    said = daily_record(found, day_after(19))
    assert (said.error.tolist(), said.absolute.tolist(), said.naive.tolist()) == ([3.0] * 20, [3.0] * 20, [6.0] * 20)
    assert said.inside.tolist() == [0.0] * 20
    assert said.day(19) == FIRST
    assert daily_record(observed(near.filter(pl.col("model") == "naive"), TZ, FIRST, day_after(19)), day_after(19)) is None


@pytest.mark.parametrize(("published", "error_share", "bias_share"), [("DNN Ensemble", 0.02, 0.05), ("LEAR Ensemble", 0.03, 0.08)])
def test_on_two_years_of_published_forecasts_alarms_are_rare(shared, nord_pool, published, error_share, bias_share):
    """Nord Pool 2017-2018: 579 evenings, nothing known to be wrong; docs/LEARNING.md has the rates of all three markets."""
    rows = pl.read_parquet(shared / "data/epf_published_forecasts_NP.parquet")
    actual, forecast = (rows[name].to_numpy().reshape(-1, 24) for name in ("Real price", published))
    naive = np.array([nord_pool.price[nord_pool.row(day) - naive_lag(day)] for day in nord_pool.days[-728:]])
    error, absolute, other = (forecast - actual).mean(axis=1), np.abs(forecast - actual).mean(axis=1), np.abs(naive - actual).mean(axis=1)
    evenings = [
        DailyRecord(LAST, *(values[end - RECORD_DAYS : end] for values in (error, absolute, other, np.full(728, np.nan))))
        for end in range(RECORD_DAYS, 729)
    ]
    assert np.mean([error_drift(evening) is not None for evening in evenings]) <= error_share
    assert np.mean([bias_drift(evening) is not None for evening in evenings]) <= bias_share
