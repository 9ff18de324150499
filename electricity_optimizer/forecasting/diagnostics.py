"""Where and when a forecast was wrong: errors by hour, weekday and month, calibration, the worst days. Plain arrays in, plain arrays out.

`actual` and `point` are (days, n) where n is a multiple of 24: steps of a local day, as `backtest` and `backtest_units` give them.
NaN is left out everywhere, and a mean of nothing is NaN.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from electricity_optimizer.forecasting.accuracy import BANDS
from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.learning.significance import diebold_mariano
from electricity_optimizer.forecasting.quantiles import LEVELS

COVERAGE_DAYS = 28
"""Days that a coverage over time looks back: 672 hours, a standard error of about one point if they were independent."""


@dataclasses.dataclass(frozen=True)
class BadDay:
    """A day with its mean absolute error, that of the naive, and the mean, lowest and highest price beside the mean forecast."""

    day: dt.date
    mae: float
    naive_mae: float
    price: float
    forecast: float
    lowest: float
    highest: float


def daily_error(actual: Array, point: Array) -> Array:
    """Mean absolute error of each day, (days,)."""
    return _mean(np.abs(point - actual), axis=1)


def error_by_hour(actual: Array, point: Array) -> Array:
    """Mean absolute error of each local hour, (24,)."""
    by_hour = np.abs(point - actual).reshape(len(actual), HOURS, -1)
    return _mean(by_hour.transpose(1, 0, 2).reshape(HOURS, -1), axis=1)


def error_by_weekday(days: Sequence[dt.date], actual: Array, point: Array) -> Array:
    """Mean absolute error of each weekday, Monday first, (7,)."""
    weekday = np.array([day.weekday() for day in days])
    return np.array([_mean(np.abs(point - actual)[weekday == one].ravel(), axis=0) for one in range(7)])


def error_by_month(days: Sequence[dt.date], actual: Array, point: Array) -> dict[str, float]:
    """Mean absolute error of each month, as "2018-05"."""
    months = np.array([f"{day:%Y-%m}" for day in days])
    return {month: float(_mean(np.abs(point - actual)[months == month].ravel(), axis=0)) for month in dict.fromkeys(months.tolist())}


def gain_on_naive(actual: Array, point: Array, naive: Array) -> Array:
    """By how much the errors added up so far are below those of the naive: the sum over the days of the difference of MAE, (days,)."""
    gain: Array = np.cumsum(np.nan_to_num(daily_error(actual, naive) - daily_error(actual, point)))
    return gain


def share_below(actual: Array, quantiles: Array) -> Array | None:
    """Share of the prices at or below each quantile (days, levels, n), (levels,); None without quantiles."""
    known = np.isfinite(actual) & np.isfinite(quantiles).all(axis=1)
    if not known.any():
        return None
    below = actual[:, None, :] <= quantiles
    return np.array([below[:, k][known].mean() for k in range(quantiles.shape[1])])


def coverage_over_time(actual: Array, quantiles: Array, days: int = COVERAGE_DAYS) -> dict[str, Array] | None:
    """Share of the prices inside each band of `BANDS` over the `days` up to each day, (days,); NaN before; None without quantiles."""
    if not np.isfinite(quantiles).any():
        return None
    known = np.isfinite(actual) & np.isfinite(quantiles).all(axis=1)
    shares = {}
    for name, (low, high) in BANDS.items():
        inside = (actual >= quantiles[:, LEVELS.index(low)]) & (actual <= quantiles[:, LEVELS.index(high)]) & known
        hits, all_ = (np.concatenate([[0], np.cumsum(counts.sum(axis=1))]) for counts in (inside, known))
        share = np.full(len(actual), np.nan)
        number = all_[days:] - all_[:-days]
        np.divide(hits[days:] - hits[:-days], number, out=share[days - 1 :], where=number > 0)
        shares[name] = share
    return shares


def worst_days(days: Sequence[dt.date], actual: Array, point: Array, naive: Array, count: int = 10) -> list[BadDay]:
    """The days with the largest error, worst first."""
    errors, naive_errors = daily_error(actual, point), daily_error(actual, naive)
    order = [row for row in np.argsort(-np.nan_to_num(errors), kind="stable") if np.isfinite(errors[row])][:count]
    return [
        BadDay(
            days[row], float(errors[row]), float(naive_errors[row]), float(np.nanmean(actual[row])), float(np.nanmean(point[row])),
            float(np.nanmin(actual[row])), float(np.nanmax(actual[row])),
        )
        for row in order
    ]  # fmt: skip


def better_by_more_than_chance(actual: Array, points: Mapping[str, Array]) -> dict[str, dict[str, float]]:
    """p-value of Diebold and Mariano that the first name's errors are smaller than the second's by chance; NaN on itself."""
    losses = {name: daily_error(actual, point) for name, point in points.items()}
    return {
        one: {other: float(diebold_mariano(losses[other], losses[one])) if other != one else float("nan") for other in losses}
        for one in losses
    }


def _mean(values: Array, axis: int) -> Array:
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    mean: Array = np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
    return mean
