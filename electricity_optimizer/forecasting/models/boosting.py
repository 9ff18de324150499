"""Boosted trees (LightGBM) over all 24 hours at once: one model learns from the whole clock, where LEAR learns each hour alone.

The target is the price above the mean of the same hour of 1, 2 and 7 days ago, in units of the usual daily change of the last four weeks
(`boosting_inputs.py`), under absolute loss. Both were chosen on the year before the test years of NP, BE and DE; the scale alone
is worth 1 % (DE), 4 % (BE) and 10 % (NP). It errs otherwise than LEAR, so their mean beats both. G. Ke and others, LightGBM, NeurIPS 2017.

A fit is the trees as LightGBM's own text, kept as bytes in an array. One thread, row-wise histograms and a seed make two fits equal.

Missing values: an hour is not trained on without its price and those of the seven days before. An input is used when the day to forecast
has it, with its lags, and so do half a year of the window; where the window lacks it the trees see a hole. So a long window keeps the
prices from before an input began. What a forecast day lacks is said by ForecastError, and the walk refits without it.
"""

import dataclasses
from typing import Any

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.calendar import quantities
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.models.boosting_inputs import INPUT_LAGS, PRICE_LAGS, hour_rows
from electricity_optimizer.forecasting.models.trees import SAME_EVERY_TIME, train, tree_values
from electricity_optimizer.forecasting.protocol import Fitted, InputsMissingError
from electricity_optimizer.forecasting.scale import LONGEST_LAG

NEEDED_SHARE = 0.75  # of the window must be there: trees need many days rather than a certain number
INPUT_DAYS = 182  # or nine tenths of a shorter window must have an input for it to be used
TREES = 300
PARAMETERS: dict[str, Any] = {
    "objective": "l1",
    "learning_rate": 0.05,
    "num_leaves": 63,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.4,
    **SAME_EVERY_TIME,
    "max_bin": 63,
}


@dataclasses.dataclass(frozen=True)
class Boosting:
    """Boosted trees over the last `window` days, of which the first 29 serve as lags only."""

    window: int
    refit_days: int = 7  # MAE of the validation year of NP 1.349, and 1.384 when refitted every 28 days

    @property
    def name(self) -> str:
        """boosting_728 for a window of 728 days."""
        return f"boosting_{self.window}"

    def fit(self, known: DayTable, seed: int, /) -> Fitted:
        """The trees. Raises ForecastError when the window is longer than the history or has too many holes."""
        end = len(known) - 1
        rows = np.arange(max(end - self.window, 0) + LONGEST_LAG, end)
        if end < NEEDED_SHARE * self.window:
            what = f"{end} days of history, {NEEDED_SHARE:.0%} of {self.window} are needed"
            raise ForecastError(what, where=self._where(known), remedy="leave the window out")
        often = [name for name in quantities(known) if _often_known(known.inputs[name][rows])]
        inputs = tuple(name for name in often if _has_input(known, name))
        hours = hour_rows(known, rows, inputs)
        target = (known.price[rows] - hours.base) / hours.scale
        whole = hours.whole & np.isfinite(target)
        if whole.mean() < NEEDED_SHARE:
            what = f"only {whole.mean():.0%} of the window's hours have their prices"
            raise ForecastError(what, where=self._where(known), remedy="fill the missing prices")
        (text,) = train(hours.values[whole], target[whole], PARAMETERS | {"seed": seed}, TREES)
        card: dict[str, Any] = {
            "window_days": self.window,
            "trained_hours": int(whole.sum()),
            "trees": TREES,
            "seed": seed,
            "parameters": PARAMETERS,
        }
        card["features"] = list(hours.names)
        arrays: dict[str, Any] = {"trees": np.frombuffer(text, dtype=np.uint8), "least_scale": np.array([hours.least_scale])}
        return Fitted(self.name, known.last_day, inputs, tuple(name for name in often if name not in inputs), arrays, card)

    def predict(self, fitted: Fitted, known: DayTable, /) -> Array:
        """The 24 prices. Raises ForecastError that names a missing price or input."""
        lacking = [name for name in fitted.inputs if not _has_input(known, name)]
        if lacking:
            raise InputsMissingError(f"input {', '.join(lacking)} is not known", where=self._where(known), remedy="refit without it")
        row = np.array([len(known) - 1])
        if len(known) <= LONGEST_LAG or not all(np.isfinite(known.price[row - lag]).all() for lag in PRICE_LAGS):
            what = "a price of the last seven days is not known"
            raise ForecastError(what, where=self._where(known), remedy="fetch the prices of the days before")
        hours = hour_rows(known, row, fitted.inputs, float(fitted.arrays["least_scale"][0]))
        if not np.isfinite(hours.scale).all():
            what = "no two days running of the last four weeks are known"
            raise ForecastError(what, where=self._where(known), remedy="fetch the prices of the days before")
        relative = tree_values(bytes(fitted.arrays["trees"]), hours.values[0])
        hourly: Array = relative * hours.scale[0] + hours.base[0]
        return hourly

    def _where(self, known: DayTable) -> str:
        return f"{self.name} {known.last_day}"


def _often_known(values: Array) -> bool:
    return bool(np.isfinite(values).all(axis=1).sum() >= min(INPUT_DAYS, 0.9 * len(values)))


def _has_input(known: DayTable, name: str) -> bool:
    if name not in known.inputs or len(known) <= max(INPUT_LAGS):
        return False
    return all(bool(np.isfinite(known.inputs[name][-1 - lag]).all()) for lag in INPUT_LAGS)
