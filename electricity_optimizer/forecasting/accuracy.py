"""How good a forecast was: the field's measures, all from plain arrays.

rMAE divides the mean absolute error by that of the epftoolbox naive (`models/naive.py`) on the same hours. sMAPE is epftoolbox's.
Pinball is the mean over the levels (half the CRPS when the levels are dense). Prices near zero make percentage errors meaningless: the
backtest leaves MAPE out on purpose, and where it is told (`scores.py`) prices have a floor (`mape.py`).
"""

import numpy as np

from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.quantiles import LEVELS

BANDS = {"coverage_50": (0.25, 0.75), "coverage_80": (0.10, 0.90), "coverage_90": (0.05, 0.95)}


def score(
    actual: Array, point: Array, quantiles: Array | None, naive: Array, levels: tuple[float, ...] = LEVELS
) -> dict[str, float | None]:
    """Measures over days: `actual`, `point` and `naive` are (days, 24), `quantiles` (days, levels, 24) or None.

    Hours with NaN in any of the three are left out. mae, rmse, pinball in currency per MWh, smape in per cent, coverage as a
    share; None where there is nothing to measure. Days whose quantiles are NaN count for the point measures only.
    """
    known = np.isfinite(actual) & np.isfinite(point) & np.isfinite(naive)
    error = point[known] - actual[known]
    size = np.abs(actual[known]) + np.abs(point[known])
    naive_mae = _mean(np.abs(naive[known] - actual[known]))
    mae = _mean(np.abs(error))
    measures: dict[str, float | None] = {
        "mae": mae,
        "rmae": mae / naive_mae if mae is not None and naive_mae else None,
        "rmse": None if mae is None else float(np.sqrt((error**2).mean())),
        "smape": _mean(200 * np.abs(error)[size > 0] / size[size > 0]),
    }
    return measures | _band_measures(actual, quantiles, levels)


def pinball(actual: Array, quantiles: Array, levels: tuple[float, ...] = LEVELS) -> Array:
    """Pinball loss (..., levels, 24) of `quantiles` (..., levels, 24) against `actual` (..., 24).

    >>> round(float(pinball(np.full(24, 10.0), np.full((1, 24), 12.0), levels=(0.9,)).mean()), 3)
    0.2
    """
    level = np.array(levels)[:, None]
    above = actual[..., None, :] - quantiles
    loss: Array = np.maximum(level * above, (level - 1) * above)
    return loss


def _band_measures(actual: Array, quantiles: Array | None, levels: tuple[float, ...]) -> dict[str, float | None]:
    nothing: dict[str, float | None] = dict.fromkeys(["pinball", *BANDS])
    if quantiles is None:
        return nothing
    whole = np.isfinite(quantiles).all(axis=(1, 2)) & np.isfinite(actual).all(axis=1)
    if not whole.any():
        return nothing
    truth, bands = actual[whole], quantiles[whole]
    inside = {}
    for name, (low, high) in BANDS.items():
        inside[name] = _mean((truth >= bands[:, levels.index(low)]) & (truth <= bands[:, levels.index(high)]))
    return {"pinball": _mean(pinball(truth, bands, levels))} | inside


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if values.size else None
