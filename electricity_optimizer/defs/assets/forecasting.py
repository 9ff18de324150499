"""Forecasting: the price forecast of each delivery day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.charts import Series, line_chart, markdown_image
from electricity_optimizer.defs.expectations import Gate
from electricity_optimizer.defs.known import HISTORY_DAYS, known_table, last_known, stored_models
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import (
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish,
    published_check,
    run_zones,
)
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.outlook import extend
from electricity_optimizer.forecasting.promotion import standing_forecasts
from electricity_optimizer.forecasting.protocol import Fitted
from electricity_optimizer.forecasting.published import forecast_rows, history_of
from electricity_optimizer.forecasting.quantiles import RECORD_DAYS
from electricity_optimizer.forecasting.shape import Shape, learn_shape
from electricity_optimizer.forecasting.walk import ENSEMBLE, DayForecast, walk_forward
from electricity_optimizer.timeline import day_start, delivery_days, gate_closure
from electricity_optimizer.warehouse import Part, Warehouse

STORED_CHECK = "stored_models_used"
SHAPE_WEEKS = 8
OUTLOOK_DAYS = 3
"""So many days beyond the day-ahead one are forecast from one's own forecasts."""


@dataclass(frozen=True)
class _Issues:
    """Issues of a zone: the days that are out of reach yet, the days that failed and the stored models not used, with their reason."""

    parts: list[Part]
    not_yet: list[str]
    failed: dict[str, str]
    ignored: dict[str, str]


@checked_asset(
    "forecasting",
    deps=["price_features", "prices", "forecast_models"],
    checks=[(STORED_CHECK, "Every champion could be read and used; one that was not is named, its model was fitted anew for the run.")],
)
def price_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Price of each interval of the delivery day, with quantiles, as known at gate closure of the day before.

    Issued once with `issued_at` and never rewritten: a later issue is a new version. Members are the naive and LEAR over several windows;
    the ensemble weighs them by their errors so far. Expected run time: a second a zone and day.
    """
    first, last = day_window(context)
    charts: list[str] = []
    ignored: list[str] = []
    gate = Gate(context, desk, config)

    def work(place: Zone, tally: Tally) -> None:
        issues = _issues(desk, place, first, last)
        ignored.extend(f"{place.key}: {why}" for why in issues.ignored.values())
        publish(context, desk, tally, place.key, gate.admit(place, issues.parts))
        if issues.not_yet:
            tally.facts[f"not yet for {place.key}"] = issues.not_yet
        if not charts:
            charts.append(_plot(issues.parts[-1].frame, place))
        if issues.failed:
            days = f"{', '.join(list(issues.failed)[:5])}{' and more' if len(issues.failed) > 5 else ''}"
            raise ForecastError(
                f"no forecast for {days}: {list(issues.failed.values())[-1]}", where=place.key, remedy="the others are published"
            )
        gate.complain(place)

    tally = run_zones(desk, config, work)
    gate.tell(tally)
    plot = {"last day": dg.MetadataValue.md(charts[0])} if charts else {}
    checks = [published_check(tally), _stored_check(ignored)]
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **plot), check_results=checks)


def _stored_check(ignored: list[str]) -> dg.AssetCheckResult:
    """A warning that names each stored model that was not used."""
    said = "; ".join(ignored) or None
    return dg.AssetCheckResult(check_name=STORED_CHECK, passed=not ignored, severity=dg.AssetCheckSeverity.WARN, description=said)


def _issues(desk: Desk, place: Zone, first: dt.date, last: dt.date) -> _Issues:
    """Issues of a zone for the days that can be forecast; raises ForecastError when there is none."""
    house = desk.warehouse
    table = known_table(house, place, first - dt.timedelta(days=HISTORY_DAYS), last)
    reach = last_known(table) + dt.timedelta(days=1)
    furthest = min(last, reach + dt.timedelta(days=OUTLOOK_DAYS))
    past = house.read("price_forecasts", place.key, first - dt.timedelta(days=RECORD_DAYS), first - dt.timedelta(days=1))
    synthetic = bool(house.versions("price_features", place.key, first, last)["synthetic"].any())
    shapes = _Shapes(house, place, first, last)
    stored = stored_models(house, place, first)
    found = _Issues([], [day.isoformat() for day in delivery_days(first, last) if day > furthest], {}, stored.ignored)
    history, fitted, forecast = history_of(past, place.tz), dict(stored.fits), None
    for day in delivery_days(min(first, reach), min(reach, last)):
        forecast = _day_ahead(table, day, history, fitted, found.failed, stored.fits)
        if forecast is not None:
            frame = _rows(desk, place, forecast, shapes, synthetic=synthetic)
            found.parts.append(Part(place.key, day.isoformat(), frame))
            _remember(history, history_of(frame, place.tz))
    if forecast is not None and furthest > reach:
        for outlook in extend(table, forecast, fitted, (furthest - reach).days):
            frame = _rows(desk, place, outlook, shapes, synthetic=synthetic)
            found.parts.append(Part(place.key, outlook.day.isoformat(), frame))
    found.parts[:] = [part for part in found.parts if part.partition >= first.isoformat()]
    if not found.parts:
        known = reach - dt.timedelta(days=1)
        said = next(iter(found.failed.values()), f"prices are known to {known}, {first} is out of reach")
        raise ForecastError(said, where=place.key, remedy="materialize prices first")
    return found


def _day_ahead(
    table: DayTable,
    day: dt.date,
    history: MemberHistory,
    fitted: dict[str, Fitted],
    failed: dict[str, str],
    champions: Mapping[str, Fitted],
) -> DayForecast | None:
    """The forecast of one day; a day that no member can forecast (the day before it was refused) is named in `failed`.

    A champion of `champions` stands until it is replaced: the walk does not refit it because of its age.

    `history` stays as it is: what a day adds to it is what is published of it. So one run over a month and a run a day have the same
    record, and the published weights are those of the walk, after the day of 23 hours too.
    """
    record = MemberHistory()
    _remember(record, history)
    for name, hourly in standing_forecasts(table, day, champions).items():
        record.add(day, name, hourly)
    try:
        return next(walk_forward(table, [day], history=record, fitted=fitted))
    except ForecastError as error:
        failed[day.isoformat()] = str(error)
        return None


def _remember(history: MemberHistory, more: MemberHistory) -> None:
    for day, model, hourly in more.rows():
        history.add(day, model, hourly)


class _Shapes:
    """The quarter-hour shape of the weeks before a day, from the zone's published prices read once."""

    def __init__(self, house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> None:
        rows = house.read("prices", place.key, first - dt.timedelta(weeks=SHAPE_WEEKS + 1), last)
        self._prices = rows.filter(pl.col("resolution_minutes") == 15).select("start", pl.col("price_eur_mwh").alias("price"))
        self._tz = place.tz

    def before(self, day: dt.date, minutes: int) -> Shape:
        """Shape of the quarter hours as known before `day`; flat for a coarser market time unit."""
        if minutes != 15:
            return Shape.flat(minutes)
        return learn_shape(self._prices, self._tz, before=day_start(day, self._tz), weeks=SHAPE_WEEKS)


def _rows(desk: Desk, place: Zone, forecast: DayForecast, shapes: _Shapes, *, synthetic: bool) -> pl.DataFrame:
    minutes = place.resolution_on(forecast.day)
    return forecast_rows(
        forecast,
        zone=place.key,
        tz=place.tz,
        minutes=minutes,
        shape=shapes.before(forecast.day, minutes),
        issued_at=min(desk.now(), gate_closure(forecast.day, place.tz)),
        synthetic=synthetic,
    )


def _plot(frame: pl.DataFrame, place: Zone) -> str:
    rows = frame.filter(pl.col("model") == ENSEMBLE)
    low, high = (rows[name].to_list() if name in rows.columns else () for name in ("q10", "q90"))  # no band in a zone's first week
    series = Series("ensemble", rows["start"].to_list(), rows["value_eur_mwh"].to_list(), low=low, high=high)
    return markdown_image(line_chart([series], tz=place.tz, width=640, height=200, unit="EUR/MWh"), f"forecast of {place.key}")
