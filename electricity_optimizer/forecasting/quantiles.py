"""The levels at which the product states its quantiles, and how others are brought to them."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from electricity_optimizer.forecasting.days import Array

LEVELS = tuple(round(0.05 * k, 2) for k in range(1, 20))
COLUMNS = tuple(f"q{round(level * 100):02d}" for level in LEVELS)
"""Names of the columns of a frame that hold them: q05 ... q95."""
MEDIAN = LEVELS.index(0.5)
QUARTILES = (LEVELS.index(0.25), LEVELS.index(0.75))


def at_levels(levels: Sequence[float], values: Array) -> Array:
    """Quantiles (19, ...) at `LEVELS` from `values` (k, ...) at `levels`, which ascend and reach from 0.05 to 0.95.

    Straight lines between the given ones over the quantile of a normal distribution: in the tails a step in level is a longer way.
    """
    given, wanted = (np.array([NormalDist().inv_cdf(level) for level in stated]) for stated in (levels, LEVELS))
    right = np.clip(np.searchsorted(given, wanted), 1, len(given) - 1)
    share = (wanted - given[right - 1]) / (given[right] - given[right - 1])
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    between: Array = values[right - 1] * (1 - share) + values[right] * share
    return between
