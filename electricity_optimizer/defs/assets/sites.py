"""Sites ahead: the models of their meters, and what each will use and generate."""

import datetime as dt
from typing import Any

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.ahead import is_live
from electricity_optimizer.defs.partitions import ZONES, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_meters import BLENDED_DAYS, LEARNT_DAYS, MODEL_SCHEMA, SiteMeters
from electricity_optimizer.defs.zone_runs import (
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish,
    publish_sites,
    published_check,
    run_each,
    run_sites,
)
from electricity_optimizer.forecasting.models.site_models import learn
from electricity_optimizer.forecasting.protocol import Fitted, save_fitted
from electricity_optimizer.forecasting.sites.blend import LEAST_DAYS
from electricity_optimizer.forecasting.sites.days import MeterDays
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part, Warehouse

CURRENT = "current"
ONE_DAY = dt.timedelta(days=1)
MOST_AGE = 20
"""Half days by which readings may be late as a rule. Where they end earlier (a file of the past) the model is for the day after them."""

BANDS_HOLD = "bands_hold"
COVERED = (0.7, 0.9)
"""Share of the held-out quarter hours in the 80 % band: outside, the band misleads the plans made with it."""


@checked_asset("forecasting", deps=["raw_weather", "raw_grid_forecasts", "meter_readings", "site_models"])
def site_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Load, sun and outdoor temperature of each site for the delivery day, with 80 % bands of load and sun.

    Made from readings up to the gate closure of the day before and from the weather forecast: by the site's stored models (`learnt`),
    else by a blend of its meter's profiles (`blend`), else from standard profiles and the roof's nameplate (`profile`). `method` names
    that of the load and, where it is another one, that of the sun behind a stroke. A run up to today or tomorrow forecasts the day after
    its last one as well, into which plans look ahead. Expected run time: a tenth of a second a site and day.
    """
    first, last = day_window(context)
    ahead = any(is_live(desk, site.place, last) for site in run_sites(desk, config).values())
    return publish_sites(context, config, desk, SiteMeters(desk.warehouse, first, last + ahead * ONE_DAY, BLENDED_DAYS).expected)


@checked_asset(
    "forecasting",
    deps=["raw_weather", "raw_grid_forecasts", "meter_readings"],
    checks=[(BANDS_HOLD, "The 80 % band of each stored model covers 70 to 90 % of its held-out days.")],
    partitions=ZONES,
    runs=dg.BackfillPolicy.multi_run(1),
)
def site_models(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """A model of load and of sun of each site of a zone, from what its meter said over a year.

    Boosted trees where they beat the blend on the last weeks, which were held out; below four weeks of readings the blend. Each is
    stored with its card under its content hash. Metadata holds scores alone (kW by site), never a reading.
    Expected run time: five seconds a site with a year of readings.
    """
    place = zone(context.partition_key)
    today = delivery_day(desk.now(), place.tz)
    meters = SiteMeters(desk.warehouse, today, today + ONE_DAY, LEARNT_DAYS)
    scores: dict[str, dict[str, Any]] = {}

    def work(site: Site, tally: Tally) -> None:
        rows = []
        for quantity, table in meters.tables(site):
            if table.days_known < LEAST_DAYS:
                tally.facts[f"{site.key} {quantity}"] = f"{table.days_known} days of readings, {LEAST_DAYS} are needed"
                continue
            fitted = learn(quantity, table.known_for(_fit_day(table)))
            scores[f"{site.key} {fitted.model}"] = fitted.card["scores"]
            rows.append(_card(desk.warehouse, site, fitted, table))
        if rows:
            frame = pl.DataFrame(rows, schema_overrides={"card": pl.Object})
            publish(context, desk, tally, site.key, [Part(site.key, CURRENT, frame)])

    tally = run_each(desk.sites_of([place.key]), work)
    checks = [published_check(tally), _bands_hold(scores)]
    return dg.MaterializeResult(metadata=metadata(tally, place.key, place.key, scores=scores), check_results=checks)


def _fit_day(table: MeterDays) -> dt.date:
    """The day whose issue a model is fitted for: the last one, or, where readings ended long ago, the second day after them."""
    if table.age <= MOST_AGE:
        return table.last_day
    return table.last_day - dt.timedelta(days=(table.age - 1) // 2)


def _card(house: Warehouse, site: Site, fitted: Fitted, table: MeterDays) -> dict[str, object]:
    return {
        "site": site.key,
        "model": fitted.model,
        "file_sha256": house.models.put(save_fitted(fitted)),
        "schema_version": MODEL_SCHEMA,
        "trained_from": table.first_reading,
        "trained_until": fitted.day - ONE_DAY,
        "card": {"inputs": list(fitted.inputs), **fitted.card},
    }


def _bands_hold(scores: dict[str, dict[str, Any]]) -> dg.AssetCheckResult:
    """Warn of models whose band covered too little or too much of the days held out."""
    covered = {name: one[name.split("_")[-1]]["coverage_80"] for name, one in scores.items()}
    low, high = COVERED
    outside = {name: f"{share:.0%}" for name, share in covered.items() if share is not None and not low <= share <= high}
    return dg.AssetCheckResult(
        check_name=BANDS_HOLD,
        passed=not outside,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{name} covers {share} instead of 80 %" for name, share in outside.items()) or None,
        metadata={"covered": {name: share for name, share in covered.items() if share is not None}},
    )
