"""The 80 % band of a site's forecast: three quantiles, widened or narrowed until past days lie in it as often as stated.

Conformal prediction after Romano, Patterson and Candès, NeurIPS 2019: how far past values lay outside a quantile, as a quantile of its
own with the correction for a finite sample, moves that quantile. Each tail is moved on its own, because load is skewed, and each part
of the day on its own, because the evening errs otherwise than the night.
"""

import dataclasses

import numpy as np

from electricity_optimizer.forecasting.sites.days import Array
from electricity_optimizer.forecasting.sites.lags import around

LEVELS = (0.1, 0.5, 0.9)
NEIGHBOURS = 6
"""Quarter hours earlier and later that a band is learnt from as well."""


@dataclasses.dataclass(frozen=True)
class Banded:
    """Forecast of one or many days: `low`, `middle` and `high` (..., 96) are the quantiles 10, 50 and 90 %; low <= middle <= high."""

    low: Array
    middle: Array
    high: Array


def conformal(actual: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """How far (96,) to move the 10 % quantile down and the 90 % quantile up; negative moves narrow the band.

    `actual`, `low` and `high` are (days, 96) of days that the quantiles were not learnt from. Zero where too little is known.
    """
    return _tail(low - actual), _tail(actual - high)


def banded(low: Array, middle: Array, high: Array, limit: float) -> Banded:
    """Quantiles put in order around the middle, between zero and `limit`."""
    centre = np.clip(middle, 0.0, limit)
    return Banded(np.clip(np.minimum(low, centre), 0.0, limit), centre, np.clip(np.maximum(high, centre), 0.0, limit))


def _tail(excess: Array) -> Array:
    """The quantile of `excess` (days, 96) that a tenth of the next values will pass, by quarter hour."""
    near = np.sort(around(excess, NEIGHBOURS), axis=0)
    number = np.isfinite(near).sum(axis=0)
    rank = np.ceil(LEVELS[2] * (number + 1)).astype(np.int64) - 1
    enough = (rank >= 0) & (rank < number)
    found = np.take_along_axis(near, np.clip(rank, 0, len(near) - 1)[None], axis=0)[0]
    return np.where(enough, found, 0.0)
