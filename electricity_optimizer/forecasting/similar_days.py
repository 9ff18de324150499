"""Days like this one: a vector a delivery day, and an index (HNSW) that finds its nearest neighbours.

The vector is the shape of the day's prices and known inputs, each scaled by its own median and spread over the table so that no unit
outweighs another, plus the place in the week. hnswlib accepts a wrong dimension on load, NaN vectors, and forgets `ef`
silently; hence our own checks. Method: Malkov and Yashunin 2016 (arXiv 1603.09320).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import hnswlib
import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import Array, DayTable

NEIGHBOUR_LINKS = 16
SEARCH_WIDTH = 200
WEEK_WEIGHT = 1.5
"""How much the place in the week counts, in spreads: weekends are another market."""


@dataclass(frozen=True)
class SimilarDay:
    """A day like the one asked for; `distance` is Euclidean in scaled units, 0 for the same day."""

    day: dt.date
    distance: float


class SimilarDays:
    """Index of the delivery days of one zone whose prices and inputs are all known."""

    def __init__(self, days: Sequence[dt.date], vectors: Array) -> None:
        if len(days) != len(vectors) or not len(days):
            raise ForecastError(f"{len(days)} days and {len(vectors)} vectors", where="similar days", remedy="give one vector a day")
        if not np.isfinite(vectors).all():
            raise ForecastError("a vector has unknown values", where="similar days", remedy="index only days that are known whole")
        self.days = list(days)
        self._vectors = vectors.astype(np.float32)
        self._index = hnswlib.Index(space="l2", dim=vectors.shape[1])
        self._index.init_index(max_elements=len(days), ef_construction=SEARCH_WIDTH, M=NEIGHBOUR_LINKS, random_seed=1)
        self._index.add_items(self._vectors, np.arange(len(days)), num_threads=1)  # one thread: the same index every time
        self._index.set_ef(max(SEARCH_WIDTH, 1))

    def like(self, day: dt.date, count: int) -> list[SimilarDay]:
        """The `count` days most like `day`, nearest first, itself left out. Raises ForecastError for a day that is not indexed."""
        if day not in self.days:
            raise ForecastError(f"{day} is not known whole", where="similar days", remedy="publish its prices and inputs first")
        wanted = min(count + 1, len(self.days))
        labels, squares = self._index.knn_query(self._vectors[[self.days.index(day)]], k=wanted, num_threads=1)
        found = [SimilarDay(self.days[label], float(np.sqrt(square))) for label, square in zip(labels[0], squares[0], strict=True)]
        return [similar for similar in found if similar.day != day][:count]


def similar_days(table: DayTable) -> SimilarDays:
    """Index of all days of `table` that are known whole. Raises ForecastError when there is none."""
    blocks = [_scaled(values) for values in (table.price, *table.inputs.values())]
    week = np.array([[np.sin(2 * np.pi * day.weekday() / 7), np.cos(2 * np.pi * day.weekday() / 7)] for day in table.days])
    vectors = np.hstack([*blocks, WEEK_WEIGHT * week])
    whole = np.isfinite(vectors).all(axis=1)
    return SimilarDays([day for day, known in zip(table.days, whole, strict=True) if known], vectors[whole])


def _scaled(values: Array) -> Array:
    """(days, 24) in spreads around the median, squashed by asinh against spikes, weighted so that 24 hours count as one quantity."""
    centre = np.nanmedian(values)
    spread = np.nanmedian(np.abs(values - centre)) or 1.0
    scaled: Array = np.arcsinh((values - centre) / spread) / np.sqrt(values.shape[1])
    return scaled
