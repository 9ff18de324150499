"""What optimisation saves on a day, and how that follows prices.

Under other prices a site would plan otherwise, and planning 365 days for each of 200 price years is out of reach. So what a day saves is
taken to be affine in four figures of its prices, around the day as it was planned:
- spread of the import price (its dearest six hours less its cheapest six) and its departure from the mean of the month, which tell how
  much can be moved within a day and to the days beside it. Both slopes are fitted by least squares over the planned days, within months,
  so that a winter's heat is not mistaken for an effect of prices; `r_squared` says what they explain there;
- mean of the month of the import and of the export price. No fit is needed: what a plan costs changes with the price of all hours by the
  energy that it takes (envelope theorem), so the saving by the energy that it takes less or gives more than the habits.
A day that was not planned is given what the fit and the means of its month expect of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.tariffs.switching.year import Array, Indices

SIX_HOURS = 24
LEAST_DAYS = 20


@dataclass(frozen=True)
class Figures:
    """Of the prices of each day (days,): spread and departure of the import price, and the means of the month of both prices."""

    spread: Array
    departure: Array
    buy: Array
    sell: Array


@dataclass(frozen=True)
class Saved:
    """What was saved by day, in money and in kWh bought less and sold more."""

    money: Array
    bought: Array
    sold: Array


@dataclass(frozen=True)
class SavingsModel:
    """Savings of each day under its own prices, whose figures are `at`, and the slopes of spread and departure around them."""

    saved: Saved
    at: Figures
    slopes: Array
    r_squared: float | None

    def under(self, other: Figures) -> Array:
        """Savings by day under prices of `other` figures."""
        shape = self.slopes[0] * (other.spread - self.at.spread) + self.slopes[1] * (other.departure - self.at.departure)
        level = self.saved.bought * (other.buy - self.at.buy) + self.saved.sold * (other.sell - self.at.sell)
        return np.asarray(self.saved.money + shape + level)


def figures_of(buy: Array, sell: Array, month: Indices) -> Figures:
    """Figures of import and export prices (days, 96) in currency per kWh; `month` numbers the month of each day."""
    ordered = np.partition(buy, (SIX_HOURS - 1, buy.shape[1] - SIX_HOURS), axis=1)
    spread = ordered[:, -SIX_HOURS:].mean(axis=1) - ordered[:, :SIX_HOURS].mean(axis=1)
    level, sold = buy.mean(axis=1), sell.mean(axis=1)
    every = np.ones(len(month), dtype=np.bool_)
    by_month = month_means(level, every, month)
    return Figures(spread, level - by_month, by_month, month_means(sold, every, month))


def fit_savings(saved: Saved, planned: NDArray[np.bool_], at: Figures, month: Indices) -> SavingsModel:
    """The model from what was saved on the `planned` days; both ends of a month that the year cuts in two are one month."""
    month = month % 12
    x_all = np.column_stack([at.spread, at.departure])
    x_mean = np.column_stack([month_means(column, planned, month) for column in x_all.T])
    means = [month_means(values, planned, month) for values in (saved.money, saved.bought, saved.sold)]
    x, y = (x_all - x_mean)[planned], (saved.money - means[0])[planned]
    slopes: Array = np.zeros(2)
    r_squared = None
    if planned.sum() >= LEAST_DAYS and (np.ptp(x, axis=0) > 0).any():
        slopes = np.asarray(np.linalg.lstsq(x, y, rcond=1e-8)[0], dtype=np.float64)
        varied = float((y**2).sum())
        r_squared = 1 - float(((y - x @ slopes) ** 2).sum()) / varied if varied > 1e-9 else None
    expected = (means[0] + (x_all - x_mean) @ slopes, means[1], means[2])
    known = (saved.money, saved.bought, saved.sold)
    return SavingsModel(Saved(*(np.where(planned, *pair) for pair in zip(known, expected, strict=True))), at, slopes, r_squared)


def month_means(values: Array, counted: NDArray[np.bool_], month: Indices) -> Array:
    """Mean over the counted days of its month for each day; over all counted days where its month has none."""
    counts = np.bincount(month[counted], minlength=int(month.max()) + 1)
    sums = np.bincount(month[counted], weights=values[counted], minlength=len(counts))
    overall = float(values[counted].mean()) if counted.any() else 0.0
    means: Array = np.divide(sums, counts, out=np.full(len(counts), overall), where=counts > 0)
    return np.asarray(means[month])
