import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.accuracy import score
from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.quantiles import LEVELS


@pytest.mark.parametrize(
    ("model", "mae", "rmae", "smape", "rmse"),
    [("LEAR Ensemble", 1.738, 0.549, 5.01, 3.362), ("DNN Ensemble", 1.683, 0.532, 4.88, 3.319)],
)
def test_published_forecasts_have_the_published_measures(nord_pool, shared, model, mae, rmae, smape, rmse):
    # reference/forecasting.md section 1.1, recomputed there from the authors' rows
    rows = pl.read_parquet(shared / "data/epf_published_forecasts_NP.parquet")
    days = nord_pool.days[-728:]
    naive = np.array([nord_pool.price[nord_pool.row(day) - naive_lag(day)] for day in days])
    measures = score(rows["Real price"].to_numpy().reshape(-1, 24), rows[model].to_numpy().reshape(-1, 24), None, naive)
    assert measures["mae"] == pytest.approx(mae, abs=5e-4)
    assert measures["rmae"] == pytest.approx(rmae, abs=5e-4)
    assert measures["smape"] == pytest.approx(smape, abs=5e-3)
    assert measures["rmse"] == pytest.approx(rmse, abs=5e-4)
    assert measures["pinball"] is None


def test_bands_are_measured_as_shares_and_pinball_as_the_mean_over_levels():
    actual = np.tile(np.linspace(0.5, 99.5, 100)[:96].reshape(4, 24), (1, 1))
    quantiles = np.broadcast_to(100 * np.array(LEVELS)[None, :, None], (4, 19, 24))
    measures = score(actual, actual + 2, quantiles, actual - 4)
    assert (measures["mae"], measures["rmae"]) == (pytest.approx(2.0), pytest.approx(0.5))
    assert measures["coverage_50"] == pytest.approx(50 / 96)
    assert measures["coverage_90"] == pytest.approx(90 / 96)
    by_hand = [max(level * (a - 100 * level), (level - 1) * (a - 100 * level)) for a in actual.ravel() for level in LEVELS]
    assert measures["pinball"] == pytest.approx(np.mean(by_hand))


def test_unknown_prices_are_left_out_and_nothing_measured_is_none():
    unknown = np.full((1, 24), np.nan)
    measures = score(unknown, np.zeros((1, 24)), None, np.zeros((1, 24)))
    assert set(measures.values()) == {None}
    one = score(np.vstack([unknown, np.ones((1, 24))]), np.zeros((2, 24)), None, np.full((2, 24), 3.0))
    assert (one["mae"], one["rmae"]) == (1.0, 0.5)
