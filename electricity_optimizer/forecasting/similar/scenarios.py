"""Price scenarios of a day: paths with weights that agree with its forecast and move through the day as real days did.

A forecast says of each interval how prices may fall, not whether a dear morning is followed by a dear evening. Days like it do. Of each
its departure is taken, price above the usual level in units of the usual change (as in `vectors.py`, so that days of other years compare);
each interval's quantiles are dealt out to the days in the order of their departures there (Schaake shuffle: Clark, Gangopadhyay, Hay,
Rajagopalan, Wilby, Journal of Hydrometeorology 5, 2004). Then every interval on its own follows the forecast's quantiles, and the paths go
up and down together as the days did. A day weighs by its likeness, and covers so much of the distribution as it weighs.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.scale import LONGEST_LAG, day_scale, least_scale
from electricity_optimizer.forecasting.similar.index import SimilarDay
from electricity_optimizer.forecasting.similar.vectors import usual_level

LEAST_WEIGHT = 1e-3  # of the sum: a scenario nobody would count is none


@dataclass(frozen=True)
class Scenarios:
    """`paths` (n, intervals) in the unit of the forecast with `weights` (n,) that sum to 1; path k moves as `days[k]` did."""

    paths: Array
    weights: Array
    days: tuple[dt.date, ...]

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True)
class Departures:
    """How days went against what was usual: `hourly` (n, 24) in usual changes, of `days`, which weigh `weights` (n,)."""

    hourly: Array
    weights: Array
    days: tuple[dt.date, ...]

    def at(self, hours: Sequence[int]) -> Array:
        """(n, intervals) where interval k lies in local hour `hours[k]`."""
        spread: Array = self.hourly[:, list(hours)]
        return spread


def departures(table: DayTable, neighbours: Sequence[SimilarDay], count: int) -> Departures:
    """Of the `count` nearest of `neighbours` (nearest first) whose prices, and those of the month before, `table` knows.

    Raises ForecastError when there is none.
    """
    rows = {similar: (similar.day - table.first_day).days for similar in neighbours}
    inside = [similar for similar, row in rows.items() if LONGEST_LAG <= row < len(table)]
    if inside:
        at = np.array([rows[similar] for similar in inside])
        least = least_scale(day_scale(table.price, np.arange(LONGEST_LAG, len(table))))
        base, scale = usual_level(table, at, least)
        hourly = (table.price[at] - base) / scale[:, None]
        known = np.isfinite(hourly).all(axis=1)
        inside, hourly = [similar for similar, whole in zip(inside, known, strict=True) if whole][:count], hourly[known][:count]
    if not inside:
        raise ForecastError("no similar day has its prices", where="scenarios", remedy="materialize similar_day_index and prices first")
    weights = _weights(np.array([similar.distance for similar in inside]))
    return Departures(hourly, weights, tuple(similar.day for similar in inside))


def price_scenarios(
    point: Array,
    like: Departures,
    hours: Sequence[int],
    *,
    quantiles: Array | None = None,
    levels: Sequence[float] = LEVELS,
    unit: float = 1.0,
) -> Scenarios:
    """Scenarios around the forecast `point` (intervals,), whose intervals lie in the local `hours`.

    `quantiles` (levels, intervals) ascending are what each interval follows. Without them a path is the point plus the departure of
    its day from the mean one, times `unit`, the usual daily change of now (currency per MWh). Raises ForecastError for unknown values.
    """
    given = point if quantiles is None else quantiles
    if not (np.isfinite(point).all() and np.isfinite(given).all()):
        raise ForecastError("the forecast has unknown values", where="scenarios", remedy="issue the forecast first")
    template = like.at(hours)
    if quantiles is None:
        return Scenarios(point + unit * (template - like.weights @ template), like.weights, like.days)
    shares, bounds = _whole_range(np.asarray(levels), quantiles)
    paths = np.empty_like(template)
    for interval in range(template.shape[1]):
        order = np.argsort(template[:, interval], kind="stable")  # at a tie the nearer day is the lower: any fixed order does
        ranked = like.weights[order]
        paths[order, interval] = np.interp(np.cumsum(ranked) - ranked / 2, shares, bounds[:, interval])
    return Scenarios(paths, like.weights, like.days)


def _whole_range(levels: Array, quantiles: Array) -> tuple[Array, Array]:
    """Levels and quantiles with both ends, as far beyond the outermost quantile as that lies beyond the next."""
    if len(levels) < 2:
        raise ForecastError("fewer than two quantiles are given", where="scenarios", remedy="give the levels of the forecast")
    low = quantiles[0] - (quantiles[1] - quantiles[0])
    high = quantiles[-1] + (quantiles[-1] - quantiles[-2])
    return np.concatenate([[0.0], levels, [1.0]]), np.vstack([low, quantiles, high])


def _weights(distances: Array) -> Array:
    """By a Gaussian of the distance beyond the nearest one, as wide as the median of that; they sum to 1."""
    beyond = distances - distances.min()
    width = float(np.median(beyond)) or 1.0
    weights = np.maximum(np.exp(-0.5 * (beyond / width) ** 2), LEAST_WEIGHT)
    share: Array = weights / weights.sum()
    return share
