"""Forecast from a short history: a blend of the prior with profiles of the meter itself, weighed by how well each did of late.

Members of a load: the prior at the meter's level, the median of the last seven readings at the wall clock, the median of the same kind
of day over four weeks. Members of a sun: the prior, and the prior times what the meter gave of it at that time of the day. Weights are
the inverse square of the mean absolute errors of the last fortnight, as the ensemble of prices is weighed. The band is that of the
blend's own errors of the last four weeks.
"""

from collections.abc import Callable

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.sites.bands import NEIGHBOURS, Banded, banded, conformal
from electricity_optimizer.forecasting.sites.days import Array, MeterDays
from electricity_optimizer.forecasting.sites.lags import around, before, last_readings, mean, quantiles, same_kind

LEAST_DAYS = 7
RECENT_DAYS = 14
WINDOW_DAYS = 28
NEEDED_ROWS = 2 * WINDOW_DAYS + 2
"""That the errors of four weeks, each of which looks back four, ask for beside the age of the readings."""
POWER = 2.0
TRUST_DAYS = 3.0
"""So many days of its own does a meter need at a time of the day to count as much as the prior."""

LEAST_LEVEL = 1e-3
LEVEL_POWER = 0.75
"""Errors of a load grow with its level, a little slower: so they are divided by this power of the level before they are compared."""

Members = Callable[[MeterDays, int], tuple[Array, Array]]
"""Forecasts (members, days, 96) of the last day and the four weeks before, and what the errors of each day are relative to (days,)."""


def blend_load(known: MeterDays, age: int = 0) -> Banded:
    """Load of the last day of `known` (a table from `known_for`), (96,); as if its readings were at least `age` half days old.

    Raises ForecastError below seven known days and for a day without prior and readings.
    """
    return _blend(known, _load_members, age)


def blend_pv(known: MeterDays, age: int = 0) -> Banded:
    """Sun of the last day of `known`, as `blend_load`: nothing where the prior is nothing."""
    return _blend(known, _pv_members, age)


def _blend(known: MeterDays, members: Members, age: int) -> Banded:
    if known.days_known < LEAST_DAYS:
        what = f"{known.days_known} days of readings, {LEAST_DAYS} are needed"
        raise ForecastError(what, where=str(known.last_day), remedy="forecast from the prior")
    aged = max(age, known.age)
    points, scales = members(known.tail(NEEDED_ROWS + aged), aged)
    value, scale = known.value[-1 - WINDOW_DAYS :], scales[:, None]
    blended = _weighed(points, value)
    if not np.isfinite(blended[-1]).all():
        raise ForecastError("neither prior nor readings", where=str(known.last_day), remedy="fetch the weather forecast of the day")
    actual, past = (table[:-1] / scale[:-1] for table in (value, blended))
    down, up = conformal(actual, past, past)
    middle, size = blended[-1], np.where(known.dark[-1], 0.0, scale[-1])
    return banded(middle - down * size, middle, middle + up * size, known.limit)


def _weighed(points: Array, value: Array) -> Array:
    """Mean of the members (members, days, 96) with weights from their errors of the last days; a member without a value is left out."""
    errors = np.abs(points - value)[:, -1 - RECENT_DAYS : -1]
    together = np.isfinite(errors).all(axis=0)
    weights = np.ones(len(points))
    if together.any():
        weights = np.maximum(errors[:, together].mean(axis=1), 1e-9) ** -POWER
    there = np.isfinite(points)
    total = (weights[:, None, None] * there).sum(axis=0)
    blended = (weights[:, None, None] * np.where(there, points, 0.0)).sum(axis=0)
    return np.asarray(np.divide(blended, total, out=np.full(total.shape, np.nan), where=total > 0), dtype=np.float64)


def _load_members(days: MeterDays, age: int) -> tuple[Array, Array]:
    judged = slice(-1 - WINDOW_DAYS, None)
    readings = last_readings(days, WINDOW_DAYS, age)[:, judged]
    level = mean(mean(readings).T)
    ratio = level / mean(mean(before(days.prior, WINDOW_DAYS, age)[:, judged]).T)
    lately = quantiles(around(readings[:LEAST_DAYS], 1), (0.5,))[0]
    alike = quantiles(around(same_kind(days, WINDOW_DAYS, age)[:, judged], 1), (0.5,))[0]
    return np.stack([days.prior[judged] * ratio[:, None], lately, alike]), np.maximum(level, LEAST_LEVEL) ** LEVEL_POWER


def _pv_members(days: MeterDays, age: int) -> tuple[Array, Array]:
    judged = slice(-1 - WINDOW_DAYS, None)
    readings, priors = (table[:, judged] for table in (last_readings(days, WINDOW_DAYS, age), before(days.prior, WINDOW_DAYS, age)))
    both = np.isfinite(readings) & np.isfinite(priors)
    given, expected, number = (
        around(np.where(both, values, 0.0).sum(axis=0)[None], NEIGHBOURS).sum(axis=0) for values in (readings, priors, 1.0)
    )
    trust = 2 * NEIGHBOURS * TRUST_DAYS * np.divide(expected, number, out=np.zeros_like(number), where=number > 0)
    prior = days.prior[judged]
    ratio = np.divide(given + trust, expected + trust, out=np.ones_like(prior), where=expected + trust > 0)
    return np.stack([prior, prior * ratio]), np.ones(len(prior))
