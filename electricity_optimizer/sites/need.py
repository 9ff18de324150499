"""What a site needs beyond its battery, as a Markov chain around its forecast: learnt from how past forecasts erred, and for how long.

An error is counted in widths of the forecast's own band, upwards and downwards apart, so that nights and noons can be compared. Two things
are known of it at any time: how large it is now, and how large it was on average over the last day (somebody is at home, or away). Both
fall into equally frequent classes; a state of the chain is a pair of them, and how one follows another is counted. Meters that tell half
hours repeat each value once, so the two quarters of a half hour are counted apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

NOW_CLASSES, LATELY_CLASSES = 7, 3
STATES = NOW_CLASSES * LATELY_CLASSES
LATELY_STEPS = 96
PHASES = 2
LEAST_WIDTH_KW = 0.02
LEAST_STEPS = 7 * 96
LEAST_SEEN = 20
"""A state seen less often takes the mean error of its class of now."""

SMOOTHING = 0.3 / STATES
"""So often has every state followed every other one, before anything is counted."""


@dataclass(frozen=True)
class Forecast:
    """Net need in kW with the distances to its upper and its lower decile, all (n,)."""

    middle: Array
    up: Array
    down: Array

    @classmethod
    def of(cls, load: Array, sun: Array) -> "Forecast":
        """From first decile, median and ninth decile (3, n) of load and sun: their errors are independent, so distances add as squares."""
        up = np.hypot(load[2] - load[1], sun[1] - sun[0])
        down = np.hypot(load[1] - load[0], sun[2] - sun[1])
        return cls(load[1] - sun[1], np.maximum(up, LEAST_WIDTH_KW), np.maximum(down, LEAST_WIDTH_KW))

    def widths(self, need_kw: Array) -> Array:
        """The errors of the forecast in widths of its band."""
        error = need_kw - self.middle
        return np.where(error > 0, error / self.up, error / self.down)


@dataclass(frozen=True)
class NeedChain:
    """`now` and `lately` are the edges between classes, `centres` (K,) the error of each state, `chances` (PHASES, K, K) what follows."""

    now: Array
    lately: Array
    centres: Array
    chances: Array

    def states(self, widths: Array, means: Array) -> Whole:
        """The state of each error, given its mean over the last day (`of_late`)."""
        classes = (np.searchsorted(edges, values, side="right") for edges, values in ((self.now, widths), (self.lately, means)))
        now, lately = classes
        return np.asarray(now + NOW_CLASSES * lately, dtype=np.int64)

    def need_kw(self, forecast: Forecast) -> Array:
        """(n, K): what is needed in each step in each state."""
        widths = np.where(self.centres > 0, self.centres * forecast.up[:, None], self.centres * forecast.down[:, None])
        return np.asarray(forecast.middle[:, None] + widths, dtype=np.float64)

    def chance(self, first_step: int, steps: int) -> Array:
        """(n, K, K) from `first_step` on, counted in quarter hours on the clock that the chain was learnt by."""
        return np.asarray(self.chances[(first_step + np.arange(steps)) % PHASES], dtype=np.float64)


def of_late(widths: Array) -> Array:
    """Mean of each error and those of the day before it, as far as they are known; zero where none is."""
    known = np.isfinite(widths)
    total, count = (np.concatenate([[0.0], np.cumsum(values)]) for values in (np.where(known, widths, 0.0), known.astype(float)))
    ends = np.arange(1, len(widths) + 1)
    begins = np.maximum(ends - LATELY_STEPS, 0)
    number = count[ends] - count[begins]
    means: Array = np.divide(total[ends] - total[begins], number, out=np.zeros(len(widths)), where=number > 0)
    return means


def learn_need(widths: Array, first_step: int) -> NeedChain:
    """The chain of past errors in widths of the band, (n,) from `first_step` on; NaN where a reading is missing.

    Raises ForecastError below a week of readings.
    """
    known = np.isfinite(widths)
    if known.sum() < LEAST_STEPS:
        what = f"{int(known.sum())} quarter hours of readings"
        raise ForecastError(what, where="need", remedy=f"{LEAST_STEPS} are needed: a week")
    means = of_late(widths)
    now, lately = _edges(widths[known], NOW_CLASSES), _edges(means[known], LATELY_CLASSES)
    chain = NeedChain(now, lately, np.empty(0), np.empty(0))
    states = chain.states(widths, means)
    counts = np.full((PHASES, STATES, STATES), SMOOTHING)
    both = known[1:] & known[:-1]
    phase = (first_step + 1 + np.arange(len(widths) - 1)) % PHASES
    np.add.at(counts, (phase[both], states[:-1][both], states[1:][both]), 1.0)
    return NeedChain(now, lately, _centres(widths[known], states[known]), counts / counts.sum(axis=2, keepdims=True))


def _edges(values: Array, classes: int) -> Array:
    return np.asarray(np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1]), dtype=np.float64)


def _centres(widths: Array, states: Whole) -> Array:
    """Mean error of each state; where it was hardly ever seen that of its class of now."""
    centres = np.zeros(STATES)
    for state in range(STATES):
        own, wide = states == state, states % NOW_CLASSES == state % NOW_CLASSES
        chosen = own if own.sum() >= LEAST_SEEN else wide
        centres[state] = widths[chosen].mean() if chosen.any() else 0.0
    return centres
