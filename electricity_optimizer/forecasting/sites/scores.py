"""How good a site's forecast was: aggregate figures only, since the series themselves are somebody's own.

The naive of a site is the same quarter hour a week before; where the readings end too early for that, two weeks before.
"""

import numpy as np

from electricity_optimizer.forecasting.accuracy import pinball
from electricity_optimizer.forecasting.sites.bands import LEVELS, Banded
from electricity_optimizer.forecasting.sites.days import Array, MeterDays
from electricity_optimizer.forecasting.sites.lags import same_weekday


def naive(days: MeterDays, age: int = 0) -> Array:
    """The same time of the last known day of the same weekday, (days, 96)."""
    return np.asarray(same_weekday(days, 1, age)[0])


def mae(actual: Array, point: Array) -> float | None:
    """Mean absolute error over what is known of both; None where nothing is."""
    known = np.isfinite(actual) & np.isfinite(point)
    return float(np.abs(actual - point)[known].mean()) if known.any() else None


def band_scores(actual: Array, forecast: Banded) -> dict[str, float | None]:
    """Mae and pinball (mean over the three levels) in kW and coverage_80 as a share; None where nothing is known."""
    stacked = np.stack([forecast.low, forecast.middle, forecast.high], axis=-2)
    known = np.isfinite(actual) & np.isfinite(stacked).all(axis=-2)
    if not known.any():
        return {"mae": mae(actual, forecast.middle), "pinball": None, "coverage_80": None}
    inside = (actual >= forecast.low) & (actual <= forecast.high)
    loss = pinball(actual, stacked, LEVELS).mean(axis=-2)
    return {
        "mae": mae(actual, forecast.middle),
        "pinball": float(loss[known].mean()),
        "coverage_80": float(inside[known].mean()),
    }
