"""A delivery day as a point among days: near to another means alike.

Two kinds. A day that is known whole is the level of its prices and inputs. A day whose price is not known yet is what is known at gate
closure, and relative: the prices of the days before above the usual level of the last week, in units of the usual change from day to day
(`models/scale.py`), its inputs and how much they differ from the days before. So a winter of 400 EUR/MWh is like one of 40.

| part | whole day | known ahead | weight |
|---|---|---|---|
| price of the day (asinh of spreads around the median: spikes are tamed) | yes | | 1 |
| price of d-1; of d-2, d-3, d-7, d-14, above the usual level | | yes | 1; 0.5 each |
| each input, and the residual load that follows from them | yes | yes | 1 each |
| each of them against its mean of d-1, d-2, d-7 | | yes | 1 each |
| weekday (a public holiday is a Sunday), apart from any other | yes | yes | 1 whole, 0.5 ahead |
| place in the year | yes | yes | 0.5 whole, 1 ahead |

The 24 hours of a quantity count as one. Weights of the second kind were chosen on the year before the test years of NP and DE
(`models/analog.py`). Everything is told in scales learnt from days before, so that no later day moves an earlier one.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.calendar import naive_lag, quantities, weekdays
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.residual_load import RESIDUAL, with_residual
from electricity_optimizer.forecasting.robust import SIGMA_PER_MAD
from electricity_optimizer.forecasting.scale import LONGEST_LAG, day_scale, least_scale

BASE_LAGS = (1, 2, 7)  # days whose mean is the usual level of an hour
PRICE_LAGS = {1: 1.0, 2: 0.5, 3: 0.5, 7: 0.5, 14: 0.5}  # days and their weights
FAR_LAG = max(PRICE_LAGS)  # stood in for by the week before where it is not known
WEEK_WHOLE, WEEK_AHEAD = 1.0, 0.5
SEASON_WHOLE, SEASON_AHEAD = 0.5, 1.0
USED_SHARE, USED_DAYS = 0.5, 182  # so much of the days, or so many, must have an input for it to be looked at
_Rows = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Scales:
    """What makes quantities comparable: centre and spread of the price, the floor of its daily change, and of each input.

    `inputs` holds (centre, spread, spread of the difference to the days before) by name; those it names are looked at, no others.
    """

    price: tuple[float, float]
    least_scale: float
    inputs: Mapping[str, tuple[float, float, float]]

    @property
    def names(self) -> list[str]:
        """The inputs that are looked at, without what follows from them."""
        return [name for name in self.inputs if name != RESIDUAL]

    def card(self) -> dict[str, Any]:
        """As JSON values."""
        inputs = {name: list(scale) for name, scale in self.inputs.items()}
        return {"price": list(self.price), "least_scale": self.least_scale, "inputs": inputs}

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> "Scales":
        """The scales of `card`, to the bit. Raises InputError for a card that is none."""
        try:
            inputs = {str(name): _three(scale) for name, scale in card["inputs"].items()}
            centre, spread = (float(value) for value in card["price"])
            return cls((centre, spread), float(card["least_scale"]), inputs)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"the scales cannot be read: {error!r}", where="similar days file", remedy="build the index again") from error


def used_inputs(table: DayTable, end: int) -> list[str]:
    """Inputs that half of the rows before `end` have whole, or half a year of them: days without are no neighbours then."""
    needed = max(min(USED_SHARE * end, USED_DAYS), 1)
    return [name for name in quantities(table) if np.isfinite(table.inputs[name][:end]).all(axis=1).sum() >= needed]


def scales_before(table: DayTable, end: int, inputs: Sequence[str]) -> Scales:
    """Scales of the rows before `end` (at least one), for a price and the `inputs`. Unknown values do not count."""
    known = table.price[:end][np.isfinite(table.price[:end])]
    centre = float(np.median(known)) if len(known) else 0.0
    spread = SIGMA_PER_MAD * float(np.median(np.abs(known - centre))) if len(known) else 0.0
    rows = np.arange(min(LONGEST_LAG, end), end)
    floor = least_scale(day_scale(table.price, rows)) if len(rows) else least_scale(np.array([]))
    series = with_residual({name: table.inputs[name][:end] for name in inputs})
    return Scales((centre, spread or 1.0), floor, {name: _input_scale(values) for name, values in series.items()})


def whole_vectors(table: DayTable, rows: _Rows, scales: Scales) -> Array:
    """(rows, dimension) of days by their own prices and inputs; NaN in a day that lacks one."""
    centre, spread = scales.price
    blocks = [np.arcsinh((table.price[rows] - centre) / spread) / np.sqrt(HOURS)]
    blocks += [_level(values[rows], scales.inputs[name]) for name, values in _series(table, scales).items()]
    return np.hstack([*blocks, *_calendar(table, rows, WEEK_WHOLE, SEASON_WHOLE)])


def ahead_vectors(table: DayTable, rows: _Rows, scales: Scales) -> Array:
    """(rows, dimension) of days by what is known at their gate closure; NaN in a day that lacks a part. `rows` start at `LONGEST_LAG`.

    The prices of the days themselves are not read.
    """
    base, scale = usual_level(table, rows, scales.least_scale)
    lagged = {lag: table.price[rows - lag] for lag in PRICE_LAGS}
    lagged[FAR_LAG] = np.where(np.isfinite(lagged[FAR_LAG]), lagged[FAR_LAG], lagged[7])
    relative = {lag: np.arcsinh((price - base) / scale[:, None]) for lag, price in lagged.items()}
    blocks = [PRICE_LAGS[lag] * values / np.sqrt(HOURS) for lag, values in relative.items()]
    for name, values in _series(table, scales).items():
        own, usual = values[rows], np.mean([values[rows - lag] for lag in BASE_LAGS], axis=0)
        blocks += [_level(own, scales.inputs[name]), (own - usual) / scales.inputs[name][2] / np.sqrt(HOURS)]
    return np.hstack([*blocks, *_calendar(table, rows, WEEK_AHEAD, SEASON_AHEAD)])


def usual_level(table: DayTable, rows: _Rows, least: float) -> tuple[Array, Array]:
    """Level (rows, 24) of each hour, its mean of d-1, d-2 and d-7, and the usual change (rows,) from day to day, at least `least`."""
    base: Array = np.mean([table.price[rows - lag] for lag in BASE_LAGS], axis=0)
    scale: Array = np.maximum(day_scale(table.price, rows), least)
    return base, scale


def with_stand_ins(table: DayTable, day: dt.date, names: Sequence[str]) -> DayTable:
    """The same table where the inputs of `day` that are not there yet are those of the day that the naive forecast would copy.

    Load and sun of tomorrow are published hours after people ask what tomorrow will be like.
    """
    row = table.row(day)
    before = row - naive_lag(day)
    if before < 0:
        return table
    inputs = dict(table.inputs)
    for name in names:
        values = inputs[name].copy()
        values[row] = np.where(np.isfinite(values[row]), values[row], values[before])
        inputs[name] = values
    return dataclasses.replace(table, inputs=inputs)


def _series(table: DayTable, scales: Scales) -> dict[str, Array]:
    return with_residual({name: table.inputs[name] for name in scales.names})


def _level(values: Array, scale: tuple[float, float, float]) -> Array:
    centre, spread, _ = scale
    level: Array = (values - centre) / spread / np.sqrt(HOURS)
    return level


def _calendar(table: DayTable, rows: _Rows, week: float, season: float) -> tuple[Array, Array]:
    first = np.datetime64(table.first_day) + rows
    turns = 2 * np.pi * (first - first.astype("datetime64[Y]")).astype(float) / 365.25
    return week * np.eye(7)[weekdays(table, rows)], season * np.column_stack([np.sin(turns), np.cos(turns)])


def _input_scale(values: Array) -> tuple[float, float, float]:
    """Centre and standard deviation of what is known, and that of the difference to the days before; 1 for what never moves."""
    rows = np.arange(min(max(BASE_LAGS), len(values)), len(values))
    change = values[rows] - np.mean([values[rows - lag] for lag in BASE_LAGS], axis=0)
    level, moved = values[np.isfinite(values)], change[np.isfinite(change)]
    centre, spread = (float(level.mean()), float(level.std())) if len(level) else (0.0, 0.0)
    return centre, spread or 1.0, float(moved.std() if len(moved) else 0.0) or 1.0


def _three(scale: Sequence[float]) -> tuple[float, float, float]:
    centre, spread, change = (float(value) for value in scale)
    return centre, spread, change
