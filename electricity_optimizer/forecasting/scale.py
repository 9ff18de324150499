"""The unit a price is told in: the usual change from day to day of the four weeks before.

A model that learns from four years meets other winters, other fuel costs, other crises. In units of the change that is usual at the time
they are alike, and a spike of two winters ago weighs what it weighed then (adaptive standardisation: Sebastian,
Gonzalez-Guillen, Juan, arXiv 2311.02610). Rows are days of a table, lags are days.
"""

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.days import Array

SCALE_DAYS = 28
LONGEST_LAG = SCALE_DAYS + 1  # the first row that has a scale
_LEAST_SHARE = 0.1  # of the median over the window: a calm month must not blow up what follows


def day_scale(price: Array, rows: NDArray[np.int64]) -> Array:
    """Median over the `SCALE_DAYS` days before each of `rows` (from `LONGEST_LAG` on) of the mean absolute change from day to day.

    NaN where the table is shorter than that.
    """
    change = np.abs(np.diff(price, axis=0)).mean(axis=1)  # change[k] is from day k to day k + 1
    if len(change) < SCALE_DAYS:
        return np.full(len(rows), np.nan)
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(change, SCALE_DAYS)[rows - LONGEST_LAG], axis=1)  # the unknown last
    known = np.isfinite(ordered).sum(axis=1)
    every = np.arange(len(rows))
    scale: Array = (ordered[every, (known - 1) // 2] + ordered[every, known // 2]) / 2
    return scale


def least_scale(scale: Array) -> float:
    """The floor of the scale: a tenth of its usual value, never zero."""
    known = scale[np.isfinite(scale)]
    return max(_LEAST_SHARE * float(np.median(known)), 1e-6) if len(known) else 1e-6
