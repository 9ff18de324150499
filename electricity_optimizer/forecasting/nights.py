"""Forecasts of the sun that leave out the night: dark hours are zero there, not unknown.

ENTSO-E's day-ahead forecasts of solar power have no value at night for some zones. A missing value is never zero by itself, and a day with
an unknown hour is forecast without the whole input. But a hole that lies between the day's edge or values next to nothing says what it is.
Each day is looked at alone, so nothing of a later day decides about it.
"""

import dataclasses
from itertools import pairwise

import numpy as np

from electricity_optimizer.forecasting.days import HOURS, Array, DayTable

NEXT_TO_NOTHING = 0.1
"""Of the day's greatest value: the sun just risen or nearly set (at most 0.095 in the DE-LU forecasts of 2024 to 2026)."""
LONGEST_NIGHT = 12
"""Hours from midnight to sunrise or from sunset to midnight; more is a hole."""


def with_dark_nights(table: DayTable) -> tuple[DayTable, dict[str, int]]:
    """The same table with zero in the dark hours of its inputs, and how many hours of which input were filled."""
    inputs, filled = dict(table.inputs), {}
    for name, values in table.inputs.items():
        dark = np.array([_dark(day) for day in values]) if np.isnan(values).any() else np.zeros(values.shape, bool)
        if dark.any():
            inputs[name], filled[name] = np.where(dark, 0.0, values), int(dark.sum())
    return dataclasses.replace(table, inputs=inputs), filled


def _dark(day: Array) -> np.ndarray:
    """Which of 24 hours are missing for being dark."""
    known = np.flatnonzero(np.isfinite(day))
    dark = np.zeros(HOURS, bool)
    if not len(known) or len(known) == HOURS or day[known].max() <= 0:
        return dark
    low = NEXT_TO_NOTHING * day[known].max()
    edges = [-1, *known.tolist(), HOURS]
    for left, right in pairwise(edges):
        if 1 < right - left <= LONGEST_NIGHT + 1 and all(0 <= day[edge] <= low for edge in (left, right) if 0 <= edge < HOURS):
            dark[left + 1 : right] = True
    return dark
