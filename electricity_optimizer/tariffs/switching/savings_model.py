"""What optimisation saves on a day, and how that follows the prices of the day.

Under other prices a site would plan otherwise, and planning 365 days for each of 200 price years is out of reach. So the saving of a day is
taken to be affine in two figures of its import prices, around the day as it was planned: spread (mean of the dearest six hours less that of
the cheapest six) and level (mean of the day). Both slopes are fitted by least squares over the planned days against the means of their
month, so that a winter's heat is not mistaken for an effect of prices. `r_squared` says what they explain within months.
A day that was not planned is given the saving that the fit expects of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.tariffs.switching.year import Array, Indices

SIX_HOURS = 24
LEAST_DAYS = 20


@dataclass(frozen=True)
class SavingsModel:
    """Savings `by_day` at the figures (days, 2) of its own prices, `slopes` (2,) around them."""

    by_day: Array
    figures: Array
    slopes: Array
    r_squared: float | None

    def at(self, figures: Array) -> Array:
        """Savings by day under prices of other `figures` (days, 2)."""
        return np.asarray(self.by_day + (figures - self.figures) @ self.slopes)


def figures_of(prices: Array) -> Array:
    """(days, 2): spread and level of import prices (days, 96) in currency per kWh."""
    ordered = np.partition(prices, (SIX_HOURS - 1, prices.shape[1] - SIX_HOURS), axis=1)
    spread = ordered[:, -SIX_HOURS:].mean(axis=1) - ordered[:, :SIX_HOURS].mean(axis=1)
    return np.column_stack([spread, prices.mean(axis=1)])


def fit_savings(saved: Array, planned: NDArray[np.bool_], figures: Array, month: Indices) -> SavingsModel:
    """The model from what was `saved` on the `planned` days."""
    y_mean = _month_means(saved, planned, month)
    x_mean = np.column_stack([_month_means(column, planned, month) for column in figures.T])
    x, y = (figures - x_mean)[planned], (saved - y_mean)[planned]
    slopes: Array = np.zeros(figures.shape[1])
    r_squared = None
    if planned.sum() >= LEAST_DAYS and (np.ptp(x, axis=0) > 0).any():
        slopes = np.asarray(np.linalg.lstsq(x, y, rcond=1e-8)[0], dtype=np.float64)
        r_squared = 1 - float(((y - x @ slopes) ** 2).sum() / max(float((y**2).sum()), 1e-12))
    expected = y_mean + (figures - x_mean) @ slopes
    return SavingsModel(np.where(planned, saved, expected), figures, slopes, r_squared)


def _month_means(values: Array, planned: NDArray[np.bool_], month: Indices) -> Array:
    """Mean over the planned days of its month for each day; over all planned days where its month has none."""
    counts = np.bincount(month[planned], minlength=int(month.max()) + 1)
    sums = np.bincount(month[planned], weights=values[planned], minlength=len(counts))
    overall = float(values[planned].mean()) if planned.any() else 0.0
    means: Array = np.divide(sums, counts, out=np.full(len(counts), overall), where=counts > 0)
    return np.asarray(means[month])
