"""The days after the day-ahead one: each is forecast from the forecast of the day before in place of its price.

Members keep the fits and weights of the day-ahead forecast. What the inputs of those days will be is estimated before
(`outlook_inputs.py`). The band widens with the horizon: by what the record of forecasts so far ahead says, else by a tenth or so a day.
"""

import datetime as dt
from collections.abc import Mapping, MutableMapping, Sequence

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.combination import among, combine
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.models import model
from electricity_optimizer.forecasting.protocol import Fitted, InputsMissingError, Model, Probabilistic
from electricity_optimizer.forecasting.quantiles import MEDIAN
from electricity_optimizer.forecasting.walk import DayForecast

GROWTH = 1.15  # of the error from one day of an outlook to the next, while there is no record
LEAST_DAYS = 14  # of record before a horizon's own error counts


def growth_of(errors: Mapping[int, tuple[float, int]], days: int) -> dict[int, float]:
    """How much wider the band of each horizon 2..`days` is than that of the day ahead.

    `errors` holds the mean absolute error of each horizon on record (1 is the day ahead) and the number of its days. A horizon with
    fewer than `LEAST_DAYS` grows by `GROWTH` from the one before, and none is narrower than the one before.
    """
    known = {horizon: error for horizon, (error, count) in errors.items() if count >= LEAST_DAYS and error > 0}
    factors, factor = {}, 1.0
    for horizon in range(2, days + 1):
        learnt = known[horizon] / known[1] if 1 in known and horizon in known else factor * GROWTH
        factor = max(factor, learnt)
        factors[horizon] = factor
    return factors


def extend(
    table: DayTable,
    first: DayForecast,
    fitted: Mapping[str, Fitted],
    days: int = 1,
    *,
    growth: Mapping[int, float] | None = None,
    estimated: Mapping[dt.date, tuple[str, ...]] | None = None,
) -> list[DayForecast]:
    """The `days` after `first`, each from the forecast of the day before in place of its price, with the fits and weights of `first`.

    `growth` widens the band by horizon (see `growth_of`), `estimated` names the inputs that were estimated by day: both go into the
    forecasts. Nothing enters a history: such a forecast is an outlook, the day's own forecast follows when its day before is known.
    Raises ForecastError when no member can forecast a day.
    """
    growth = growth_of({}, first.horizon_days + days) if growth is None else growth
    correction = first.point - combine(first.members, among(first.weights, list(first.members)))
    outlook, before, fits = [], first, dict(fitted)
    for _ in range(days):
        table = table.with_price(before.day, before.point)
        known = table.known_for(before.day + dt.timedelta(days=1))
        values, left_out, lacking = _members(known, list(first.members), fits)
        weights, horizon = among(first.weights, list(values)), before.horizon_days + 1
        point = combine(values, weights) + correction
        before = DayForecast(
            day=known.last_day,
            members=values,
            weights=weights,
            point=point,
            quantiles=_band(first, point, growth[horizon]),
            levels=first.levels,
            left_out=left_out,
            inputs_missing=tuple(sorted(lacking | set((estimated or {}).get(known.last_day, ())))),
            horizon_days=horizon,
        )
        outlook.append(before)
    return outlook


def _members(known: DayTable, names: Sequence[str], fits: MutableMapping[str, Fitted]) -> tuple[dict[str, Array], dict[str, str], set[str]]:
    """What each member forecasts, why others do not, and the inputs that were done without.

    A fit is used however old it is: to fit anew on one's own forecasts teaches nothing. A member that has none is fitted once.
    """
    values, left_out, lacking = dict[str, Array](), dict[str, str](), set[str]()
    for name in names:
        member = model(name)
        try:
            if name not in fits:
                fits[name] = member.fit(known, 0)
            try:
                values[name] = _point(member, fits[name], known)
            except InputsMissingError:
                without = member.fit(known, 0)
                values[name] = _point(member, without, known)
                lacking |= set(without.inputs_missing)
        except ForecastError as error:
            left_out[name] = str(error)
    if not values:
        said = "; ".join(left_out.values())
        raise ForecastError(f"no member can forecast: {said}", where=str(known.last_day), remedy="collect more history")
    return values, left_out, lacking


def _point(member: Model, fit: Fitted, known: DayTable) -> Array:
    return member.quantiles(fit, known)[MEDIAN] if isinstance(member, Probabilistic) else member.predict(fit, known)


def _band(first: DayForecast, point: Array, factor: float) -> Array | None:
    """The band of the day ahead around `point`, `factor` times as wide."""
    if first.quantiles is None:
        return None
    band: Array = point + factor * (np.asarray(first.quantiles) - first.point)
    return band
