import numpy as np
import pytest

from electricity_optimizer.forecasting.scale import LONGEST_LAG, day_scale, least_scale

DAYS = np.arange(60.0)
RISING = np.repeat(DAYS[:, None], 24, axis=1)  # one more each day


def test_the_scale_is_the_usual_change_and_a_spike_does_not_move_it():
    spiked = RISING.copy()
    spiked[35] = 3000.0
    rows = np.arange(LONGEST_LAG, 60)
    assert day_scale(spiked, rows) == pytest.approx(np.ones(len(rows)))


def test_it_does_not_know_the_day_itself_or_later():
    changed = RISING.copy()
    changed[40:] = np.nan
    rows = np.array([40])
    assert day_scale(changed, rows) == day_scale(RISING, rows)


def test_the_floor_is_a_tenth_of_the_usual_and_never_zero():
    assert least_scale(np.array([1.0, 2.0, np.nan, 3.0])) == pytest.approx(0.2)
    assert least_scale(np.zeros(3)) > 0
    assert least_scale(np.full(3, np.nan)) > 0


def test_a_history_shorter_than_four_weeks_has_no_scale():
    assert np.isnan(day_scale(np.ones((12, 24)), np.array([11]))).all()
    assert len(day_scale(np.ones((12, 24)), np.array([], dtype=np.int64))) == 0


def test_unknown_days_are_passed_over_and_nothing_known_has_no_scale():
    holes = RISING.copy()
    holes[30:33, 4] = np.nan
    assert day_scale(holes, np.array([40])) == pytest.approx([1.0])
    assert np.isnan(day_scale(np.full((60, 24), np.nan), np.array([40]))).all()
