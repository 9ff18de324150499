"""Days like one day, with the prices they really had, and the price scenarios that follow from them."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.query import UNITS, Asked
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.horizon import ENSEMBLE
from electricity_optimizer.api.views.series import PRICES, Series, of_day, series
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.feature_table import feature_table
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.scale import LONGEST_LAG, day_scale
from electricity_optimizer.forecasting.similar.index import SimilarDay
from electricity_optimizer.forecasting.similar.scenarios import Scenarios, departures, price_scenarios
from electricity_optimizer.timeline import day_bounds
from electricity_optimizer.warehouse.tables import QUANTILES

SIMILAR, FILES, FEATURES, FORECASTS = "similar_day_index", "similar_day_files", "price_features", "price_forecasts"
ASSETS = (SIMILAR, FILES, "prices")
SCENARIO_ASSETS = (SIMILAR, FORECASTS, FEATURES)
MATCHED = {True: "whole_day", False: "known_ahead"}
"""What was compared: prices and inputs of the day itself, or its inputs, its calendar and the prices of the days before."""
REMEDY = "similar days are made each night for the days up to the one after the last known price"


@dataclass(frozen=True)
class Ask:
    """A question about one day: `count` similar days or scenarios of it."""

    asked: Asked
    day: dt.date
    count: int


def similar_days(store: Store, ask: Ask, now: dt.datetime, version: str) -> Answer:
    """{meta, data: [...]}: the days most like the one asked for with their prices in the asked unit; empty while there are none.

    `distance` has no unit: 0 is a twin; it compares within one answer.
    """
    found = _neighbours(store, ask)
    prices = [_prices(store, ask.asked, similar.day, now) for similar in found]
    data = [_neighbour(rank, similar, priced, ask.asked) for rank, (similar, priced) in enumerate(zip(found, prices, strict=True), start=1)]
    return {"meta": _meta(store, ask, prices, version) | {"matched_on": _matched_on(store, ask) if found else None}, "data": data}


def scenarios(store: Store, ask: Ask, version: str) -> Answer:
    """{meta, data}: paths over the day's intervals with weights that sum to 1; data is null with a reason while there is no forecast."""
    rows = _forecast(store, ask)
    found = _neighbours(store, ask)
    if rows.is_empty() or not found:
        lacking = "no forecast of this day" if rows.is_empty() else f"no similar days of this day: {REMEDY}"
        return {"meta": _meta(store, ask, [], version) | {"reason": lacking}, "data": None}
    try:
        made = _scenarios(_history(store, ask, found), rows, found, ask)
    except ForecastError as error:
        return {"meta": _meta(store, ask, [], version) | {"reason": error.what}, "data": None}
    return _told(store, ask, rows, made, version)


def _neighbours(store: Store, ask: Ask) -> list[SimilarDay]:
    rows = store.warehouse.read(SIMILAR, ask.asked.zone.key, ask.day, ask.day, as_of=ask.asked.as_of).sort("rank")
    return [SimilarDay(row["similar_day"], row["distance"]) for row in rows.iter_rows(named=True)][: ask.count]


def _matched_on(store: Store, ask: Ask) -> str:
    """What was compared: the day itself when its prices were known to the index, else what is known ahead."""
    rows = store.warehouse.read(FILES, ask.asked.zone.key, as_of=ask.asked.as_of)
    until = rows["card"][0]["known_until"] if rows.height else ""
    return MATCHED[ask.day.isoformat() <= until]


def _prices(store: Store, asked: Asked, day: dt.date, now: dt.datetime) -> Series:
    return series(store, PRICES, of_day(asked, *day_bounds(day, asked.zone.tz)), now)


def _neighbour(rank: int, similar: SimilarDay, priced: Series, asked: Asked) -> Answer:
    values = priced.rows["value"].drop_nulls()
    rows = [{"start": told(start, asked.tz), "value": value} for start, value in priced.rows.select("start", "value").iter_rows()]
    extremes = {name: getattr(values, name)() if len(values) else None for name in ("mean", "min", "max")}
    rounded = {name: None if value is None else round(value, UNITS[asked.unit][1]) for name, value in extremes.items()}
    return {"rank": rank, "day": similar.day.isoformat(), "distance": round(similar.distance, 4), **rounded, "prices": rows}


def _meta(store: Store, ask: Ask, priced: list[Series], version: str) -> Answer:
    asked = ask.asked
    versions = store.warehouse.versions(SIMILAR, asked.zone.key, ask.day, ask.day, as_of=asked.as_of)
    rows = pl.concat([one.rows for one in priced]) if priced else None
    known = {name: [] if rows is None else rows[name].drop_nulls().unique().sort().to_list() for name in ("source", "licence")}
    return {
        "zone": asked.zone.key, "day": ask.day.isoformat(), "resolution_minutes": asked.minutes, "unit": asked.unit, "currency": "EUR",
        "tz": asked.tz, "version": version, "as_of": told(asked.as_of, asked.tz), "stale": False,
        "computed_at": told(versions["committed_at"][0] if versions.height else None, asked.tz),
        "synthetic": bool(rows is not None and rows["synthetic"].any()), "sources": known["source"],
        "licence": "; ".join(known["licence"]) or None, "withheld": sorted({name for one in priced for name in one.withheld}),
        "reason": None if versions.height else f"none yet: {REMEDY}",
    }  # fmt: skip


def _forecast(store: Store, ask: Ask) -> pl.DataFrame:
    """The last issue of the ensemble for the day, by its market time units."""
    rows = store.warehouse.read(FORECASTS, ask.asked.zone.key, ask.day, ask.day, as_of=ask.asked.as_of)
    ensemble = rows.filter(pl.col("model") == ENSEMBLE)
    return ensemble.filter(pl.col("issued_at") == ensemble["issued_at"].max()).sort("start") if ensemble.height else ensemble


def _history(store: Store, ask: Ask, found: list[SimilarDay]) -> DayTable:
    """The days from the month before the earliest neighbour on."""
    first = min(similar.day for similar in found) - dt.timedelta(days=LONGEST_LAG)
    rows = store.warehouse.read(FEATURES, ask.asked.zone.key, first, ask.day - dt.timedelta(days=1), as_of=ask.asked.as_of)
    if rows.is_empty():
        raise ForecastError("the prices of the similar days are not there", where=FEATURES, remedy="materialize price_features")
    return feature_table(rows, ask.asked.zone.tz)


def _scenarios(table: DayTable, rows: pl.DataFrame, found: list[SimilarDay], ask: Ask) -> Scenarios:
    zone = ZoneInfo(ask.asked.zone.tz)
    hours = [start.astimezone(zone).hour for start in rows["start"]]
    banded = rows.select(QUANTILES).null_count().sum_horizontal().item() == 0
    quantiles = np.sort(rows.select(QUANTILES).to_numpy().T, axis=0) if banded else None
    unit = float(day_scale(table.price, np.array([len(table) - 1]))[0])
    point = rows["value_eur_mwh"].to_numpy()
    return price_scenarios(point, departures(table, found, ask.count), hours, quantiles=quantiles, levels=LEVELS, unit=unit)


def _told(store: Store, ask: Ask, rows: pl.DataFrame, made: Scenarios, version: str) -> Answer:
    asked, (divisor, decimals) = ask.asked, UNITS[ask.asked.unit]
    paths = [
        {"weight": float(weight), "like": day.isoformat(), "values": [round(float(value) / divisor, decimals) for value in path]}
        for weight, day, path in zip(made.weights, made.days, made.paths, strict=True)
    ]
    minutes = rows["resolution_minutes"][0]
    meta = _meta(store, ask, [], version) | {
        "resolution_minutes": minutes,
        "issued_at": told(rows["issued_at"][0], asked.tz),
        "synthetic": bool(rows["synthetic"].any()),
        "method": "quantiles of the forecast, dealt out in the order in which the similar days departed from the usual (Schaake shuffle)",
    }
    return {"meta": meta, "data": {"starts": [told(start, asked.tz) for start in rows["start"]], "paths": paths}}
