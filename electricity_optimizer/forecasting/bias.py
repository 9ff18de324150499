"""What a forecast is systematically off, by hour of the day, and how much of it may be corrected.

A plain mean of past errors is mostly noise: taken off the forecast it makes it worse (by 1 to 2.5 per cent of the MAE over 28 days on
the validation years of the open benchmark). So the median of the last `WINDOW_DAYS` days is used, which a spike does not move, and it is
shrunk towards zero by `SHRINKAGE` standard errors of itself: soft thresholding (Donoho, IEEE Trans. Information Theory 41, 1995). What
is left is taken off where an hour was off for weeks on one side. Measured gains: docs/LEARNING.md.
"""

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.robust import SIGMA_PER_MAD
from electricity_optimizer.timeline import local_hour

WINDOW_DAYS = 28
SHRINKAGE = 2.0  # standard errors
LEAST_DAYS = 14  # known days of an hour below which nothing is corrected
MEDIAN_ERROR = 1.2533  # standard error of a median in units of that of a mean: the root of pi / 2
CORRECTION = "ensemble_correction"
"""Model of the rows of the table `bias` that say what of the ensemble's bias is beyond chance."""


def bias_correction(residuals: Array) -> Array:
    """What to add to a forecast, (24,) per hour, from its `residuals`: actual minus forecast of past days, (days, 24), oldest first.

    Only the last `WINDOW_DAYS` days count; NaN marks an unknown hour. Zero where the bias is within its own error or hardly known.

    >>> bias_correction(np.tile([[1.0], [3.0]], (14, 24)))[0].round(3).item(), bias_correction(np.zeros((28, 24))).any().item()
    (1.298, False)
    """
    recent = residuals[-WINDOW_DAYS:]
    days = np.isfinite(recent).sum(axis=0)
    enough = days >= LEAST_DAYS
    correction = np.zeros(recent.shape[1])
    if not enough.any():
        return correction
    known = recent[:, enough]
    middle = np.nanmedian(known, axis=0)
    spread = SIGMA_PER_MAD * np.nanmedian(np.abs(known - middle), axis=0)
    chance = SHRINKAGE * MEDIAN_ERROR * spread / np.sqrt(days[enough])
    correction[enough] = np.sign(middle) * np.maximum(np.abs(middle) - chance, 0.0) + 0.0  # no negative zero
    return correction


def bias_rows(observations: pl.DataFrame, tz: str) -> pl.DataFrame:
    """Mean of forecast minus actual by model and local hour over `observations`: what a forecast is systematically off."""
    return (
        observations.with_columns(hour=local_hour("start", tz).cast(pl.Int64))
        .group_by("model", "hour", maintain_order=True)
        .agg(bias_eur_mwh=(pl.col("value_eur_mwh") - pl.col("actual_eur_mwh")).implode().list.mean(), count=pl.len())
        .sort("model", "hour")
    )


def correction_rows(residuals: Array) -> pl.DataFrame:
    """Rows of the table `bias` of `CORRECTION`: the part of the ensemble's bias that is beyond chance, forecast minus actual."""
    counts = np.isfinite(residuals[-WINDOW_DAYS:]).sum(axis=0)
    return pl.DataFrame({"model": CORRECTION, "hour": range(HOURS), "bias_eur_mwh": bias_correction(-residuals), "count": counts})
