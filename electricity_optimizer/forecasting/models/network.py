"""A neural network: linear skip, dense code of the day and convolution along the hours, with quantiles for its head.

Several members with their own first weights and order of days are trained at once on up to four years; their quantiles are averaged, the
median is the point forecast. A net refitted every few months ages (reference/forecasting.md, section 3), and one fitted anew every
week is dear: so the walk hands the last fit over, and the network goes on from its weights, one epoch for each week that passed, until
after a year it begins anew. Beginning anew every four weeks costs thrice as much and gains nothing (MAE of NP 1.500 against 1.493).
Layers: `network_layers.py`, training: `network_training.py`, inputs: `network_inputs.py`.

Missing values: a day with any value missing is not trained on. An input is used when nine tenths of the last year and of the last four
weeks have it. A day that lacks one is left to the other members, because a network of its own for that day would cost seconds.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.calendar import quantities
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.models.network_inputs import (
    AS_THEY_ARE,
    INPUT_LAGS,
    LONGEST_LAG,
    PRICE_LAGS,
    VIEWS,
    Days,
    days_of,
    scaled,
    scales,
)
from electricity_optimizer.forecasting.models.network_layers import LEVELS, MEDIAN, first_weights, forward
from electricity_optimizer.forecasting.models.network_training import Lesson, train
from electricity_optimizer.forecasting.protocol import Fitted
from electricity_optimizer.forecasting.quantiles import at_levels
from electricity_optimizer.forecasting.robust import middle_and_width

NEEDED_SHARE = 0.9  # of the last year, and of the last four weeks, must have an input
MONTH_DAYS = 28
MARGIN = 1.0  # in asinh units: no forecast further than e times beyond what the window has seen
_RATE, _FINE_RATE = 3e-3, 1e-3
_WEIGHT, _SCALE = "weight_", "feature_"  # begin the names of arrays


@dataclasses.dataclass(frozen=True)
class _Window:
    """The complete days of a window, their `prices` less the level (views, rows, 24), and their `age` in days."""

    days: Days
    prices: Array
    age: Array


@dataclasses.dataclass(frozen=True)
class _Course:
    """How a training goes: `epochs` at learning rate `rate`, draws from `seed`."""

    epochs: int
    rate: float
    seed: int


@dataclasses.dataclass(frozen=True)
class Network:
    """`members` networks trained on at most `window` and at least `least_days` days.

    `epochs` are those of a new beginning; `anew_days` after it the next is due.
    """

    refit_days: int = 7
    members: int = 6
    window: int = 1456
    least_days: int = 364
    epochs: int = 15
    anew_days: int = 364

    @property
    def name(self) -> str:
        """Name in the registry."""
        return "network"

    @property
    def _view(self) -> list[int]:
        return [member % VIEWS for member in range(self.members)]

    def fit(self, known: DayTable, seed: int, /) -> Fitted:
        """Fitted anew. Raises ForecastError when fewer than nine tenths of `least_days` days are complete."""
        inputs = self._inputs(known)
        window = self._window(known, inputs)
        middle, width = middle_and_width(window.prices, 1, keepdims=True)
        part = {_SCALE + name: values for name, values in scales(window.days).items()}
        part |= {"price_middle": middle, "price_width": width}
        card = {"anew": known.last_day.isoformat(), "epochs": 0, "members": self.members, "levels": list(LEVELS)}
        start = Fitted(self.name, known.last_day, inputs, arrays=part, card=card)
        return self._learnt(start, window, {}, _Course(self.epochs, _RATE, seed + known.last_day.toordinal()))

    def refit(self, known: DayTable, previous: Fitted, seed: int, /) -> Fitted:
        """`previous` trained further, an epoch for each week that passed; anew when that is due or the inputs are others."""
        anew = dt.date.fromisoformat(previous.card["anew"])
        if (known.last_day - anew).days >= self.anew_days or self._inputs(known) != previous.inputs:
            return self.fit(known, seed)
        weeks = max(1, round((known.last_day - previous.day).days / 7))
        start = dataclasses.replace(previous, day=known.last_day)
        course = _Course(weeks, _FINE_RATE, seed + known.last_day.toordinal())
        return self._learnt(start, self._window(known, previous.inputs), _taken(previous.arrays, _WEIGHT), course)

    def predict(self, fitted: Fitted, known: DayTable, /) -> Array:
        """The 24 prices, the median. Raises ForecastError that names a missing price or input."""
        point: Array = self._heads(fitted, known)[MEDIAN]
        return point

    def quantiles(self, fitted: Fitted, known: DayTable, /) -> Array:
        """Quantiles (19, 24), ascending: between those of the heads. Raises as `predict`."""
        return at_levels(LEVELS, self._heads(fitted, known))

    def _heads(self, fitted: Fitted, known: DayTable) -> Array:
        """Quantiles (9, 24) of the heads, ascending: the mean over the members."""
        self._check(fitted, known)
        part = fitted.arrays
        day, view = days_of(known, np.array([len(known) - 1]), fitted.inputs), self._view
        rows = scaled(day, _taken(part, _SCALE))
        fan = forward(np, _taken(part, _WEIGHT), rows.day[view], rows.local[view])[:, 0].astype(np.float64).transpose(0, 2, 1)
        prices = np.sinh(np.clip(fan, part["scaled_low"][view], part["scaled_high"][view])) * part["price_width"][view]
        prices += part["price_middle"][view] + day.level[view]
        mean: Array = np.clip(prices, part["price_low"], part["price_high"]).mean(axis=0)
        return mean

    def _check(self, fitted: Fitted, known: DayTable) -> None:
        where, past = f"{self.name} {known.last_day}", [-1 - lag for lag in PRICE_LAGS]
        if len(known) <= LONGEST_LAG or not np.isfinite(known.price[past]).all():
            what = "a price of the last seven days is not known"
            raise ForecastError(what, where=where, remedy="fetch the prices of the days before")
        days = [-1 - lag for lag in INPUT_LAGS]
        lacking = [name for name in fitted.inputs if name not in known.inputs or not np.isfinite(known.inputs[name][days]).all()]
        if lacking:
            what = f"input {', '.join(lacking)} is not known"
            raise ForecastError(what, where=where, remedy="other models forecast without it")

    def _inputs(self, known: DayTable) -> tuple[str, ...]:
        spans = [slice(-1 - days, -1) for days in (self.least_days, MONTH_DAYS)]
        return tuple(
            name
            for name in quantities(known)
            if all(np.isfinite(known.inputs[name][span]).all(axis=1).mean() >= NEEDED_SHARE for span in spans)
        )

    def _window(self, known: DayTable, inputs: tuple[str, ...]) -> _Window:
        end = len(known) - 1
        rows = np.arange(max(LONGEST_LAG, end - self.window), end)
        days = days_of(known, rows, inputs)
        whole = (
            np.isfinite(days.curves).all(axis=(0, 2))
            & np.isfinite(days.level).all(axis=(0, 2))
            & np.isfinite(known.price[rows]).all(axis=1)
        )
        if whole.sum() < NEEDED_SHARE * self.least_days:
            what = f"only {whole.sum()} complete days of history, {self.least_days} are needed"
            raise ForecastError(what, where=f"{self.name} {known.last_day}", remedy="leave the network out")
        days = Days(days.curves[:, whole], days.calendar[whole], days.level[:, whole])
        return _Window(days, known.price[rows][whole] - days.level, (end - rows[whole]).astype(float))

    def _learnt(self, start: Fitted, window: _Window, weights: Mapping[str, Any], course: _Course) -> Fitted:
        """`start` (its scales) with `weights` after `course` over `window`."""
        part = {name: values for name, values in start.arrays.items() if not name.startswith(_WEIGHT)}
        rows = scaled(window.days, _taken(part, _SCALE))
        target = np.arcsinh((window.prices - part["price_middle"]) / part["price_width"])
        weights = weights or first_weights(rows, target, self._view, course.seed)
        learnt = train(weights, Lesson(rows, target, window.age, self._view), course.epochs, course.rate, course.seed)
        part |= _bounds(target, part)
        part |= {_WEIGHT + name: values for name, values in learnt.items()}
        card = {**start.card, "trained_days": len(window.age), "epochs": start.card["epochs"] + course.epochs}
        return dataclasses.replace(start, arrays=part, card=card)


def _bounds(target: Array, part: Mapping[str, Array]) -> dict[str, Array]:
    """How far a forecast may go: in each view, and by hour in price, since after a spike the level itself is one."""
    low, high = target.min(axis=1, keepdims=True) - MARGIN, target.max(axis=1, keepdims=True) + MARGIN
    prices = [(np.sinh(end) * part["price_width"] + part["price_middle"])[AS_THEY_ARE] for end in (low, high)]
    return {"scaled_low": low, "scaled_high": high, "price_low": prices[0], "price_high": prices[1]}


def _taken(arrays: Mapping[str, Array], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}
