"""Weights of the members of the ensemble from their recent accuracy, hour by hour.

The weight of a member in an hour is its error of the last `WINDOW_DAYS` days to the power of minus `POWER`. Its error is half that of the
hour (with its two neighbours) and half that of the whole day, both relative to the other members: some are good at noon, where the sun
sets the price, others at night. Chosen on the year before the test years of NP, BE and DE: weights by hour gain 0.3 % and the
greater power 0.3 % over one weight a day at the power of 4 that reference/forecasting.md, section 3 has.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.days import HOURS, Array

WINDOW_DAYS = 60
POWER = 8.0
NOTHING = 1e-9  # summed errors below this say that all members are exact, not which is better
LEAST_DAYS = 7  # scored days below which a member counts as average


def hour_weights(residuals: Mapping[str, Array], power: float = POWER) -> dict[str, Array]:
    """Weights (24,) by name from past residuals (days, 24); in every hour they sum to 1 and none is negative.

    NaN marks a day without forecast or actual. Members are compared on the days they share with those of the longest record, so a
    member that joined in calm weeks is not favoured; one with fewer than `LEAST_DAYS` such days counts as average.

    >>> weights = hour_weights({"good": np.full((60, 24), 1.0), "bad": np.full((60, 24), 2.0)}, power=4)
    >>> weights["good"][0]
    np.float64(0.9411764705882353)
    """
    names = list(residuals)
    if not names:
        return {}
    errors = np.abs(np.array([residuals[name] for name in names]))
    raw = np.maximum(_relative_errors(errors), NOTHING) ** -power
    return dict(zip(names, raw / raw.sum(axis=0), strict=True))


def _relative_errors(errors: Array) -> Array:
    """(members, 24) from (members, days, 24): in units of the mean of the members with the longest record; 1 without record."""
    there: NDArray[np.bool_] = np.asarray(np.isfinite(errors).all(axis=2))
    longest = there.sum(axis=1) == there.sum(axis=1).max()
    shared = there[longest].all(axis=0)
    relative = np.ones((len(errors), HOURS))
    for member, known in enumerate(there & shared):
        if known.sum() >= LEAST_DAYS:
            relative[member] = _relative(errors[member, known], errors[longest][:, known].mean(axis=0))
    return relative


def _relative(own: Array, reference: Array) -> Array:
    """Error by hour of one member against the reference, both (days, 24): half that of the hour, half that of the day."""
    if reference.sum() <= NOTHING:
        return np.ones(HOURS)
    day = own.sum() / reference.sum()
    hour, usual = (sum(np.roll(values.sum(axis=0), shift) for shift in (-1, 0, 1)) for values in (own, reference))
    by_hour = np.full(HOURS, day)
    np.divide(hour, usual, out=by_hour, where=usual > NOTHING)
    relative: Array = (by_hour + day) / 2
    return relative


def combine(members: Mapping[str, Array], weights: Mapping[str, Array]) -> Array:
    """Weighted mean (24,) of the members' forecasts."""
    point: Array = sum((weights[name] * values for name, values in members.items()), start=np.zeros(HOURS))
    return point


def among(weights: Mapping[str, Array], names: Sequence[str]) -> dict[str, Array]:
    """The weights of `names` alone, summing to 1 again; members without any weight at an hour share it."""
    chosen = np.array([weights[name] for name in names])
    total = chosen.sum(axis=0)
    spread = np.full_like(chosen, 1 / len(names))
    np.divide(chosen, total, out=spread, where=total > 0)
    return dict(zip(names, spread, strict=True))
