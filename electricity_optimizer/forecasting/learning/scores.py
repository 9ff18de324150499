"""How good the forecasts of a zone were: rows of the table `accuracy` for each model, horizon, window of days and hour of the day.

Measured on hourly means, every known hour with the same weight. The error relative to the naive is taken on the hours of which both
are known, against the naive of the same horizon (`models/naive.py`). What each column means: docs/LEARNING.md.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.learning.mape import percentage_error
from electricity_optimizer.forecasting.learning.observation import PLACES, Observed
from electricity_optimizer.forecasting.learning.significance import diebold_mariano
from electricity_optimizer.forecasting.robust import mean_known
from electricity_optimizer.forecasting.walk import ENSEMBLE

WINDOWS = (1, 7, 30, 60)
"""Days over which accuracy is told, all hours together."""
HOURLY_WINDOW = 30
"""Days over which it is told by the hour: one window, so that a day has hundreds of rows and not thousands."""
ALL_HOURS = -1
"""The `hour` of rows over all hours of the day."""
NAIVE = "naive"


def accuracy_rows(found: Observed, last: dt.date) -> pl.DataFrame:
    """Rows of the table `accuracy` without zone and day, for the windows that end with `last`; a model without a known hour has none."""
    parts = [_measures(found.window(last, days), days, by_hour=False) for days in WINDOWS]
    return pl.concat([*parts, _measures(found.window(last, HOURLY_WINDOW), HOURLY_WINDOW, by_hour=True)])


def _measures(found: Observed, window_days: int, *, by_hour: bool) -> pl.DataFrame:
    """Measures over one window. Arrays are (models, horizons, hours or one, days, hours of a day that are taken together)."""
    value, actual = (_grouped(each, by_hour=by_hour) for each in (found.value, found.actual))
    error, size = np.abs(value - actual), np.abs(value) + np.abs(actual)
    bands = {"pinball": found.pinball, "coverage_50": found.in_50, "coverage_80": found.in_80, "coverage_90": found.in_90}
    measures = {
        "mae": _mean(error),
        "rmae": _relative(error, found),
        "rmse": np.sqrt(_mean(error**2)),
        "smape": np.nan_to_num(_mean(200 * error / np.where(size > 0, size, np.nan))),
        "mape": _mean(percentage_error(error, actual)),
        **{name: _mean(_grouped(each, by_hour=by_hour)) for name, each in bands.items()},
        "dm_p_value": _against_champion(error, found),
    }
    return _rows(found, np.isfinite(error).sum(axis=(3, 4)), measures, window_days, by_hour=by_hour)


def _grouped(values: Array, *, by_hour: bool) -> Array:
    """(models, horizons, 24, days, places) by the hour, or (models, horizons, 1, days, 24 x places)."""
    if by_hour:
        return np.ascontiguousarray(np.moveaxis(values, 3, 2))
    return np.ascontiguousarray(values).reshape(*values.shape[:2], 1, values.shape[2], HOURS * PLACES)


def _mean(values: Array) -> Array:
    """Mean over days and hours of what is known; NaN where nothing is."""
    return mean_known(values.reshape(*values.shape[:3], -1), axis=-1)


def _relative(error: Array, found: Observed) -> Array:
    """Error in units of the naive's on the same hours; NaN without a naive, or where it was exact."""
    if NAIVE not in found.models:
        return np.full(error.shape[:3], np.nan)
    ours, theirs = (_mean(each) for each in _on_common_hours(error, error[[found.models.index(NAIVE)]]))
    relative = np.full(ours.shape, np.nan)
    np.divide(ours, theirs, out=relative, where=theirs > 0)
    return relative


def _against_champion(error: Array, found: Observed) -> Array:
    """One-sided p-value of each model against the ensemble, on the hours of a day that both know; NaN for the ensemble itself."""
    p_values = np.full(error.shape[:3], np.nan)
    if ENSEMBLE not in found.models:
        return p_values
    champion = found.models.index(ENSEMBLE)
    losses, ours = (mean_known(each, axis=-1) for each in _on_common_hours(error, error[[champion]]))
    for column, horizon in enumerate(found.horizons):
        p_values[:, column] = diebold_mariano(ours[:, column], losses[:, column], horizon)
    p_values[champion] = np.nan
    return p_values


def _on_common_hours(error: Array, other: Array) -> tuple[Array, Array]:
    """Both errors in the shape of the first, NaN where either is not known."""
    both = np.isfinite(error) & np.isfinite(other)
    return np.where(both, error, np.nan), np.where(both, other, np.nan)


def _rows(found: Observed, count: Array, measures: dict[str, Array], window_days: int, *, by_hour: bool) -> pl.DataFrame:
    """A row for each model, horizon and hour that has a known hour."""
    hours: Sequence[int] = range(HOURS) if by_hour else (ALL_HOURS,)
    models, horizons, places = np.nonzero(count)
    return pl.DataFrame(
        {
            "model": [found.models[index] for index in models],
            "window_days": np.full(len(models), window_days),
            "horizon_days": [found.horizons[index] for index in horizons],
            "hour": [hours[int(index)] for index in places],
            "count": count[models, horizons, places],
            **{name: each[models, horizons, places] for name, each in measures.items()},
        }
    ).with_columns(pl.col(list(measures)).fill_nan(None))
