"""Known-ahead inputs of days that nobody has forecast yet: estimated from the weather forecast, the calendar and what was last known.

Upstreams forecast load, wind and sun of the day ahead; of the days after there is the weather. So a ridge regression an hour of the day
learns from the last year how an input followed from its last known day, the last days of the same weekday (a holiday being a Sunday), the
season and, where the weather of the day is known, from temperature (below and above 15 C), wind speed (to its cube) and radiation. There
is a regression a lead, for the last known day tells much of tomorrow and little of next week. A neighbour's price follows from the zone's
own inputs besides. Where the history is too short, the last seven days stand in.

A model of prices that is given the expected value of an input goes on with its own fit; without it each day would need a fit of its own.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.forecasting.calendar import quantities, weekdays
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable, day_table
from electricity_optimizer.forecasting.robust import mean_known

WEATHER = ("temperature_c", "wind_speed_ms", "radiation_w_m2")
TRAINING_DAYS = 365
LEAST_DAYS = 56
"""Fewer days teach less than the mean of the last week says."""
LONGEST_LEAD = 14
RIDGE = 0.02
"""Penalty in units of the number of days; ten times more or less changes the error on DE-LU by less than a hundredth."""
MILD_C = 15.0
ALIKE = 3
"""So many days of the same weekday tell what is usual on it."""
_PRICE = "price"


def weather_table(features: pl.DataFrame, tz: str) -> DayTable | None:
    """Day table of the weather in published hourly features (its price is empty); None where no weather is known."""
    known = [name for name in WEATHER if name in features.columns and features[name].is_not_null().any()]
    if not known:
        return None
    return day_table(features.select("start", pl.lit(None, pl.Float64).alias(_PRICE), *known), tz, inputs=known)


def with_estimates(
    table: DayTable, days: Sequence[dt.date], weather: DayTable | None = None
) -> tuple[DayTable, dict[dt.date, tuple[str, ...]]]:
    """`table` with every quantity of `days` (ascending) filled where it is unknown, and which were estimated on which day.

    Nothing after a day enters its estimate but the weather of that day itself. An input that was never known for a day, or not for the
    last fortnight, stays unknown.
    """
    if not days:
        return table, {}
    table = table.reaching(days[-1])
    inputs = {name: values.copy() for name, values in table.inputs.items()}
    table = DayTable(table.first_day, table.price, inputs)
    estimated: dict[dt.date, tuple[str, ...]] = {}
    air = _aligned(weather, table)
    for name in sorted(quantities(table), key=_after_the_grid):
        whole: NDArray[np.bool_] = np.asarray(np.isfinite(inputs[name]).all(axis=1))
        for day in days:
            row = table.row(day)
            values = None if whole[row] else _estimate(table, name, whole, row, air)
            if values is not None:
                inputs[name][row] = np.where(np.isfinite(inputs[name][row]), inputs[name][row], values)
                estimated[day] = (*estimated.get(day, ()), name)
    return table, estimated


def _after_the_grid(name: str) -> tuple[bool, str]:
    """Prices come after load, wind and sun, from which they follow."""
    return _PRICE in name, name


def _aligned(weather: DayTable | None, table: DayTable) -> Mapping[str, Array]:
    """Weather by the rows of `table`; NaN where unknown."""
    if weather is None:
        return {}
    offset, found = (weather.first_day - table.first_day).days, {}
    for name, values in weather.inputs.items():
        found[name] = np.full((len(table), HOURS), np.nan)
        first, last = max(offset, 0), min(offset + len(weather), len(table))
        found[name][first:last] = values[first - offset : last - offset]
    return found


def _estimate(table: DayTable, name: str, whole: NDArray[np.bool_], row: int, air: Mapping[str, Array]) -> Array | None:
    """Input `name` (24,) of the day `row`, of which nothing is known; `whole` says of which days it is really known."""
    before = np.flatnonzero(whole[:row])
    if not len(before) or row - before[-1] > LONGEST_LEAD:
        return None
    values, lead = table.inputs[name], int(row - before[-1])
    beside = [table.inputs[other] for other in quantities(table) if _PRICE not in other] if _PRICE in name else []
    rows = before[before > before[-1] - TRAINING_DAYS]
    terms = _weather_terms({key: value for key, value in air.items() if np.isfinite(value[row]).all()})
    for explaining in ([*beside, *terms], beside):  # the weather on record may be younger than the input
        features = _features(table, values, np.append(rows, row), lead, explaining)
        use: NDArray[np.bool_] = np.asarray(np.isfinite(features).all(axis=(0, 2)))
        if use[-1] and use[:-1].sum() >= LEAST_DAYS:
            seen = values[rows[use[:-1]]]
            hourly = _ridge(features[:, :-1][:, use[:-1]], seen.T, features[:, -1])
            return np.clip(hourly, seen.min(), seen.max())
    typical: Array = values[before[before > before[-1] - 7]].mean(axis=0)
    return typical


def _weather_terms(air: Mapping[str, Array]) -> list[Array]:
    terms = []
    if "temperature_c" in air:
        terms += [np.minimum(air["temperature_c"] - MILD_C, 0.0), np.maximum(air["temperature_c"] - MILD_C, 0.0)]
    if "wind_speed_ms" in air:
        terms += [air["wind_speed_ms"] ** power for power in (1, 2, 3)]
    if "radiation_w_m2" in air:
        terms += [air["radiation_w_m2"]]
    return terms


def _features(table: DayTable, values: Array, rows: NDArray[np.int64], lead: int, explaining: Sequence[Array]) -> Array:
    """(24, rows, features): what was last known, days alike, the same hour of `explaining`, means over the day, weekday and season."""
    weekday = weekdays(table, np.arange(len(table)))
    last = _at(values, rows - lead)
    recent = np.mean([_at(values, rows - lead - back) for back in range(7)], axis=0)
    alike = _days_alike(values, weekday, rows, lead)
    usual = mean_known(alike, axis=0)
    own = [last, recent, np.where(np.isfinite(alike[0]), alike[0], usual), usual]
    now = [term[rows] for term in explaining]
    means = [np.repeat(block.mean(axis=1, keepdims=True), HOURS, axis=1) for block in (last, *now)]
    hourly = np.stack([*own, *now, *means], axis=2).transpose(1, 0, 2)
    angle = 2 * np.pi * (table.first_day.toordinal() + rows) / 365.25
    calendar = [np.sin(angle), np.cos(angle), *((weekday[rows] == day).astype(float) for day in (0, 5, 6))]
    by_day = np.broadcast_to(np.column_stack(calendar), (HOURS, len(rows), len(calendar)))
    return np.concatenate([hourly, by_day], axis=2)


def _days_alike(values: Array, weekday: NDArray[np.int64], rows: NDArray[np.int64], lead: int) -> Array:
    """(3, rows, 24): the last three days with the weekday of each row (a holiday being a Sunday) known `lead` days before; NaN if none."""
    found = np.full((ALIKE, len(rows), HOURS), np.nan)
    for kind in range(7):
        same, wanted = np.flatnonzero(weekday == kind), np.flatnonzero(weekday[rows] == kind)
        known = np.searchsorted(same, rows[wanted] - lead, side="right")
        for back in range(ALIKE):
            there = known > back
            found[back, wanted[there]] = values[same[known[there] - 1 - back]]
    return found


def _at(values: Array, rows: NDArray[np.int64]) -> Array:
    """Rows of `values`; NaN before the first."""
    return np.where((rows >= 0)[:, None], values[np.maximum(rows, 0)], np.nan)


def _ridge(features: Array, target: Array, wanted: Array) -> Array:
    """A ridge regression an hour: `features` (24, days, f), `target` (24, days), `wanted` (24, f); returns (24,)."""
    mean, spread = features.mean(axis=1, keepdims=True), features.std(axis=1, keepdims=True)
    spread = np.where(spread > 1e-9, spread, 1.0)
    x, level = (features - mean) / spread, target.mean(axis=1, keepdims=True)
    turned = x.transpose(0, 2, 1)
    gram = turned @ x + RIDGE * x.shape[1] * np.eye(x.shape[2])
    weights = np.linalg.solve(gram, turned @ (target - level)[:, :, None])
    hourly: Array = (((wanted[:, None, :] - mean) / spread) @ weights)[:, 0, 0] + level[:, 0]
    return hourly
