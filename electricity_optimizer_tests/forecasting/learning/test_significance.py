"""The test of Diebold and Mariano, against known p-values."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from electricity_optimizer.forecasting.learning.significance import diebold_mariano


@pytest.mark.parametrize(("market", "p_value", "digits"), [("NP", 6e-5, 1e-5), ("DE", 0.010, 5e-4), ("BE", 0.18, 5e-3)])
def test_the_mean_of_the_published_ensembles_against_the_networks(shared, market, p_value, digits):
    # reference/forecasting.md section 3: mean(LEAR ens, DNN ens) better than DNN ens, daily L1 loss, one-sided
    rows = pl.read_parquet(shared / f"data/epf_published_forecasts_{market}.parquet")
    actual, network, lear = (rows[name].to_numpy().reshape(-1, 24) for name in ("Real price", "DNN Ensemble", "LEAR Ensemble"))
    losses = [np.abs(forecast - actual).mean(axis=1) for forecast in (network, (network + lear) / 2)]
    assert float(diebold_mariano(*losses)) == pytest.approx(p_value, abs=digits)


def test_a_day_ahead_it_is_students_t_test_of_the_daily_gain():
    # Harvey, Leybourne, Newbold (1997) with horizon 1: the factor turns the variance into the unbiased one
    rng = np.random.default_rng(1)
    ours, theirs = rng.gamma(2, 1, 30), rng.gamma(2, 0.9, 30)
    assert float(diebold_mariano(ours, theirs)) == pytest.approx(stats.ttest_1samp(ours - theirs, 0, alternative="greater").pvalue)


def test_the_statistic_of_two_days_ahead_counted_by_hand():
    gain = np.array([1.0, 3.0, -1.0, 2.0, 0.0, 4.0, 1.0, -2.0])
    centred, n, h = gain - gain.mean(), 8, 2
    variance = (centred @ centred + 2 * centred[1:] @ centred[:-1]) / n
    statistic = gain.mean() / np.sqrt(variance / n) * np.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    assert float(diebold_mariano(gain, np.zeros(8), 2)) == pytest.approx(stats.t.sf(statistic, n - 1))


def test_swapping_the_two_gives_the_other_side():
    rng = np.random.default_rng(2)
    ours, theirs = rng.gamma(2, 1, (3, 40)), rng.gamma(2, 1, (3, 40))
    assert diebold_mariano(ours, theirs) + diebold_mariano(theirs, ours) == pytest.approx(np.ones(3))


def test_unknown_days_do_not_count_and_too_few_tell_nothing():
    rng = np.random.default_rng(3)
    ours, theirs = rng.gamma(2, 1, 12), rng.gamma(2, 1, 12)
    gaps = ours.copy()
    gaps[[2, 5]] = np.nan
    known = np.isfinite(gaps)
    assert float(diebold_mariano(gaps, theirs)) == pytest.approx(float(diebold_mariano(ours[known], theirs[known])))
    assert np.isnan(diebold_mariano(ours[:6], theirs[:6]))
    assert np.isnan(diebold_mariano(np.full(6, np.nan), theirs[:6]))


def test_losses_that_are_alike_or_a_constant_apart_tell_nothing():
    rng = np.random.default_rng(4)
    losses = rng.gamma(2, 1, 30)
    assert np.isnan(diebold_mariano(losses, losses))
    assert np.isnan(diebold_mariano(losses, losses - 0.1))


def test_models_of_equal_skill_are_called_better_as_often_as_stated():
    rng = np.random.default_rng(5)
    p_values = diebold_mariano(rng.gamma(2, 1, (4000, 30)), rng.gamma(2, 1, (4000, 30)))
    assert float((p_values < 0.05).mean()) == pytest.approx(0.05, abs=0.012)
