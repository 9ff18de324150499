"""What the network reads of a day: scaled lagged prices and known-ahead inputs, as a row and as curves around each hour.

Prices of d-1, d-2, d-3 and d-7, inputs of d, d-1 and d-7, all 24 hours each, weekday and season. Scaled by median and median absolute
deviation and passed through asinh, as in LEAR; then to mean 0 and standard deviation 1.

Three views of the same day: prices as they are, relative to the mean of the week before, and relative to that of the day before. None is
better everywhere, so the members take turns. MAE of the validation years, four members with one view: NP 1.59 as they are, 1.49 relative
to the week, DE 3.26 and 3.32; with two views NP 1.493, DE 3.258; six members with three views 1.451 and 3.248.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.calendar import weekdays
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.robust import middle_and_width

PRICE_LAGS = (1, 2, 3, 7)  # days
INPUT_LAGS = (0, 1, 7)
LONGEST_LAG = 7
LEVEL_DAYS = (0, 7, 1)  # the views: prices relative to their mean of so many days before, 0: as they are
VIEWS = len(LEVEL_DAYS)
AS_THEY_ARE = LEVEL_DAYS.index(0)
NEIGHBOURS = 2  # hours on each side of an hour
_YEAR = 365.2425

Single = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Some days, scaled, in each view: `day` (views, rows, features) and `local` (views, rows, 24, curves x 5 hours) around each hour."""

    day: Single
    local: Single


@dataclasses.dataclass(frozen=True)
class Days:
    """Some days, unscaled: `curves` (views, rows, 24 for each lag of price and inputs), `calendar` (rows, 11), `level` (views, rows, 1)."""

    curves: Array
    calendar: Array
    level: Array


def days_of(known: DayTable, rows: NDArray[np.int64], inputs: tuple[str, ...]) -> Days:
    """The days in `rows` of `known`, none of which is among its first seven; NaN where a value is unknown."""
    means = np.stack([known.price[rows - lag].mean(axis=1) for lag in range(1, LONGEST_LAG + 1)])
    level = np.stack([means[:days].mean(axis=0) if days else np.zeros(len(rows)) for days in LEVEL_DAYS])[:, :, None]
    prices = np.concatenate([known.price[rows - lag] - level for lag in PRICE_LAGS], axis=2)
    ahead = [known.inputs[name][rows - lag] for name in inputs for lag in INPUT_LAGS]
    curves = np.concatenate([prices, *(np.stack([curve] * VIEWS) for curve in ahead)], axis=2)
    return Days(curves, _calendar(known, rows), level)


def _calendar(known: DayTable, rows: NDArray[np.int64]) -> Array:
    weekday = np.eye(7)[weekdays(known, rows)]
    turn = 2 * math.pi / _YEAR * (known.first_day.toordinal() + rows)[:, None]
    return np.hstack([weekday, np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)])


def scales(days: Days) -> dict[str, Array]:
    """What `scaled` needs, from the days trained on."""
    middle, width = middle_and_width(days.curves, 1, keepdims=True)
    features = _features(days, middle, width)
    spread = features.std(axis=1, keepdims=True)
    return {"middle": middle, "width": width, "mean": features.mean(axis=1, keepdims=True), "spread": np.where(spread > 1e-9, spread, 1.0)}


def _features(days: Days, middle: Array, width: Array) -> Array:
    squashed = np.arcsinh((days.curves - middle) / width)
    return np.concatenate([squashed, np.stack([days.calendar] * VIEWS)], axis=2)


def scaled(days: Days, scale: Mapping[str, Array]) -> Rows:
    """The days as the network reads them. Beyond midnight stands the last hour once more."""
    features = (_features(days, scale["middle"], scale["width"]) - scale["mean"]) / scale["spread"]
    views, rows, columns = days.curves.shape
    by_hour = features[:, :, :columns].reshape(views, rows, -1, HOURS)
    padded = np.pad(by_hour, ((0, 0), (0, 0), (0, 0), (NEIGHBOURS, NEIGHBOURS)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1, axis=3)
    local = around.transpose(0, 1, 3, 2, 4).reshape(views, rows, HOURS, -1)
    return Rows(features.astype(np.float32), np.ascontiguousarray(local, dtype=np.float32))
