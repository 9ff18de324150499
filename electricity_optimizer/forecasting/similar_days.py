"""Days like this one: a vector a delivery day, and an index (HNSW) that finds its nearest neighbours.

The vector is the shape of the day's prices and known inputs, each scaled by its own median and spread so that no unit
outweighs another, plus the place in the week. The scales are those of the days before the window that is asked, so that no later price
changes an earlier day's neighbours. hnswlib accepts a wrong dimension on load, NaN vectors, and forgets `ef`
silently; hence our own checks. Method: Malkov and Yashunin 2016 (arXiv 1603.09320).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import hnswlib
import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import Array, DayTable

NEIGHBOUR_LINKS = 16
SEARCH_WIDTH = 200
LEAST_DAYS = 7
"""So many days set the scales at least: those of the first week of all history are its own."""
WEEK_WEIGHT = 1.5
"""How much the place in the week counts, in spreads: weekends are another market."""


@dataclass(frozen=True)
class SimilarDay:
    """A day like the one asked for; `distance` is Euclidean in scaled units, 0 for the same day."""

    day: dt.date
    distance: float


class SimilarDays:
    """Index of delivery days by their vectors; it grows day by day and knows only what was added."""

    def __init__(self, dimension: int, capacity: int) -> None:
        self.days: list[dt.date] = []
        self._dimension = dimension
        self._index = hnswlib.Index(space="l2", dim=dimension)
        self._index.init_index(max_elements=capacity, ef_construction=SEARCH_WIDTH, M=NEIGHBOUR_LINKS, random_seed=1)
        self._index.set_ef(SEARCH_WIDTH)

    def add(self, day: dt.date, vector: Array) -> None:
        """Add one day. Raises ForecastError for unknown values or a vector of another length."""
        self._index.add_items(self._checked(vector), [len(self.days)], num_threads=1)  # one thread: the same index every time
        self.days.append(day)

    def like(self, vector: Array, count: int) -> list[SimilarDay]:
        """The `count` days nearest to `vector`, nearest first; fewer while fewer are known, at most `SEARCH_WIDTH`."""
        wanted = min(count, len(self.days), SEARCH_WIDTH)
        if not wanted:
            return []
        labels, squares = self._index.knn_query(self._checked(vector), k=wanted, num_threads=1)
        return [SimilarDay(self.days[label], float(np.sqrt(square))) for label, square in zip(labels[0], squares[0], strict=True)]

    def _checked(self, vector: Array) -> NDArray[np.float32]:
        if vector.shape != (self._dimension,):
            raise ForecastError(f"a vector has shape {vector.shape}", where="similar days", remedy=f"give {self._dimension} numbers")
        if not np.isfinite(vector).all():
            raise ForecastError("a vector has unknown values", where="similar days", remedy="index only days that are known whole")
        return vector.astype(np.float32)[None, :]


def earlier_days_like(table: DayTable, first: dt.date, count: int) -> Iterator[tuple[dt.date, list[SimilarDay]]]:
    """For each day of `table` from `first` on that is known whole: the `count` earlier days most like it, nearest first."""
    vectors = day_vectors(table, first)
    index = SimilarDays(vectors.shape[1], len(vectors))
    for day, vector in zip(table.days, vectors, strict=True):
        if not np.isfinite(vector).all():
            continue
        if day >= first and index.days:
            yield day, index.like(vector, count)
        index.add(day, vector)


def day_vectors(table: DayTable, first: dt.date) -> Array:
    """One row a day of `table`, on the scales of the days before `first`; NaN where a price or input of the day is unknown."""
    before = max((first - table.first_day).days, LEAST_DAYS)
    blocks = [_scaled(values, values[:before]) for values in (table.price, *table.inputs.values())]
    turns = np.array([2 * np.pi * day.weekday() / 7 for day in table.days])
    return np.hstack([*blocks, WEEK_WEIGHT * np.sin(turns)[:, None], WEEK_WEIGHT * np.cos(turns)[:, None]])


def _scaled(values: Array, known: Array) -> Array:
    """(days, 24) in spreads around the median, squashed by asinh against spikes, weighted so that 24 hours count as one quantity."""
    if not np.isfinite(known).any():
        return np.full_like(values, np.nan)
    centre = np.nanmedian(known)
    spread = np.nanmedian(np.abs(known - centre)) or 1.0
    scaled: Array = np.arcsinh((values - centre) / spread) / np.sqrt(values.shape[1])
    return scaled
