"""Analogs: the price of tomorrow is what it was on the past days most like it, told in the units of today.

A past day is like the one to forecast when what was known at its gate closure is alike (`similar/vectors.py`) and when a linear model
expects the same of both. That model is a ridge regression from the vector to the day's 24 deviations: price above the mean of the same
hour of 1, 2 and 7 days ago, in units of the usual daily change. Its expectation stands beside the vector as 24 more numbers: a metric
learnt from the target, so that what moves prices counts (predictive mean matching: Little, Journal of Business & Economic Statistics 6,
1988).

The forecast is the usual level plus the weighted mean deviation of the neighbours, each moved by `CORRECTION` of the difference between
what the linear model expects of this day and of that one (local regression: Cleveland and Devlin 1988; between analogs alone and the
line alone). Neighbours come from the index of `similar/index.py`. A fit is the index and the regression as arrays.

All constants were chosen on the year before the test years of NP and DE (MAE there: NP 1.554, DE 3.62; lear_84 1.724 and 3.79, naive
2.526 and 7.26). Half the correction costs 1 %, twice or half the neighbours 1 %, without the regression it is 1.73 and 4.06.
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.protocol import Fitted, InputsMissingError
from electricity_optimizer.forecasting.scale import LONGEST_LAG
from electricity_optimizer.forecasting.similar.index import DayIndex
from electricity_optimizer.forecasting.similar.vectors import (
    BASE_LAGS,
    Scales,
    ahead_vectors,
    scales_before,
    used_inputs,
    usual_level,
)

NEIGHBOURS = 40
FALL_OFF = 4.0  # the farthest neighbour weighs exp(-FALL_OFF) of what a twin weighs
CORRECTION = 0.6
PENALTY = 100.0  # of the ridge, in days
CALM = 8.0  # deviations beyond are cut for the regression: a spike is no line
LEAST_DAYS = 56  # of neighbours to choose from


@dataclasses.dataclass(frozen=True)
class Analog:
    """Analogs among the last `window` days."""

    window: int = 1456
    refit_days: int = 7
    name: str = "analog"

    def fit(self, known: DayTable, _seed: int, /) -> Fitted:
        """Index and regression, of the whole history while that is shorter.

        Raises ForecastError when fewer than `LEAST_DAYS` days are known whole.
        """
        end = len(known) - 1
        rows = np.arange(max(end - self.window, LONGEST_LAG), max(end, LONGEST_LAG))
        often = used_inputs(known, end)
        inputs = [name for name in often if _has_input(known, name)]
        scales = scales_before(known, end, inputs)
        if len(rows) < LEAST_DAYS:
            self._refuse(known, len(rows))
        vectors, deviations = ahead_vectors(known, rows, scales), _deviations(known, rows, scales)
        whole = np.isfinite(vectors).all(axis=1) & np.isfinite(deviations).all(axis=1)
        if whole.sum() < LEAST_DAYS:
            self._refuse(known, int(whole.sum()))
        rows, vectors, deviations = rows[whole], vectors[whole], deviations[whole]
        regression = _ridge(vectors, np.clip(deviations, -CALM, CALM))
        expected = _expected(regression, vectors)
        index = DayIndex(vectors.shape[1] + HOURS)
        index.add([known.first_day + dt.timedelta(days=int(row)) for row in rows], _places(vectors, expected))
        arrays: dict[str, Any] = {**regression, "deviations": deviations, "expected": expected}
        arrays["index"] = np.frombuffer(index.to_bytes(), dtype=np.uint8)
        card = {"window_days": self.window, "days": len(rows), "neighbours": NEIGHBOURS, "scales": scales.card()}
        return Fitted(self.name, known.last_day, tuple(inputs), tuple(name for name in often if name not in inputs), arrays, card)

    def predict(self, fitted: Fitted, known: DayTable, /) -> Array:
        """The 24 prices. Raises ForecastError that names a missing price or input."""
        where = f"{self.name} {known.last_day}"
        lacking = [name for name in fitted.inputs if not _has_input(known, name)]
        if lacking:
            raise InputsMissingError(f"input {', '.join(lacking)} is not known", where=where, remedy="refit without it")
        row, scales = np.array([len(known) - 1]), Scales.from_card(fitted.card["scales"])
        vector = ahead_vectors(known, row, scales) if len(known) > LONGEST_LAG else np.array([[np.nan]])
        if not np.isfinite(vector).all():
            what = "a price of the last week, or every change of the last four, is not known"
            raise ForecastError(what, where=where, remedy="fetch the prices of the days before")
        expected = _expected(fitted.arrays, vector)
        index, rows = _opened(bytes(fitted.arrays["index"]), vector.shape[1] + HOURS)
        found = index.like(_places(vector, expected)[0], NEIGHBOURS)
        chosen = np.array([rows[similar.day] for similar in found])
        weights = _weights(np.array([similar.distance for similar in found]))
        moved = expected[0] - fitted.arrays["expected"][chosen]
        base, scale = usual_level(known, row, scales.least_scale)
        hourly: Array = base[0] + scale[0] * (weights @ (fitted.arrays["deviations"][chosen] + CORRECTION * moved))
        return hourly

    def _refuse(self, known: DayTable, days: int) -> None:
        what = f"{days} days are known whole, {LEAST_DAYS} are needed"
        raise ForecastError(what, where=f"{self.name} {known.last_day}", remedy="leave it out until there are more")


def _has_input(known: DayTable, name: str) -> bool:
    if name not in known.inputs or len(known) <= max(BASE_LAGS):
        return False
    return all(bool(np.isfinite(known.inputs[name][-1 - lag]).all()) for lag in (0, *BASE_LAGS))


def _deviations(known: DayTable, rows: NDArray[np.int64], scales: Scales) -> Array:
    base, scale = usual_level(known, rows, scales.least_scale)
    deviations: Array = (known.price[rows] - base) / scale[:, None]
    return deviations


def _ridge(vectors: Array, target: Array) -> dict[str, Array]:
    """Slopes (dimension, 24) on standardised columns with `centre` and `spread`, and the mean `target` (24,)."""
    centre, spread, mean = vectors.mean(axis=0), vectors.std(axis=0), target.mean(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    columns = (vectors - centre) / spread
    slopes = np.linalg.solve(columns.T @ columns + PENALTY * np.eye(columns.shape[1]), columns.T @ (target - mean))
    return {"centre": centre, "spread": spread, "slopes": slopes, "mean": mean}


def _expected(regression: Mapping[str, Array], vectors: Array) -> Array:
    """The deviations (rows, 24) that the regression expects of `vectors`."""
    expected: Array = (vectors - regression["centre"]) / regression["spread"] @ regression["slopes"] + regression["mean"]
    return expected


def _places(vectors: Array, expected: Array) -> Array:
    """Where days stand in the index: their vectors and what is expected of them, whose 24 hours count as one quantity."""
    return np.hstack([vectors, expected / np.sqrt(HOURS)])


def _weights(distances: Array) -> Array:
    """Weights of neighbours, nearest first, by a Gaussian of their distance; they sum to 1."""
    farthest = distances[-1] or 1.0
    weights = np.exp(-FALL_OFF * (distances / farthest) ** 2)
    share: Array = weights / weights.sum()
    return share


@functools.lru_cache(maxsize=8)
def _opened(body: bytes, dimension: int) -> tuple[DayIndex, dict[dt.date, int]]:
    """The stored index and the row of each of its days: reading it takes longer than a forecast."""
    index = DayIndex.from_bytes(body, dimension)
    return index, {day: row for row, day in enumerate(index.days)}
