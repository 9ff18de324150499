"""Percentage errors of prices: near zero a percentage says nothing, so a price counts as the floor at least. Light to import."""

import numpy as np
from numpy.typing import NDArray

MAPE_FLOOR_EUR_MWH = 10.0


def percentage_error(error: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """100 |error| / max(|actual|, floor), elementwise.

    >>> percentage_error(np.array([5.0, 5.0]), np.array([100.0, -0.1])).tolist()
    [5.0, 50.0]
    """
    return 100 * np.abs(error) / np.maximum(np.abs(actual), MAPE_FLOOR_EUR_MWH)
