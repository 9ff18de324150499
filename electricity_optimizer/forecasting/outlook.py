"""The days after the day-ahead one: each is forecast from the forecast of the day before in place of its price."""

import datetime as dt
from collections.abc import Mapping, MutableMapping

from electricity_optimizer.forecasting.combination import combine
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.protocol import Fitted
from electricity_optimizer.forecasting.walk import DayForecast, member_forecasts

GROWTH = 1.15  # of the error from one day of an outlook to the next
NEVER = 10**6  # days: a fit is used however old it is


def extend(table: DayTable, first: DayForecast, fitted: Mapping[str, Fitted], days: int = 1) -> list[DayForecast]:
    """The `days` after `first`, each from the forecast of the day before in place of its price, with the fits and weights of `first`.

    The band grows by `GROWTH` a day. Inputs of those days may be missing. Nothing enters a history: such a forecast is an outlook, the
    day's own forecast follows when its day before is known. Raises ForecastError when no member can forecast a day.
    """
    outlook, before = [], first
    for _ in range(days):
        table = table.with_price(before.day, before.point)
        before = _next_day(table.known_for(before.day + dt.timedelta(days=1)), before, dict(fitted))
        outlook.append(before)
    return outlook


def _next_day(known: DayTable, before: DayForecast, fitted: MutableMapping[str, Fitted]) -> DayForecast:
    record = MemberHistory()
    forecasts, left_out = member_forecasts(known, list(before.members), NEVER, record, fitted, seed=0)
    values = {name: forecast.hourly for name, forecast in forecasts.items()}
    total = sum(before.weights[name] for name in values)
    weights = {name: before.weights[name] / total for name in values}
    point = combine(values, weights)
    band = None if before.quantiles is None else point + GROWTH * (before.quantiles - before.point)
    missing = tuple(sorted({name for forecast in forecasts.values() for name in forecast.inputs_missing}))
    return DayForecast(known.last_day, values, weights, point, band, before.levels, left_out, missing, before.horizon_days + 1)
