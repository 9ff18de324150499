"""Models: what forecasts the prices of a zone, fitted on all that is known of it."""

import datetime as dt

import dagster as dg
import numpy as np
import polars as pl

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.defs.known import HISTORY_DAYS, MODEL_SCHEMA, known_table, last_known
from electricity_optimizer.defs.partitions import ZONES
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, checked_asset, metadata, publish, published_check, run_each
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.protocol import Fitted, save_fitted
from electricity_optimizer.forecasting.walk import fit_members
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part, Warehouse

CURRENT = "current"


@checked_asset("forecasting", deps=["price_features"], partitions=ZONES, runs=dg.BackfillPolicy.multi_run(1))
def forecast_models(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Models of a zone, fitted on all days whose prices are known.

    Each is stored as arrays and a JSON card under its content hash, never as a pickle; the table `model_card` points to it. Forecasts
    use a stored model until it is too old for its kind. Expected run time: seconds a zone.
    """
    place = zone(context.partition_key)

    def work(place: Zone, tally: Tally) -> None:
        newest = delivery_day(desk.now(), place.tz) + dt.timedelta(days=1)
        table = known_table(desk.warehouse, place, newest - dt.timedelta(days=HISTORY_DAYS), newest)
        until = last_known(table)
        fits = fit_members(table, _fit_day(table, until))
        rows = [_card(desk.warehouse, place, fitted, table) for fitted in fits.values()]
        frame = pl.DataFrame(rows, schema_overrides={"card": pl.Object})
        publish(context, desk, tally, place.key, [Part(place.key, CURRENT, frame)])
        tally.facts = {"models": sorted(fits), "trained until": until.isoformat()}

    tally = run_each({place.key: place}, work)
    return dg.MaterializeResult(metadata=metadata(tally, place.key, place.key), check_results=[published_check(tally)])


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
