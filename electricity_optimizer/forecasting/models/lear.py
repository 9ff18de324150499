"""LEAR: a LASSO for each hour of the day over past prices and known-ahead inputs, fitted on the last `window` days.

Inputs as in Lago, Marcjasz, De Schutter, Weron (Applied Energy 293, 2021, 116983): the 24 prices of d-1, d-2, d-3 and d-7, the
24 values of each known-ahead input of d, d-1 and d-7, and the weekday (`calendar.py`). Prices and inputs are scaled by median and median
absolute deviation and passed through asinh (Uniejewski, Weron, Ziel, IEEE Transactions on Power Systems 33, 2018), which tames spikes and
lives with negative prices. The penalty is chosen by AICc over the whole path (`lasso.py`), not by the reference's LARS-AIC: that depends on
a quirk of scikit-learn before 1.1 and fails on short windows.

Missing values: a day of the window with any value missing is not trained on. An input is used when the day to forecast has it and at
least nine tenths of the window have it; what a forecast day lacks is said by ForecastError, and the walk refits without it.
"""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.calendar import quantities, weekdays
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.models.lasso import lasso_by_aicc
from electricity_optimizer.forecasting.protocol import Fitted, InputsMissingError
from electricity_optimizer.forecasting.robust import middle_and_width

PRICE_LAGS = (1, 2, 3, 7)  # days
INPUT_LAGS = (0, 1, 7)
LONGEST_LAG = 7
NEEDED_SHARE = 0.9  # of a window's days must be complete: a short history leaves the window out, it is never padded
MARGIN = 1.0  # in asinh units: no forecast further than e times beyond what the window has seen


@dataclasses.dataclass(frozen=True)
class Lear:
    """LEAR over the last `window` days, of which the first seven serve as lags only."""

    window: int
    refit_days: int

    @property
    def name(self) -> str:
        """lear_56 for a window of 56 days."""
        return f"lear_{self.window}"

    def fit(self, known: DayTable, _seed: int, /) -> Fitted:
        """24 sets of coefficients. Raises ForecastError when the window is longer than the history or has too many holes."""
        end = len(known) - 1
        if end < self.window:
            raise ForecastError(f"{end} days of history, {self.window} are needed", where=self._where(known), remedy="leave the window out")
        rows = np.arange(end - self.window + LONGEST_LAG, end)
        often = [name for name in quantities(known) if _often_known(known.inputs[name][rows])]
        inputs = tuple(name for name in often if _has_input(known, name))
        features, prices = _features(known, rows, inputs), known.price[rows]
        whole = np.isfinite(features).all(axis=1) & np.isfinite(prices).all(axis=1)
        if whole.sum() < NEEDED_SHARE * len(rows):
            what = f"only {whole.sum()} of {len(rows)} days of the window are complete"
            raise ForecastError(what, where=self._where(known), remedy="fill the missing prices and inputs")
        arrays, count = _fit_hours(features[whole], prices[whole])
        card = {"window_days": self.window, "trained_days": int(whole.sum()), "penalty": "LASSO path, AICc", "coefficients": count}
        return Fitted(self.name, known.last_day, inputs, tuple(name for name in often if name not in inputs), arrays, card)

    def predict(self, fitted: Fitted, known: DayTable, /) -> Array:
        """The 24 prices. Raises ForecastError that names a missing price or input."""
        row = np.array([len(known) - 1])
        lacking = [name for name in fitted.inputs if not _has_input(known, name)]
        if lacking:
            raise InputsMissingError(f"input {', '.join(lacking)} is not known", where=self._where(known), remedy="refit without it")
        features = _features(known, row, fitted.inputs)
        if not np.isfinite(features).all():
            what = "a price of the last seven days is not known"
            raise ForecastError(what, where=self._where(known), remedy="fetch the prices of the days before")
        part = fitted.arrays
        scaled = (_squash(features, part["feature_middle"], part["feature_width"]) - part["feature_mean"]) / part["feature_spread"]
        level = (scaled @ part["coefficients"])[0] + part["price_mean"]
        level = np.clip(level, part["price_low"], part["price_high"])
        hourly: Array = np.sinh(level) * part["price_width"] + part["price_middle"]
        return hourly

    def _where(self, known: DayTable) -> str:
        return f"{self.name} {known.last_day}"


def _often_known(values: Array) -> bool:
    return bool(np.isfinite(values).all(axis=1).mean() >= NEEDED_SHARE)


def _has_input(known: DayTable, name: str) -> bool:
    if name not in known.inputs or len(known) <= LONGEST_LAG:
        return False
    return all(bool(np.isfinite(known.inputs[name][-1 - lag]).all()) for lag in INPUT_LAGS)


def _features(known: DayTable, rows: NDArray[np.int64], inputs: tuple[str, ...]) -> Array:
    """(rows, features): lagged prices, lagged inputs, seven weekday columns (Monday first)."""
    blocks = [known.price[rows - lag] for lag in PRICE_LAGS]
    blocks += [known.inputs[name][rows - lag] for name in inputs for lag in INPUT_LAGS]
    return np.hstack([*blocks, np.eye(7)[weekdays(known, rows)]])


def _fit_hours(features: Array, prices: Array) -> tuple[dict[str, Array], float]:
    """Everything `predict` needs, and the mean number of coefficients of an hour."""
    middle, width = middle_and_width(features, 0)
    x, price_middle, price_width = _squash(features, middle, width), *middle_and_width(prices, 0)
    y = _squash(prices, price_middle, price_width)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    x, y_mean = (x - mean) / spread, y.mean(axis=0)
    centred = y - y_mean
    gram, correlation = x.T @ x, x.T @ centred
    squares = (centred**2).sum(axis=0)
    chosen = [lasso_by_aicc(gram, correlation[:, hour].copy(), float(squares[hour]), len(x)) for hour in range(HOURS)]
    coefficients = np.column_stack([values for values, _ in chosen])
    arrays = {
        "coefficients": coefficients,
        "penalty": np.array([penalty for _, penalty in chosen]),
        "feature_middle": middle,
        "feature_width": width,
        "feature_mean": mean,
        "feature_spread": spread,
        "price_middle": price_middle,
        "price_width": price_width,
        "price_mean": y_mean,
        "price_low": y.min(axis=0) - MARGIN,
        "price_high": y.max(axis=0) + MARGIN,
    }
    return arrays, float((coefficients != 0).sum()) / HOURS


def _squash(values: Array, middle: Array, width: Array) -> Array:
    squashed: Array = np.arcsinh((values - middle) / width)
    return squashed
