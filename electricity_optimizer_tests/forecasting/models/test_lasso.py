import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import lars_path_gram

from electricity_optimizer.forecasting.models.lasso import aicc, lasso_by_aicc


def problem(seed: int, rows: int, columns: int):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns)) + rng.normal(size=(rows, 1))  # alike columns, as lagged prices are
    y = x[:, :3] @ [3.0, -2.0, 1.0] + rng.normal(size=rows)
    x, y = (x - x.mean(axis=0)) / x.std(axis=0), y - y.mean()
    return x, y, x.T @ x, x.T @ y


@given(st.integers(0, 10_000), st.sampled_from([(20, 40), (49, 30), (200, 25)]))
@settings(max_examples=40, deadline=None)
def test_the_coefficients_fulfil_the_optimality_conditions_of_their_penalty(seed, size):
    _, y, gram, correlation = problem(seed, *size)
    values, penalty = lasso_by_aicc(gram, correlation, float(y @ y), size[0])
    left = correlation - gram @ values
    assert np.abs(left).max() <= penalty * (1 + 1e-6) + 1e-8
    assert np.allclose(left[values != 0], penalty * np.sign(values[values != 0]), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(8))
def test_it_stops_at_the_best_knot_of_the_path_of_scikit_learn(seed):
    _, y, gram, correlation = problem(seed, 49, 30)
    _, _, path = lars_path_gram(correlation, gram, n_samples=49, method="lasso")
    rss = [float(y @ y - 2 * correlation @ b + b @ gram @ b) for b in path.T]
    best = path.T[np.argmin([aicc(r, 49, int((b != 0).sum())) for r, b in zip(rss, path.T, strict=True)])]
    assert np.allclose(lasso_by_aicc(gram, correlation, float(y @ y), 49)[0], best, atol=1e-8)


def test_pure_noise_and_constant_columns_get_nothing():
    gram, correlation = np.zeros((4, 4)), np.zeros(4)
    assert lasso_by_aicc(gram, correlation, 10.0, 50) == (pytest.approx(np.zeros(4)), 0.0)


def test_equal_columns_do_not_break_the_path():
    x, y, _, _ = problem(3, 60, 5)
    doubled = np.hstack([x, x])
    values, _ = lasso_by_aicc(doubled.T @ doubled, doubled.T @ y, float(y @ y), 60)
    assert np.isfinite(values).all()
    assert np.abs(y - doubled @ values).mean() < np.abs(y).mean() / 2
