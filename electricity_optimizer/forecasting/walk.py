"""Walk forward day by day: the one path of production and backtest.

For each day every member that is old is refitted, forecasts, and the ensemble is formed from the record of the days before. What a
day may know is cut by `DayTable.known_for` before anything else happens.
"""

import dataclasses
import datetime as dt
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.bands import RECORD_DAYS, Record, adaptive_quantiles
from electricity_optimizer.forecasting.bias import WINDOW_DAYS as BIAS_DAYS
from electricity_optimizer.forecasting.bias import bias_correction
from electricity_optimizer.forecasting.combination import WINDOW_DAYS, combine, hour_weights
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.models import MODELS, model
from electricity_optimizer.forecasting.protocol import Fitted, InputsMissingError, Model, Probabilistic, WarmStarting
from electricity_optimizer.forecasting.quantiles import LEVELS, MEDIAN
from electricity_optimizer.forecasting.robust import mean_known

ENSEMBLE = "ensemble"
MEMBERS = tuple(MODELS)


@dataclasses.dataclass(frozen=True)
class MemberForecast:
    """What one member says about one day (`fan`: its quantiles (19, 24), if it gives them), which inputs it lacked, its CPU seconds."""

    hourly: Array
    fan: Array | None = None
    inputs_missing: tuple[str, ...] = ()
    fit_cpu_seconds: float = 0.0
    predict_cpu_seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class DayForecast:
    """The forecast of one delivery day in local hours, currency per MWh.

    `members` and `weights` (24,) by model; `point` (24,) is their weighted mean; `quantiles` (19, 24) belong to `levels` and are None
    while fewer than a week of residuals is known; `fans` are the quantiles of the members that give them. `left_out` says why a member
    is not in, `inputs_missing` what the day lacked. `horizon_days` is 1 for the day after the last known price.
    """

    day: dt.date
    members: Mapping[str, Array]
    weights: Mapping[str, Array]
    point: Array
    quantiles: Array | None
    levels: tuple[float, ...] = LEVELS
    fans: Mapping[str, Array] = dataclasses.field(default_factory=dict)
    left_out: Mapping[str, str] = dataclasses.field(default_factory=dict)
    inputs_missing: tuple[str, ...] = ()
    horizon_days: int = 1


def walk_forward(
    table: DayTable,
    days: Sequence[dt.date],
    *,
    members: Sequence[str] = MEMBERS,
    recalibrate: int | None = None,
    history: MemberHistory | None = None,
    fitted: MutableMapping[str, Fitted] | None = None,
    seed: int = 0,
) -> Iterator[DayForecast]:
    """Forecast each of `days` (ascending) from what was known for it; the price of the last one need not be known.

    A member is refitted when its fit in `fitted` is `recalibrate` days old or has reached the model's own age limit. `history` and `fitted`
    are extended in place, so the walk can go on tomorrow; a member's forecast that stands in `history` is used as it is.
    Raises ForecastError when no member can forecast a day.
    """
    history = MemberHistory() if history is None else history
    fitted = {} if fitted is None else fitted
    for day in days:
        known = table.known_for(day)
        forecasts, left_out = member_forecasts(known, members, recalibrate, history, fitted, seed)
        yield _ensemble(known, forecasts, left_out, history)


def fit_members(
    table: DayTable, day: dt.date, members: Sequence[str] = MEMBERS, seed: int = 0, *, previous: Mapping[str, Fitted] | None = None
) -> dict[str, Fitted]:
    """Every member fitted for `day`; one whose window is longer than the history is left out. Raises ForecastError if none is left.

    `previous` are the last fits by name, for the models that go on from theirs.
    """
    known, fits, reasons = table.known_for(day), {}, []
    for name in members:
        try:
            fits[name] = _fit(model(name), known, (previous or {}).get(name), seed)
        except ForecastError as error:
            reasons.append(str(error))
    if not fits:
        raise ForecastError(f"no member can be fitted: {'; '.join(reasons)}", where=str(day), remedy="collect more history")
    return fits


def walk_member(
    table: DayTable, days: Sequence[dt.date], name: str, *, recalibrate: int | None = None, seed: int = 0
) -> Iterator[tuple[dt.date, MemberForecast | None]]:
    """One member alone over `days`, as `walk_forward` would run it; None for a day it cannot forecast."""
    fitted: dict[str, Fitted] = {}
    for day in days:
        try:
            yield day, _forecast_member(table.known_for(day), name, recalibrate, fitted, seed)
        except ForecastError:
            yield day, None


def member_forecasts(
    known: DayTable,
    members: Sequence[str],
    recalibrate: int | None,
    history: MemberHistory,
    fitted: MutableMapping[str, Fitted],
    seed: int,
) -> tuple[dict[str, MemberForecast], dict[str, str]]:
    """What each of `members` forecasts of the last day of `known`, and why the others do not; forecasts enter `history`.

    Raises ForecastError when no member can.
    """
    forecasts, left_out = {}, {}
    for name in members:
        stored = history.get(known.last_day, name)
        try:
            if stored is not None:
                forecasts[name] = MemberForecast(stored, history.fan(known.last_day, name))
            else:
                forecasts[name] = _forecast_member(known, name, recalibrate, fitted, seed)
        except ForecastError as error:
            left_out[name] = str(error)
            continue
        history.add(known.last_day, name, forecasts[name].hourly, forecasts[name].fan)
    if not forecasts:
        raise ForecastError(
            f"no member can forecast: {'; '.join(left_out.values())}", where=str(known.last_day), remedy="collect more history"
        )
    return forecasts, left_out


def _forecast_member(known: DayTable, name: str, recalibrate: int | None, fitted: MutableMapping[str, Fitted], seed: int) -> MemberForecast:
    """Refit when the fit is old, then predict; a day that lacks an input gets a fit of its own without it, which is not kept."""
    member, began = model(name), time.process_time()
    fit = fitted.get(name)
    limit = min(member.refit_days, recalibrate or member.refit_days)
    if fit is None or (known.last_day - fit.day).days >= limit:
        fit = _fit(member, known, fit, seed)
        if not fit.inputs_missing:
            fitted[name] = fit
    ready = time.process_time()
    try:
        hourly, fan = _predict(member, fit, known)
    except InputsMissingError:
        fit = member.fit(known, seed)
        ready = time.process_time()
        hourly, fan = _predict(member, fit, known)
    return MemberForecast(hourly, fan, fit.inputs_missing, ready - began, time.process_time() - ready)


def _predict(member: Model, fit: Fitted, known: DayTable) -> tuple[Array, Array | None]:
    if isinstance(member, Probabilistic):
        fan = member.quantiles(fit, known)
        return fan[MEDIAN], fan
    return member.predict(fit, known), None


def _fit(member: Model, known: DayTable, previous: Fitted | None, seed: int) -> Fitted:
    if previous is not None and isinstance(member, WarmStarting):
        return member.refit(known, previous, seed)
    return member.fit(known, seed)


def _ensemble(known: DayTable, forecasts: Mapping[str, MemberForecast], left_out: Mapping[str, str], history: MemberHistory) -> DayForecast:
    values = {name: forecast.hourly for name, forecast in forecasts.items()}
    fans = {name: forecast.fan for name, forecast in forecasts.items() if forecast.fan is not None}
    weights = hour_weights({name: history.residuals(name, known, WINDOW_DAYS) for name in values})
    point = combine(values, weights) + bias_correction(_past_errors(known, weights, history))
    history.add(known.last_day, ENSEMBLE, point)
    quantiles = quantiles_from_history(known, ENSEMBLE, history, list(values))
    history.add(known.last_day, ENSEMBLE, point, quantiles)
    missing = tuple(sorted({name for forecast in forecasts.values() for name in forecast.inputs_missing}))
    return DayForecast(known.last_day, values, weights, point, quantiles, fans=fans, left_out=left_out, inputs_missing=missing)


def _past_errors(known: DayTable, weights: Mapping[str, Array], history: MemberHistory) -> Array:
    """Actual minus what today's weights would have made of the members, (days, 24); NaN for a day that lacks a member."""
    residuals: Array = sum((weights[name] * history.residuals(name, known, BIAS_DAYS) for name in weights), start=np.zeros((BIAS_DAYS, 24)))
    return residuals


def quantiles_from_history(known: DayTable, name: str, history: MemberHistory, members: Sequence[str] = ()) -> Array | None:
    """Quantiles (19, 24) around the forecast of `name` for the last day of `known`, from its record in `history`.

    `members` are those it was made from (none: it is a member itself): how far they disagree, and the quantiles some of them give, tell
    how sure it can be. None while too few days are known.
    """
    point = history.get(known.last_day, name)
    if point is None:
        return None
    spreads, fan = [], None
    if members:
        own = history.forecasts(name, known.last_day, RECORD_DAYS)
        away = np.abs(np.array([history.forecasts(member, known.last_day, RECORD_DAYS) for member in members]) - own)
        apart = mean_known(away, axis=0)
        spreads = [np.mean([np.roll(apart, shift, axis=1) for shift in (-1, 0, 1)], axis=0)]
    sure = [member for member in members or (name,) if history.fan(known.last_day, member) is not None]
    if sure:
        fan = np.mean([history.fans(member, known.last_day, RECORD_DAYS) for member in sure], axis=0)
    return adaptive_quantiles(point, Record(history.residuals(name, known, RECORD_DAYS), spreads, fan))
