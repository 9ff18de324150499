"""What a site needs beyond its battery, as a Markov chain around its forecast: learnt from how past forecasts erred, and for how long.

An error is counted in widths of the forecast's own band, upwards and downwards apart, so that nights and noons can be compared. Its
classes are equally frequent; how one follows another is counted. Meters that tell half hours repeat each value once, so the two quarters
of a half hour are counted apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError

Array = NDArray[np.float64]

CLASSES = 11
PHASES = 2
LEAST_WIDTH_KW = 0.02
LEAST_STEPS = 7 * 96
SMOOTHING = 0.5 / CLASSES
"""So often has every class followed every other one, before anything is counted."""


@dataclass(frozen=True)
class Forecast:
    """Net need in kW with the distances to its upper and its lower decile, all (n,)."""

    middle: Array
    up: Array
    down: Array

    @classmethod
    def of(cls, load: Array, sun: Array) -> "Forecast":
        """From deciles and median (3, n) of load and sun: their errors are independent, so distances add as squares."""
        up = np.hypot(load[2] - load[1], sun[1] - sun[0])
        down = np.hypot(load[1] - load[0], sun[2] - sun[1])
        return cls(load[1] - sun[1], np.maximum(up, LEAST_WIDTH_KW), np.maximum(down, LEAST_WIDTH_KW))

    def widths(self, need_kw: Array) -> Array:
        """The errors of the forecast in widths of its band."""
        error = need_kw - self.middle
        return np.where(error > 0, error / self.up, error / self.down)


@dataclass(frozen=True)
class NeedChain:
    """`edges` (K - 1,) between the classes, `centres` (K,) in widths of the band, `chances` (PHASES, K, K) from class to class."""

    edges: Array
    centres: Array
    chances: Array

    def kind(self, width: float) -> int:
        """The class of an error."""
        return int(np.searchsorted(self.edges, width, side="right"))

    def need_kw(self, forecast: Forecast) -> Array:
        """(n, K): what is needed in each step if the error is of each class."""
        widths = np.where(self.centres > 0, self.centres * forecast.up[:, None], self.centres * forecast.down[:, None])
        return np.asarray(forecast.middle[:, None] + widths, dtype=np.float64)

    def chance(self, first_step: int, steps: int) -> Array:
        """(n, K, K) from `first_step` on, counted in quarter hours of an absolute clock."""
        return np.asarray(self.chances[(first_step + np.arange(steps)) % PHASES], dtype=np.float64)


def learn_need(widths: Array, first_step: int) -> NeedChain:
    """The chain of past errors in widths of the band, (n,) from `first_step` on; NaN where a reading is missing.

    Raises ForecastError below a week of readings.
    """
    known = np.isfinite(widths)
    if known.sum() < LEAST_STEPS:
        what = f"{int(known.sum())} quarter hours of readings"
        raise ForecastError(what, where="need", remedy=f"{LEAST_STEPS} are needed: a week")
    edges = np.quantile(widths[known], np.linspace(0, 1, CLASSES + 1)[1:-1])
    kinds = np.searchsorted(edges, widths, side="right")
    centres = np.array([widths[known & (kinds == kind)].mean() if (known & (kinds == kind)).any() else 0.0 for kind in range(CLASSES)])
    counts = np.full((PHASES, CLASSES, CLASSES), SMOOTHING)
    both = known[1:] & known[:-1]
    phase = (first_step + 1 + np.arange(len(widths) - 1)) % PHASES
    np.add.at(counts, (phase[both], kinds[:-1][both], kinds[1:][both]), 1.0)
    return NeedChain(edges, centres, counts / counts.sum(axis=2, keepdims=True))
