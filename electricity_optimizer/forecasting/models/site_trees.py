"""Boosted trees (LightGBM) for a site's meter: three quantiles, each trained on all quarter hours at once, and their conformal moves.

A fit holds out the last four weeks (half of a shorter history): trees of the days before are scored on them beside blend, naive and
prior, and how far they missed there moves the quantiles (`sites/bands.py`). Then the trees are grown again on everything. One thread,
row-wise histograms and a seed make two fits equal; the trees are LightGBM's own text, kept as bytes.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.models.trees import SAME_EVERY_TIME, train, tree_values
from electricity_optimizer.forecasting.protocol import Fitted
from electricity_optimizer.forecasting.sites.bands import LEVELS, Banded, banded, conformal
from electricity_optimizer.forecasting.sites.days import Array, MeterDays
from electricity_optimizer.forecasting.sites.features import WINDOW, QuarterRows
from electricity_optimizer.forecasting.sites.scores import band_scores

LEAST_DAYS = 28
HELD_OUT_DAYS = 28
FIRST_ROW = 7  # before it there are hardly any lags
NEEDED_ROWS = 2 * WINDOW  # that the features of one day look back, beside the age of the readings
LEAST_WIDTH = 1e-3
NEEDED_SHARE = 0.9  # of an input must be known for the trees to use it
NAMES = tuple(f"trees_q{round(100 * level)}" for level in LEVELS)
TREES = 150
PARAMETERS: dict[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    **SAME_EVERY_TIME,
    "max_bin": 63,
}


@dataclasses.dataclass(frozen=True)
class SiteTrees:
    """Trees of one quantity: `rows` are its features. In the dark it is nothing, and nothing is learnt from that.

    `in_widths`: whether its quantiles are moved by shares of the band's own width, or else by power.
    """

    name: str
    rows: Callable[[MeterDays, int, int], QuarterRows]
    in_widths: bool

    def fit(self, known: MeterDays, seed: int) -> Fitted:
        """The trees, from what is known for the last day of `known` (a table from `known_for`).

        They serve as long as readings come no later than now. Raises ForecastError below four weeks of readings.
        """
        if known.days_known < LEAST_DAYS:
            what = f"{known.days_known} days of readings, {LEAST_DAYS} are needed"
            raise ForecastError(what, where=self._where(known), remedy="use the blend until then")
        read = np.isfinite(known.value)
        inputs = tuple(name for name, values in known.inputs.items() if np.isfinite(values[read]).mean() >= NEEDED_SHARE)
        rows = self.rows(known.with_inputs(inputs), known.age, FIRST_ROW)
        target = np.where(known.dark, np.nan, known.value)[FIRST_ROW:] / rows.scale - rows.base
        held = slice(len(target) - 1 - min(HELD_OUT_DAYS, known.days_known // 2), len(target) - 1)
        earlier = _train(rows.values, target, held.start - 1 - (known.age + 1) // 2, seed)
        tried = np.stack([tree_values(text, rows.values[held]) for text in earlier])
        units = self._units(tried[0], tried[2])
        scores = _held_out_scores(target[held] + rows.base[held], tried + rows.base[held], units, rows.scale[held], known.limit)
        trees = _train(rows.values, target, len(target), seed)
        down, up = conformal(target[held] / units, tried[0] / units, tried[2] / units)
        arrays: dict[str, Any] = {name: np.frombuffer(text, dtype=np.uint8) for name, text in zip(NAMES, trees, strict=True)}
        card = {"age": known.age, "held_out_days": held.stop - held.start, "features": list(rows.names), "scores": scores}
        settings = {"trees": TREES, "seed": seed, "parameters": PARAMETERS, "trained_quarters": int(np.isfinite(target).sum())}
        return Fitted(self.name, known.last_day, inputs, (), {**arrays, "down": down, "up": up}, card | settings)

    def predict(self, fitted: Fitted, known: MeterDays) -> Banded:
        """Quantiles of the last day of `known`, (96,).

        Raises ForecastError when the readings end earlier than the trees are used to, or an input of the day is not known.
        """
        age = int(fitted.card["age"])
        if known.age > age:
            what = f"readings end {known.age / 2:g} days before gate closure, the trees know {age / 2:g}"
            raise ForecastError(what, where=self._where(known), remedy="use the blend, or fit again")
        dark = known.dark[-1]
        needed = {"prior": known.prior, **{name: known.inputs[name] for name in fitted.inputs}}
        lacking = [name for name, values in needed.items() if np.isnan(values[-1][~dark]).any()]
        if lacking:
            raise ForecastError(f"{', '.join(lacking)} of the day is not known", where=self._where(known), remedy="use the blend")
        rows = self.rows(known.with_inputs(fitted.inputs).tail(NEEDED_ROWS + age), age, -1)
        values = np.stack([tree_values(bytes(fitted.arrays[name]), rows.values)[0] for name in NAMES])
        low, middle, high = np.where(dark, 0.0, (values + rows.base[0]) * rows.scale[0])
        units = self._units(values[0], values[2]) * rows.scale[0]
        down, up = (np.where(dark, 0.0, fitted.arrays[name] * units) for name in ("down", "up"))
        return banded(low - down, middle, high + up, known.limit)

    def _units(self, low: Array, high: Array) -> Array:
        """What moves of the quantiles are counted in: widths of the band, or ones."""
        return np.maximum(high - low, LEAST_WIDTH) if self.in_widths else np.ones_like(low)

    def _where(self, known: MeterDays) -> str:
        return f"{self.name} {known.last_day}"


def _held_out_scores(target: Array, tried: Array, units: Array, scale: Array, limit: float) -> dict[str, float | None]:
    """Scores of the held-out days, the band of every other day moved by what was learnt on the days between."""
    low, middle, high = tried.copy()
    for fold in (0, 1):
        down, up = conformal(*((values / units)[1 - fold :: 2] for values in (target, tried[0], tried[2])))
        low[fold::2] -= down * units[fold::2]
        high[fold::2] += up * units[fold::2]
    return band_scores(target * scale, banded(low * scale, middle * scale, high * scale, limit))


def _train(features: Array, target: Array, end: int, seed: int) -> list[bytes]:
    """The trees of each level, from the known cells of the days before row `end`."""
    known = np.isfinite(target[:end])
    return train(features[:end][known], target[:end][known], PARAMETERS | {"seed": seed}, TREES, [{"alpha": level} for level in LEVELS])
