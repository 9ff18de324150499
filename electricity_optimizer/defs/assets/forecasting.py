"""Forecasting: the models of a zone, the price forecast of each delivery day, and what each site will use and generate."""

import datetime as dt
from dataclasses import dataclass

import dagster as dg
import numpy as np
import polars as pl

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.charts import Series, line_chart, markdown_image
from electricity_optimizer.defs.expectations import Gate
from electricity_optimizer.defs.partitions import ZONES, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_inputs import SiteInputs
from electricity_optimizer.defs.zone_runs import (
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish,
    publish_sites,
    published_check,
    run_each,
    run_zones,
)
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted
from electricity_optimizer.forecasting.published import feature_table, forecast_rows, history_of
from electricity_optimizer.forecasting.quantiles import RECORD_DAYS
from electricity_optimizer.forecasting.shape import Shape, learn_shape
from electricity_optimizer.forecasting.walk import ENSEMBLE, DayForecast, extend, fit_members, walk_forward
from electricity_optimizer.timeline import day_start, delivery_day, delivery_days, gate_closure
from electricity_optimizer.warehouse import Part, Warehouse

HISTORY_DAYS = 1500
"""How far back a model may look: the longest window and its lags."""

MODEL_SCHEMA = 1
SHAPE_WEEKS = 8
OUTLOOK_DAYS = 3
"""So many days beyond the day-ahead one are forecast from one's own forecasts."""
CURRENT = "current"


@dataclass(frozen=True)
class _Issues:
    """Issues of a zone: the days that are out of reach yet, and the days that failed with their reason."""

    parts: list[Part]
    not_yet: list[str]
    failed: dict[str, str]


@checked_asset("forecasting", deps=["price_features"], partitions=ZONES, runs=dg.BackfillPolicy.multi_run(1))
def forecast_models(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Models of a zone, fitted on all days whose prices are known.

    Each is stored as arrays and a JSON card under its content hash, never as a pickle; the table `model_card` points to it. Forecasts
    use a stored model until it is too old for its kind. Expected run time: seconds a zone.
    """
    place = zone(context.partition_key)

    def work(place: Zone, tally: Tally) -> None:
        newest = delivery_day(desk.now(), place.tz) + dt.timedelta(days=1)
        table = _table(desk.warehouse, place, newest - dt.timedelta(days=HISTORY_DAYS), newest)
        until = _last_known(table)
        fits = fit_members(table, _fit_day(table, until))
        rows = [_card(desk.warehouse, place, fitted, table) for fitted in fits.values()]
        frame = pl.DataFrame(rows, schema_overrides={"card": pl.Object})
        publish(context, desk, tally, place.key, [Part(place.key, CURRENT, frame)])
        tally.facts = {"models": sorted(fits), "trained until": until.isoformat()}

    tally = run_each({place.key: place}, work)
    return dg.MaterializeResult(metadata=metadata(tally, place.key, place.key), check_results=[published_check(tally)])


@checked_asset("forecasting", deps=["price_features", "prices", "forecast_models"])
def price_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Price of each interval of the delivery day, with quantiles, as known at gate closure of the day before.

    Issued once with `issued_at` and never rewritten: a later issue is a new version. Members are the naive and LEAR over several windows;
    the ensemble weighs them by their errors so far. Expected run time: a second a zone and day.
    """
    first, last = day_window(context)
    charts: list[str] = []
    gate = Gate(context, desk, config)

    def work(place: Zone, tally: Tally) -> None:
        issues = _issues(desk, place, first, last)
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
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **plot), check_results=[published_check(tally)])


@checked_asset("forecasting", deps=["raw_weather", "raw_grid_forecasts"])
def site_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Load, sun and outdoor temperature of each site for the delivery day, from its profile and the weather forecast."""
    first, last = day_window(context)
    return publish_sites(context, config, desk, SiteInputs(desk.warehouse, first, last).expected)


def _issues(desk: Desk, place: Zone, first: dt.date, last: dt.date) -> _Issues:
    """Issues of a zone for the days that can be forecast; raises ForecastError when there is none."""
    house = desk.warehouse
    table = _table(house, place, first - dt.timedelta(days=HISTORY_DAYS), last)
    reach = _last_known(table) + dt.timedelta(days=1)
    furthest = min(last, reach + dt.timedelta(days=OUTLOOK_DAYS))
    past = house.read("price_forecasts", place.key, first - dt.timedelta(days=RECORD_DAYS), first - dt.timedelta(days=1))
    synthetic = bool(house.versions("price_features", place.key, first, last)["synthetic"].any())
    shapes = _Shapes(house, place, first, last)
    found = _Issues([], [day.isoformat() for day in delivery_days(first, last) if day > furthest], {})
    history, fitted, forecast = history_of(past, place.tz), _stored(house, place, first), None
    for day in delivery_days(min(first, reach), min(reach, last)):
        forecast = _day_ahead(table, day, history, fitted, found.failed)
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
    table: DayTable, day: dt.date, history: MemberHistory, fitted: dict[str, Fitted], failed: dict[str, str]
) -> DayForecast | None:
    """The forecast of one day; a day that no member can forecast (the day before it was refused) is named in `failed`.

    `history` stays as it is: what a day adds to it is what is published of it. So one run over a month and a run a day have the same
    record, and the published weights are those of the walk, after the day of 23 hours too.
    """
    record = MemberHistory()
    _remember(record, history)
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


def _table(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> DayTable:
    rows = house.read("price_features", place.key, first, last)
    if rows.is_empty():
        raise ForecastError(f"no features from {first} to {last}", where=place.key, remedy="materialize price_features first")
    return feature_table(rows, place.tz)


def _last_known(table: DayTable) -> dt.date:
    """The last day of which every price is known."""
    known = [day for day, price in zip(table.days, table.price, strict=True) if (price == price).all()]  # noqa: PLR0124 - NaN differs from itself
    if not known:
        raise ForecastError("no day has all its prices", where="price_features", remedy="materialize prices first")
    return known[-1]


def _fit_day(table: DayTable, until: dt.date) -> dt.date:
    """The day that models are fitted for: the one after the last known price, or that day itself while the inputs of the next are unknown.

    Better a model that knows a day less than one that was fitted without its inputs and is used for a week.
    """
    ahead = until + dt.timedelta(days=1)
    inputs = table.reaching(ahead).inputs.values()
    return ahead if all(np.isfinite(values[table.row(until) + 1]).all() for values in inputs) else until


def _card(house: Warehouse, place: Zone, fitted: Fitted, table: DayTable) -> dict[str, object]:
    return {
        "zone": place.key,
        "model": fitted.model,
        "role": "champion",
        "file_sha256": house.models.put(save_fitted(fitted)),
        "schema_version": MODEL_SCHEMA,
        "trained_from": table.first_day,
        "trained_until": fitted.day - dt.timedelta(days=1),
        "card": {"inputs": list(fitted.inputs), **fitted.card},
    }


def _stored(house: Warehouse, place: Zone, first: dt.date) -> dict[str, Fitted]:
    """Stored models that were fitted from what was known before `first`: a newer one would look ahead in a backfill.

    One that had to do without an input is left out: that input may be known again.
    """
    cards = house.read("forecast_models", place.key).filter(pl.col("schema_version") == MODEL_SCHEMA, pl.col("trained_until") < first)
    stored = {row["model"]: load_fitted(house.models.get(row["file_sha256"])) for row in cards.iter_rows(named=True)}
    return {name: fitted for name, fitted in stored.items() if not fitted.inputs_missing}


def _plot(frame: pl.DataFrame, place: Zone) -> str:
    rows = frame.filter(pl.col("model") == ENSEMBLE)
    low, high = (rows[name].to_list() if name in rows.columns else () for name in ("q10", "q90"))  # no band in a zone's first week
    series = Series("ensemble", rows["start"].to_list(), rows["value_eur_mwh"].to_list(), low=low, high=high)
    return markdown_image(line_chart([series], tz=place.tz, width=640, height=200, unit="EUR/MWh"), f"forecast of {place.key}")
