"""What a meter said before the issue, seen from every day of a table at once.

All readings used for a day end `age` half days before its gate closure, so that a fit sees of each past day what the forecast sees of
its own. Shapes: (lags, days, 96); NaN where nothing is known.
"""

import numpy as np

from electricity_optimizer.forecasting.sites.days import NOON, QUARTERS, Array, MeterDays

WEEK = 7


def last_readings(days: MeterDays, count: int, age: int) -> Array:
    """The `count` latest readings at the same wall clock, the newest first."""
    return _before(days.value, [[_rows_back(age, half) + lag for half in (0, 1)] for lag in range(count)])


def same_weekday(days: MeterDays, count: int, age: int) -> Array:
    """Readings at the same wall clock of the latest `count` days of the same weekday."""
    first = [-(-_rows_back(age, half) // WEEK) * WEEK for half in (0, 1)]
    return _before(days.value, [[back + WEEK * lag for back in first] for lag in range(count)])


def same_kind(days: MeterDays, count: int, age: int) -> Array:
    """`last_readings` of days of the same kind; those of another kind are NaN."""
    kinds = np.repeat(days.kinds[:, None].astype(float), QUARTERS, axis=1)
    backs = [[_rows_back(age, half) + lag for half in (0, 1)] for lag in range(count)]
    return np.where(_before(kinds, backs) == kinds, _before(days.value, backs), np.nan)


def before(table: Array, count: int, age: int) -> Array:
    """Rows of another `table` (days, 96) at the places of `last_readings`."""
    return _before(table, [[_rows_back(age, half) + lag for half in (0, 1)] for lag in range(count)])


def at_issue(days: MeterDays, quarters: int, age: int) -> Array:
    """Mean of the last `quarters` readings before the issue of each day, (days,)."""
    flat = days.value.ravel()
    ends = QUARTERS * np.arange(len(days)) - NOON - age * NOON
    places = ends[:, None] - 1 - np.arange(quarters)
    return mean(np.where(places >= 0, flat[np.maximum(places, 0)], np.nan).T)


def mean(values: Array) -> Array:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    number = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, number, out=np.full(number.shape, np.nan), where=number > 0), dtype=np.float64)


def quantiles(values: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles (levels, ...) over the first axis of what is known, joined by lines; NaN where nothing is."""
    ordered = np.sort(values, axis=0)  # NaN goes to the end
    number = np.isfinite(values).sum(axis=0)
    place = np.array(levels).reshape(-1, *[1] * number.ndim) * np.maximum(number - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(number - 1, 0))
    lower, upper = (np.take_along_axis(ordered, rows, axis=0) for rows in (low, high))
    return np.asarray(lower + (upper - lower) * (place - low), dtype=np.float64)


def around(values: Array, quarters: int) -> Array:
    """The first axis of `values` (lags, ..., 96) widened by the neighbours up to `quarters` earlier and later on the same wall clock."""
    return np.concatenate([np.roll(values, shift, axis=-1) for shift in range(-quarters, quarters + 1)])


def _rows_back(age: int, half: int) -> int:
    """Rows from a day to the newest one whose first (0) or second (1) half ends `age` half days before the gate closure."""
    return 1 + -(-(age + half) // 2)


def _before(table: Array, backs: list[list[int]]) -> Array:
    """`table` moved down by other numbers of rows for its first and second half, once for each pair."""
    moved = np.full((len(backs), *table.shape), np.nan)
    for lag, pair in enumerate(backs):
        for half, back in enumerate(pair):
            columns = slice(half * NOON, (half + 1) * NOON)
            if back < len(table):
                moved[lag, back:, columns] = table[: len(table) - back, columns]
    return moved
