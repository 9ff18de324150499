"""Quantiles of the price around a point forecast, from its own residuals of the past half year.

For each hour the residuals of the last `WINDOW_DAYS` days, each divided by the volatility known on its day (the mean absolute residual of
the fortnight before), are multiplied by today's volatility; their empirical quantiles are added to the point forecast. Without
that scaling the 90 % band covers 85 to 87 % only, because calm and nervous weeks follow each other in runs.
"""

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.days import HOURS, Array

LEVELS = tuple(round(0.05 * k, 2) for k in range(1, 20))
WINDOW_DAYS = 182
VOLATILITY_DAYS = 14
RECORD_DAYS = WINDOW_DAYS + VOLATILITY_DAYS  # how far back the record of residuals is of use
LEAST_DAYS_BY_HOUR = 28  # below, the hours share one distribution
LEAST_DAYS = 7  # below, there is no band


def residual_quantiles(point: Array, residuals: Array, levels: tuple[float, ...] = LEVELS) -> Array | None:
    """Quantiles (levels, 24) around `point` (24,), ascending; None when fewer than `LEAST_DAYS` past days are known.

    `residuals` (days, 24) are actual minus forecast of the days before, oldest first, yesterday last; NaN where unknown.
    """
    whole: NDArray[np.bool_] = np.asarray(np.isfinite(residuals).all(axis=1))
    if whole.sum() < LEAST_DAYS:
        return None
    scaled, now = _scaled(residuals, whole)
    scaled = scaled[-WINDOW_DAYS:]
    if len(scaled) < LEAST_DAYS_BY_HOUR:
        pooled = np.quantile(scaled.ravel(), levels, method="median_unbiased")
        return point + now * np.repeat(pooled[:, None], HOURS, axis=1)
    spread = np.quantile(scaled, levels, axis=0, method="median_unbiased")
    band: Array = point + now * spread
    return band


def _scaled(residuals: Array, whole: NDArray[np.bool_]) -> tuple[Array, float]:
    """Residuals of whole days divided by the volatility known before each, and the volatility known now."""
    daily = np.where(whole, np.abs(residuals).mean(axis=1), np.nan)
    volatility = np.array([_mean_known(daily[max(0, k - VOLATILITY_DAYS) : k]) for k in range(len(daily) + 1)])
    usable = whole & np.isfinite(volatility[:-1]) & (volatility[:-1] > 0)
    now = volatility[-1]
    if usable.sum() < LEAST_DAYS or not np.isfinite(now):
        return residuals[whole], 1.0
    return residuals[usable] / volatility[:-1][usable, None], float(now)


def _mean_known(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
