"""What optimisation saves on a day, and how that follows prices.

Under other prices a site would plan otherwise, and planning 365 days for each of 200 price years is out of reach. So what a day saves is
taken to be affine in five figures of its prices, around the day as it was planned:
- spread of the import price (its dearest six hours less its cheapest six), its departure from the mean of the month, and what the habits
  pay more than at the mean of the day: how much can be moved within a day and to the days beside it, and how badly it lies by habit. The
  slopes are fitted by least squares over planned weeks beside a yearly wave, so that a winter's heat is not mistaken for an effect of
  prices, and a car that waits for tomorrow not for a saving of today; `r_squared` says what they explain beyond the wave;
- mean of the month of the import and of the export price. No fit is needed: what a plan costs changes with the price of all hours by the
  energy that it takes (envelope theorem), so the saving by the energy that it takes less or gives more than the habits.
A day that was not planned is given what the fit and the means of its month expect of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.tariffs.switching.year import Array, Indices

SIX_HOURS = 24
WEEK = 7
LEAST_WEEKS = 10


@dataclass(frozen=True)
class Figures:
    """Of the prices of each day: `shape` (days, 3) and the means of the month of import and export price (days,).

    The shape is spread and departure of the import price, and what the habits pay more than at the mean of the day.
    """

    shape: Array
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
    """Savings of each day under its own prices, whose figures are `at`, and the slopes of their shape around them."""

    saved: Saved
    at: Figures
    slopes: Array
    r_squared: float | None

    def under(self, other: Figures) -> Array:
        """Savings by day under prices of `other` figures."""
        shape = (other.shape - self.at.shape) @ self.slopes
        level = self.saved.bought * (other.buy - self.at.buy) + self.saved.sold * (other.sell - self.at.sell)
        return np.asarray(self.saved.money + shape + level)


def figures_of(buy: Array, sell: Array, month: Indices, taken: Array) -> Figures:
    """Figures of import and export prices (days, 96) in currency per kWh; `month` numbers the month of each day.

    `taken` (days, 96) is what the habits take, in kWh.
    """
    ordered = np.partition(buy, (SIX_HOURS - 1, buy.shape[1] - SIX_HOURS), axis=1)
    spread = ordered[:, -SIX_HOURS:].mean(axis=1) - ordered[:, :SIX_HOURS].mean(axis=1)
    level, sold = buy.mean(axis=1), sell.mean(axis=1)
    every = np.ones(len(month), dtype=np.bool_)
    by_month = month_means(level, every, month)
    above = (taken * (buy - level[:, None])).sum(axis=1)
    return Figures(np.column_stack([spread, level - by_month, above]), by_month, month_means(sold, every, month))


def fit_savings(saved: Saved, planned: NDArray[np.bool_], at: Figures, month: Indices) -> SavingsModel:
    """The model from what was saved on the `planned` days; both ends of a month that the year cuts in two are one month."""
    of_year = month % 12
    slopes, r_squared = _slopes(saved.money, planned, at.shape)
    shape = at.shape - np.column_stack([month_means(column, planned, of_year) for column in at.shape.T])
    known = (saved.money, saved.bought, saved.sold)
    means = [month_means(values, planned, of_year) for values in known]
    expected = (means[0] + shape @ slopes, means[1], means[2])
    return SavingsModel(Saved(*(np.where(planned, *pair) for pair in zip(known, expected, strict=True))), at, slopes, r_squared)


def _slopes(money: Array, planned: NDArray[np.bool_], shape: Array) -> tuple[Array, float | None]:
    """Slopes of the savings of planned weeks, and what they explain of them; zero below ten weeks or where prices never change."""
    nothing: Array = np.zeros(shape.shape[1])
    weeks = [days for k in range(0, len(money) - WEEK + 1, WEEK) if planned[days := slice(k, k + WEEK)].all()]
    if len(weeks) < LEAST_WEEKS or not (np.ptp(shape, axis=0) > 0).any():
        return nothing, None
    x, y = (np.array([values[days].mean(axis=0) for days in weeks]) for values in (shape, money))
    turn = np.array([days.start for days in weeks]) / len(money) * 2 * np.pi
    wave = np.column_stack([np.ones(len(weeks)), np.sin(turn), np.cos(turn)])
    x, y = (values - wave @ np.linalg.lstsq(wave, values, rcond=None)[0] for values in (x, y))
    slopes = np.asarray(np.linalg.lstsq(x, y, rcond=1e-8)[0], dtype=np.float64)
    varied = float((y**2).sum())
    return slopes, 1 - float(((y - x @ slopes) ** 2).sum()) / varied if varied > 1e-9 else None


def month_means(values: Array, counted: NDArray[np.bool_], month: Indices) -> Array:
    """Mean over the counted days of its month for each day; over all counted days where its month has none."""
    counts = np.bincount(month[counted], minlength=int(month.max()) + 1)
    sums = np.bincount(month[counted], weights=values[counted], minlength=len(counts))
    overall = float(values[counted].mean()) if counted.any() else 0.0
    means: Array = np.divide(sums, counts, out=np.full(len(counts), overall), where=counts > 0)
    return np.asarray(means[month])
