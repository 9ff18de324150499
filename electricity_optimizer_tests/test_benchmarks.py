import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from electricity_optimizer.forecasting import backtest
from electricity_optimizer.forecasting.walk import ENSEMBLE

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def forecasts(shared):
    assert shared.is_dir()
    spec = importlib.util.spec_from_file_location("benchmark_of_forecasts", BENCHMARKS / "forecasts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def naive_walked(forecasts, market):
    """A backtest of the 104 weeks whose ensemble is the naive: nothing has to be walked."""
    zone = forecasts.read_zone_file(forecasts.DATA / f"epf_{market}.parquet")
    request = backtest.default_request(zone.table)
    naive = forecasts.hourly_naive(zone.table, request)
    return forecasts.Walked(zone, request, [], {ENSEMBLE: SimpleNamespace(point=naive)}, 1.0)


@pytest.mark.parametrize(
    ("market", "lear", "dnn", "mean", "bands"),
    [("NP", 1.738, 1.683, 1.631, (0.704, 0.864)), ("DE", 3.609, 3.413, 3.330, (1.391, 0.849)), ("BE", 6.140, 5.870, 5.840, (2.327, 0.881))],
)
def test_published_forecasts_score_as_the_reference_says(forecasts, market, lear, dnn, mean, bands):
    """reference/forecasting.md, sections 1.1 and 1.3: MAE over 728 days, pinball (99 percentiles) and coverage over the last 546."""
    peers = forecasts.published(naive_walked(forecasts, market), market)
    assert [peers[name]["mae"] for name in ("LEAR Ensemble", "DNN Ensemble", "mean of both")] == pytest.approx([lear, dnn, mean], abs=6e-4)
    assert peers["mean of both"]["band_days"] == 546
    assert (peers["mean of both"]["pinball_99_levels"], peers["mean of both"]["coverage_90"]) == pytest.approx(bands, abs=6e-4)
    assert peers["mean of both"]["p_value_ensemble_no_better"] > 0.999  # the naive is no better


def test_a_number_to_reach_has_a_limit_and_perhaps_a_least(forecasts):
    assert forecasts.met(1.6, 1.631) == {"value": 1.6, "limit": 1.631, "met": True}
    assert forecasts.met(0.88, 0.91, least=0.89) == {"value": 0.88, "limit": [0.89, 0.91], "met": False}
    assert forecasts.met(None, 1.0)["met"] is False


def test_results_are_json_without_nan(forecasts):
    assert forecasts.rounded({"a": [1.234567, float("nan")], "b": {"c": True, "d": "x"}}) == {
        "a": [1.2346, None],
        "b": {"c": True, "d": "x"},
    }
