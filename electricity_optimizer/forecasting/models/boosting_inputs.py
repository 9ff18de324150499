"""What the boosted trees see of an hour: one row an hour of a delivery day, 24 rows a day.

Trees cannot extrapolate, so every price is told relative to the `base` of its hour, the mean of the same hour of 1, 2 and 7 days ago, in
units of `scale`, the usual change from day to day of the last four weeks. Then a winter of 400 EUR/MWh teaches a summer of 40. The level
itself is one feature among many. Lags are days and hours of the local clock, never rows of a file.

| feature | unit | known |
|---|---|---|
| base, scale, hour, weekday, day of the year | currency per MWh, -, - | gate closure |
| same hour of d-1, d-2, d-3, d-7, d-14; neighbouring hours of d-1 and d-7; the last hours of d-1 | scales above base | price of d-1 |
| mean, least, greatest of d-1; means of d-2, d-3, d-7 and of the last 7 and 28 days | scales above base | price of d-1 |
| each known-ahead input: own hour of d, two hours around, mean, least, greatest of d | unit of the input | day-ahead forecast of d |
| each input: own hour minus d-1, minus d-7, minus the mean of d-1, d-2, d-7; the same of the day's mean | unit of the input | the same |
| residual load where load and wind or sun are known (of two inputs without such names: first minus second) | MW | the same |
"""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.forecasting.calendar import weekdays
from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.residual_load import with_residual
from electricity_optimizer.forecasting.robust import mean_known
from electricity_optimizer.forecasting.scale import SCALE_DAYS, day_scale, least_scale

BASE_LAGS = (1, 2, 7)  # days
PRICE_LAGS = (1, 2, 3, 7)  # days that must be known
FAR_LAG = 14
SPANS = (7, SCALE_DAYS)
INPUT_LAGS = (0, 1, 2, 7)
_NEIGHBOURS = (-2, -1, 1, 2)  # hours
_LAST_HOURS = (20, 21, 22, 23)


@dataclasses.dataclass(frozen=True)
class HourRows:
    """`values` (days, 24, features) with their `names`; `base` and `scale` (days, 24) undo what the target went through.

    `least_scale` is the floor of `scale`, which a forecast must use as its fit did. `whole` (days, 24) is true where no price lacks.
    """

    values: Array
    names: tuple[str, ...]
    base: Array
    scale: Array
    least_scale: float
    whole: NDArray[np.bool_]


def hour_rows(known: DayTable, rows: NDArray[np.int64], inputs: tuple[str, ...], least: float | None = None) -> HourRows:
    """Features of the days `rows` of `known`; NaN where a price or input is not known. `rows` start at `LONGEST_LAG`."""
    base = np.mean([known.price[rows - lag] for lag in BASE_LAGS], axis=0)
    scale = day_scale(known.price, rows)
    least = least_scale(scale) if least is None else least
    scale = np.repeat(np.maximum(scale, least)[:, None], HOURS, axis=1)
    features = {"base": base, "scale": scale} | _calendar(known, rows)
    features |= {name: (values - base) / scale for name, values in _prices(known.price, rows).items()}
    whole = np.asarray(np.isfinite(list(features.values())).all(axis=0))
    for name, values in with_residual({name: known.inputs[name] for name in inputs}).items():
        features |= _input(name, values, rows)
    return HourRows(np.stack(list(features.values()), axis=-1), tuple(features), base, scale, least, whole)


def _calendar(known: DayTable, rows: NDArray[np.int64]) -> dict[str, Array]:
    first = np.datetime64(known.first_day) + rows
    angle = 2 * np.pi * (first - first.astype("datetime64[Y]")).astype(float) / 365.25
    by_day = {"weekday": weekdays(known, rows).astype(float), "season sine": np.sin(angle), "season cosine": np.cos(angle)}
    hour = np.broadcast_to(np.arange(HOURS, dtype=float), (len(rows), HOURS))
    return {"hour": hour} | {name: _all_day(values) for name, values in by_day.items()}


def _prices(price: Array, rows: NDArray[np.int64]) -> dict[str, Array]:
    by_lag = {f"price d-{lag}": price[rows - lag] for lag in PRICE_LAGS}
    far = price[rows - FAR_LAG]
    by_lag[f"price d-{FAR_LAG}"] = np.where(np.isfinite(far), far, price[rows - 7])
    around = {f"price d-{lag} {shift:+d} h": _hours_off(price, rows - lag, shift) for lag in (1, 7) for shift in _NEIGHBOURS}
    last = {f"price d-1 {hour} h": _all_day(price[rows - 1, hour]) for hour in _LAST_HOURS}
    means = {f"mean price d-{lag}": _all_day(price[rows - lag].mean(axis=1)) for lag in PRICE_LAGS}
    extremes = {"least price d-1": _all_day(price[rows - 1].min(axis=1)), "greatest price d-1": _all_day(price[rows - 1].max(axis=1))}
    spans = {f"mean price {span} days": mean_known(np.array([price[rows - lag] for lag in range(1, span + 1)]), axis=0) for span in SPANS}
    return by_lag | around | last | means | extremes | spans


def _input(name: str, values: Array, rows: NDArray[np.int64]) -> dict[str, Array]:
    own, mean = values[rows], values.mean(axis=1)
    usual = np.mean([values[rows - lag] for lag in BASE_LAGS], axis=0)
    return {
        name: own,
        f"{name} mean": _all_day(mean[rows]),
        f"{name} least": _all_day(values[rows].min(axis=1)),
        f"{name} greatest": _all_day(values[rows].max(axis=1)),
        f"{name} minus d-1": own - values[rows - 1],
        f"{name} minus d-7": own - values[rows - 7],
        f"{name} minus usual": own - usual,
        f"{name} mean minus d-1": _all_day(mean[rows] - mean[rows - 1]),
        f"{name} mean minus usual": _all_day((own - usual).mean(axis=1)),
    } | {f"{name} {shift:+d} h": _hours_off(values, rows, shift) for shift in _NEIGHBOURS}


def _hours_off(values: Array, rows: NDArray[np.int64], shift: int) -> Array:
    """The hour `shift` hours away within the day, the day's first or last hour at its ends: the next day is not known."""
    hours = np.clip(np.arange(HOURS) + shift, 0, HOURS - 1)
    return values[rows][:, hours]


def _all_day(by_day: Array) -> Array:
    return np.repeat(by_day[:, None], HOURS, axis=1)
