"""Quantiles around a point forecast that keep what they state: residuals in units of how hard the hour is, members' own, conformal.

1. *How hard an hour is* is learnt from the last half year: the logarithm of the absolute residual by ridge regression on those of what
   was known before it: the mean error of the last fortnight, that of the hour in the last four weeks, how far the members disagree about
   the hour, and how wide the band of a model with quantiles of its own is there. Residuals in that unit have one distribution by hour.
2. *Mixing*: half of the band is that distribution, half the quantiles of the model that has its own, moved to the point forecast; two
   unlike bands average better than either (Lipiecki, Uniejewski, Weron, Energy Economics 2024, arXiv 2404.02270).
3. *Adaptive conformal correction* of each level (Gibbs, Candes, NeurIPS 2021, arXiv 2106.00170), replayed over the same half year: a level
   that was passed too often moves, in units of the width of the band. So each stated level holds over time, whatever the model.

Nothing is kept from day to day: the record gives the same band in a backtest, in production and after a restart. Steps and shares were
chosen on the year before the test years of NP, BE and DE.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.quantiles import LEVELS, MEDIAN, QUARTILES

WINDOW_DAYS = 182
VOLATILITY_DAYS = 14
HOUR_DAYS = 28
RECORD_DAYS = WINDOW_DAYS + HOUR_DAYS  # how far back the record is of use
LEAST_DAYS = 7  # below, there is no band
LEAST_DAYS_BY_HOUR = 28  # below, the hours share one distribution and nothing else is learnt
OWN_SHARE = 0.5  # of the band is the model's with quantiles of its own
STEP = 0.05  # of the band's width, by which a level moves when it was passed the whole day
_RIDGE = 20.0
_LEAST_RESIDUAL = 0.05  # of the mean one, added before the logarithm
_LEAST_VOLATILITY = 0.1  # of the mean: a fortnight without error must not blow up the days after it
Flags = NDArray[np.bool_]
_NOTHING = 1e-6  # currency per MWh: a band is at least so wide


@dataclasses.dataclass(frozen=True)
class Record:
    """What is known of the forecasts of the last days, oldest first, yesterday last.

    `residuals` (days, 24) are actual minus forecast. `spreads` are quantities (days + 1, 24) that tell how hard an hour is, the last row
    being today; `fan` (days + 1, 19, 24) are quantiles that a model gives itself. NaN where unknown.
    """

    residuals: Array
    spreads: Sequence[Array] = ()
    fan: Array | None = None


@dataclasses.dataclass(frozen=True)
class _Known:
    """The whole days among the last `WINDOW_DAYS`: residuals (days, 24); predictors (days + 1, 24, k); fan around its median or None."""

    residuals: Array
    predictors: Array
    fan: Array | None


def adaptive_quantiles(point: Array, record: Record) -> Array | None:
    """Quantiles (19, 24) at `LEVELS` around `point` (24,), ascending; None when fewer than `LEAST_DAYS` past days are known."""
    whole = _whole(record.residuals)
    if whole.sum() < LEAST_DAYS:
        return None
    if whole.sum() < LEAST_DAYS_BY_HOUR:
        pooled = np.quantile(record.residuals[whole].ravel(), LEVELS, method="median_unbiased")
        return point + np.repeat(pooled[:, None], HOURS, axis=1)
    known = _known(record, whole)
    bands = _bands(known)
    corrected = bands[-1] + _correction(known.residuals, bands[:-1])[:, None] * _width(bands[-1])
    ascending: Array = point + np.sort(corrected, axis=0)
    return ascending


def _known(record: Record, whole: Flags) -> _Known:
    """What can be learnt from: spreads and fan are used when today's are known and as many days have them as the hours need."""
    usable = whole.copy()
    usable[: np.flatnonzero(whole)[0] + 1] = False  # the first has no error before it
    spreads, fan = [], None
    for spread in record.spreads:
        there = _whole(spread)
        if there[-1] and (usable & there[:-1]).sum() >= LEAST_DAYS_BY_HOUR:
            spreads.append(spread)
            usable &= there[:-1]
    if record.fan is not None:
        there = _whole(record.fan)
        if there[-1] and (usable & there[:-1]).sum() >= LEAST_DAYS_BY_HOUR:
            fan = record.fan - record.fan[:, MEDIAN : MEDIAN + 1]
            low, high = (fan[:, quartile] for quartile in QUARTILES)
            spreads.append(high - low)
            usable &= there[:-1]
    days = [*np.flatnonzero(usable)[-WINDOW_DAYS:], len(usable)]
    predictors = [*_volatility(record.residuals, whole), *spreads]
    stacked = np.log(np.maximum(np.stack([values[days] for values in predictors], axis=-1), _NOTHING))
    return _Known(record.residuals[days[:-1]], stacked, None if fan is None else fan[days])


def _whole(values: Array) -> Flags:
    """Whether each of the first dimension of `values` is known whole."""
    there: Flags = np.asarray(np.isfinite(values).all(axis=tuple(range(1, values.ndim))))
    return there


def _volatility(residuals: Array, whole: Flags) -> tuple[Array, Array]:
    """Mean absolute residual before each day and today, (days + 1, 24): of the last fortnight, and by hour of the last four weeks."""
    size = np.where(whole[:, None], np.abs(residuals), np.nan)
    least = _LEAST_VOLATILITY * np.nanmean(size)
    day = np.repeat(_mean_before(size.mean(axis=1), whole, VOLATILITY_DAYS)[:, None], HOURS, axis=1)
    hour = np.stack([_mean_before(column, whole, HOUR_DAYS) for column in size.T], axis=1)
    smooth = np.mean([np.roll(hour, shift, axis=1) for shift in (-1, 0, 1)], axis=0)
    return np.maximum(day, least), np.maximum(smooth, least)


def _mean_before(daily: Array, known: Flags, days: int) -> Array:
    """Mean of the known values among the `days` before each position, one position more than `daily` has; the last mean where none is."""
    counts, totals = (np.concatenate([[0.0], np.cumsum(values)]) for values in (known, np.where(known, daily, 0.0)))
    first = np.maximum(np.arange(len(daily) + 1) - days, 0)
    number = counts - counts[first]
    mean = np.full(len(daily) + 1, totals[-1] / max(counts[-1], 1.0))
    np.divide(totals - totals[first], number, out=mean, where=number > 0)
    return mean


def _bands(known: _Known) -> Array:
    """The band around zero of each known day and today, (days + 1, 19, 24), before correction."""
    scale = _scale(known)
    relative = known.residuals / scale[:-1]
    around = np.concatenate([np.roll(relative, shift, axis=1) for shift in (-1, 0, 1)])
    levels = np.quantile(around, LEVELS, axis=0, method="median_unbiased")
    learnt: Array = scale[:, None] * levels
    return learnt if known.fan is None else (1 - OWN_SHARE) * learnt + OWN_SHARE * known.fan


def _scale(known: _Known) -> Array:
    """How large a residual is to be expected, (days + 1, 24), up to a common factor."""
    x = known.predictors[:-1].reshape(-1, known.predictors.shape[-1])
    size = np.abs(known.residuals)
    y = np.log(size + _LEAST_RESIDUAL * size.mean() + _NOTHING).ravel()
    middle = x.mean(axis=0)
    centred = x - middle
    slope = np.linalg.solve(centred.T @ centred + _RIDGE * np.eye(x.shape[1]), centred.T @ (y - y.mean()))
    scale: Array = np.exp((known.predictors - middle) @ slope)
    return scale


def _correction(residuals: Array, bands: Array) -> Array:
    """By how many widths of the band each level (19,) is to be moved: adaptive conformal inference replayed over the known days."""
    relative = (residuals[:, None] - bands) / _width(bands)
    moved = np.zeros(len(LEVELS))
    for day in relative:
        moved += STEP * (np.array(LEVELS) - (day <= moved[:, None]).mean(axis=1))
    return moved


def _width(bands: Array) -> Array:
    """Distance of the quartiles, (..., 1, 24) of bands (..., 19, 24)."""
    low, high = (bands[..., quartile, :] for quartile in QUARTILES)
    return np.maximum(high - low, _NOTHING)[..., None, :]
