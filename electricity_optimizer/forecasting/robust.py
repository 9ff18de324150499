"""Statistics that live with spikes and with holes."""

import numpy as np

from electricity_optimizer.forecasting.days import Array

SIGMA_PER_MAD = 1.4826
"""A normal distribution's standard deviation in median absolute deviations."""


def middle_and_width(values: Array, axis: int, *, keepdims: bool = False) -> tuple[Array, Array]:
    """Median and scaled median absolute deviation along `axis`, the width never zero.

    The standard deviation where more than half of the values are equal (night sun).
    """
    middle = np.median(values, axis=axis, keepdims=True)
    width = np.median(np.abs(values - middle), axis=axis, keepdims=True) * SIGMA_PER_MAD
    spread = values.std(axis=axis, keepdims=True)
    width = np.where(width > 1e-3 * spread, width, spread)
    width = np.where(width > 0, width, 1.0)
    return (middle, width) if keepdims else (middle.squeeze(axis), width.squeeze(axis))


def mean_known(values: Array, axis: int) -> Array:
    """Mean of what is known along `axis`; NaN where nothing is."""
    known = np.isfinite(values)
    number = known.sum(axis=axis)
    mean = np.full(number.shape, np.nan)
    np.divide(np.where(known, values, 0.0).sum(axis=axis), number, out=mean, where=number > 0)
    return mean
