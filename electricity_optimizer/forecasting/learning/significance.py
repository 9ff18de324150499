"""Whether one forecast is better than another by more than chance: the test of Diebold and Mariano.

Diebold and Mariano (J. Business & Economic Statistics 13, 1995), as Lago, Marcjasz, De Schutter and Weron (Applied Energy 293, 2021,
116983) use it for day-ahead prices: the loss of a day is the mean absolute error of its hours (the multivariate version, L1), one
loss a day, so that the likeness of neighbouring hours does not count as evidence. Corrected for short samples after Harvey, Leybourne
and Newbold (Int. J. Forecasting 13, 1997): the statistic is scaled and compared with Student's t. A forecast h days ahead overlaps
with the h - 1 after it, so their autocovariances enter the variance.
"""

import numpy as np

from electricity_optimizer.forecasting.days import Array

LEAST_DAYS = 7
"""Days below which nothing is concluded."""
RELATIVE_NOTHING = 1e-18
"""Squared relative spread below which two losses differ by a constant."""


def diebold_mariano(champion: Array, challenger: Array, horizon_days: int = 1) -> Array:
    """Chance that a challenger no better than the champion had losses so much smaller: a one-sided p-value.

    Both are losses by day, (..., days) of the same shape or broadcast, NaN where a day is not known. Below 0.05 the challenger is
    better by more than chance, above 0.95 the champion is. The result (...) is NaN with fewer than `LEAST_DAYS` common days, or where
    the losses are alike or their variance cannot be told.

    >>> ours, theirs = np.array([1.0, 2, 1, 2, 1, 2, 1, 2]), np.array([0.5, 1.8, 0.7, 1.5, 0.6, 1.9, 0.8, 1.6])
    >>> round(float(diebold_mariano(ours, theirs)), 4)
    0.0002
    """
    from scipy.special import stdtr  # noqa: PLC0415 - a fifth of a second at import, for the learning of the night only

    gain = champion - challenger
    known = np.isfinite(gain)
    days = known.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, gain, 0.0).sum(axis=-1) / days
        total = _summed_covariance(np.where(known, gain - mean[..., None], 0.0), horizon_days)
        alike = total <= RELATIVE_NOTHING * days * mean**2
        short = (days + 1 - 2 * horizon_days + horizon_days * (horizon_days - 1) / days) / days
        statistic = mean * days / np.sqrt(total) * np.sqrt(short)
    told = (days >= max(LEAST_DAYS, 2 * horizon_days)) & ~alike & np.isfinite(statistic)
    p_value: Array = np.where(told, stdtr(np.maximum(days - 1, 1), -np.where(told, statistic, 0.0)), np.nan)
    return p_value


def _summed_covariance(centred: Array, horizon_days: int) -> Array:
    """Sum of squares and of the products up to the horizon: the variance of the mean times the squared number of days."""
    total: Array = (centred**2).sum(axis=-1)
    for lag in range(1, horizon_days):
        total = total + 2 * (centred[..., lag:] * centred[..., :-lag]).sum(axis=-1)
    return total
