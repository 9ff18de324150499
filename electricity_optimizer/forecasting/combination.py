"""Weights of the members of the ensemble from their recent accuracy.

Each member's weight is its mean absolute error of the last `WINDOW_DAYS` days to the power of minus `POWER`. Both numbers come from
the shared study over five markets (reference/forecasting.md, section 3); neighbouring values differ by less than one per cent.
"""

from collections.abc import Mapping

import numpy as np

from electricity_optimizer.forecasting.days import Array

WINDOW_DAYS = 60
POWER = 4.0
NOTHING = 1e-9  # summed errors below this say that all members are exact, not which is better
LEAST_DAYS = 7  # scored days below which a member counts as average


def accuracy_weights(residuals: Mapping[str, Array], power: float = POWER) -> dict[str, float]:
    """Weights by name from past residuals (days, 24); they sum to 1 and none is negative.

    NaN marks a day without forecast or actual. Members are compared on the days they share with those of the longest record, so a
    member that joined in calm weeks is not favoured; one with fewer than `LEAST_DAYS` such days counts as average.

    >>> accuracy_weights({"good": np.full((60, 24), 1.0), "bad": np.full((60, 24), 2.0)})
    {'good': 0.9411764705882353, 'bad': 0.058823529411764705}
    """
    names = list(residuals)
    if not names:
        return {}
    errors = np.array([np.abs(residuals[name]).mean(axis=1) for name in names])
    raw = np.maximum(_relative_errors(errors), 1e-9) ** -power
    return dict(zip(names, (raw / raw.sum()).tolist(), strict=True))


def _relative_errors(errors: Array) -> Array:
    """Error of each member (members, days) in units of the mean error of the members with the longest record; 1 without record."""
    there = np.isfinite(errors)
    longest = there.sum(axis=1) == there.sum(axis=1).max()
    shared = there[longest].all(axis=0)
    reference = np.where(shared, errors[longest].mean(axis=0), np.nan)
    relative = np.ones(len(errors))
    for member, known in enumerate(there & shared):
        scale = reference[known].sum()
        if known.sum() >= LEAST_DAYS and scale > NOTHING:
            relative[member] = errors[member, known].sum() / scale
    return relative


def combine(members: Mapping[str, Array], weights: Mapping[str, float]) -> Array:
    """Weighted mean (24,) of the members' forecasts."""
    point: Array = sum((weights[name] * values for name, values in members.items()), start=np.zeros(24))
    return point
