"""What the trees of a site see of each quarter hour, all known when its forecast is issued.

Powers are relative to a scale of the day: the meter's mean of the last four weeks for a load, the roofs' limit for a sun. Of a sun the
trees learn the difference from the prior, so that a short history changes little.

| feature of a load | unit | known |
|---|---|---|
| quarter, weekday, kind of the day | 0..95, 0..6, 0..2 | always |
| prior | share of the scale | always |
| readings at the wall clock: last seven, their mean, quantiles 10/50/90 of four weeks | share | at the issue |
| the same an hour around: mean of the last and of the last seven | share | at the issue |
| same weekday: last three and their mean; same kind over four weeks: median | share | at the issue |
| mean of the last hour, day and week before the issue | share | at the issue |
| inputs known ahead (temperature) and their mean of the day | as given | at the issue, forecast |

| feature of a sun | unit | known |
|---|---|---|
| prior, its mean an hour around, its mean of the day | share of the limit | at the issue, forecast |
| elevation and azimuth of the sun | degrees | always |
| what the meter gave of the prior at that time, over one and four weeks | ratio | at the issue |
| last two readings at the wall clock | share | at the issue |
| inputs known ahead (temperature) | as given | at the issue, forecast |
"""

import dataclasses

import numpy as np

from electricity_optimizer.forecasting.sites import lags
from electricity_optimizer.forecasting.sites.days import QUARTERS, Array, MeterDays

WINDOW = 28
HOUR = 4
LEAST_SCALE = 1e-3


@dataclasses.dataclass(frozen=True)
class QuarterRows:
    """Features (days, 96, features) with their names.

    Powers are relative to `scale` (days, 1); what is learnt is the difference from `base` (days, 96), itself relative to the scale.
    """

    values: Array
    names: tuple[str, ...]
    scale: Array
    base: Array


def load_rows(days: MeterDays, age: int, since: int = 0) -> QuarterRows:
    """Features of a load for the days from row `since` on, with readings `age` half days old."""
    readings = lags.last_readings(days, WINDOW, age)
    scale = np.maximum(lags.mean(lags.mean(readings).T)[:, None], LEAST_SCALE)
    week, hour = readings[:7], lags.around(readings[:7], HOUR)
    low, middle, high = lags.quantiles(readings, (0.1, 0.5, 0.9))
    weekdays = lags.same_weekday(days, 3, age)
    power = {
        "prior": days.prior,
        **{f"reading {k + 1}": values for k, values in enumerate(week)},
        "week mean": lags.mean(week),
        "low": low,
        "middle": middle,
        "high": high,
        "hour around": lags.mean(hour[::7]),
        "hour around, week": lags.mean(hour),
        **{f"same weekday {k + 1}": values for k, values in enumerate(weekdays)},
        "same weekday mean": lags.mean(weekdays),
        "same kind": lags.quantiles(lags.around(lags.same_kind(days, WINDOW, age), 2), (0.5,))[0],
        **{f"last {n} quarters": lags.at_issue(days, n, age)[:, None] for n in (HOUR, QUARTERS, 7 * QUARTERS)},
    }
    other = {
        "quarter": np.arange(QUARTERS)[None, :],
        "weekday": np.array([[(days.first_day.weekday() + k) % 7] for k in range(len(days))]),
        "kind": days.kinds[:, None],
        **days.inputs,
        **{f"{name} of the day": lags.mean(values.T)[:, None] for name, values in days.inputs.items()},
    }
    columns = {name: values / scale for name, values in power.items()} | other
    return _stacked(columns, scale, np.zeros_like(days.value), since)


def _stacked(columns: dict[str, Array], scale: Array, base: Array, since: int) -> QuarterRows:
    values = np.stack([np.broadcast_to(column, base.shape)[since:] for column in columns.values()], axis=-1)
    return QuarterRows(values, tuple(columns), scale[since:], base[since:])


def pv_rows(days: MeterDays, age: int, since: int = 0) -> QuarterRows:
    """Features of a sun for the days from row `since` on, with readings `age` half days old; its inputs hold elevation and azimuth."""
    readings, priors = lags.last_readings(days, WINDOW, age), lags.before(days.prior, WINDOW, age)
    power = {
        "prior": days.prior,
        "prior, hour around": lags.mean(lags.around(days.prior[None], HOUR)),
        "prior of the day": lags.mean(days.prior.T)[:, None],
        "reading 1": readings[0],
        "reading 2": readings[1],
    }
    given = {f"given over {n} days": _given(readings[:n], priors[:n]) for n in (7, WINDOW)}
    scale = np.full((len(days), 1), days.limit)
    columns = {name: values / scale for name, values in power.items()} | given | dict(days.inputs)
    return _stacked(columns, scale, days.prior / scale, since)


def _given(readings: Array, priors: Array) -> Array:
    """Readings over priors within an hour of the wall clock, one where both are nothing."""
    both = np.isfinite(readings) & np.isfinite(priors)
    given, expected = (lags.around(np.where(both, values, 0.0).sum(axis=0)[None], HOUR).sum(axis=0) for values in (readings, priors))
    return np.asarray(np.divide(given, expected, out=np.ones_like(given), where=expected > 0), dtype=np.float64)
