"""Ingestion: what the upstreams said, recorded bitemporally with the bytes behind it. Nothing is judged here."""

from typing import Literal

import dagster as dg

from electricity_optimizer.catalog.sites import Site, sites_of
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_inputs import measured
from electricity_optimizer.defs.zone_runs import (
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish,
    published_check,
    run_each,
    run_zones,
    site_zones,
)

Kind = Literal["prices", "weather", "grid_forecasts", "carbon"]


@checked_asset("ingestion", pool="upstream")
def raw_prices(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Day-ahead prices as each source sent them.

    The zone's sources are asked in the order of the catalogue; every answer is stored, parsed and recorded with its revision. A
    source that has not published yet is an outcome and no failure. Expected run time: seconds a day, a minute a year of history.
    """
    return _record(context, config, desk, "prices")


@checked_asset("ingestion", pool="upstream")
def raw_weather(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Weather at each zone's place: temperature, wind, radiation, as forecast and as it came. Source: Open-Meteo."""
    return _record(context, config, desk, "weather")


@checked_asset("ingestion", pool="upstream")
def raw_grid_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Day-ahead forecasts of load, wind and sun of each zone's grid, known before gate closure, and the actuals that followed."""
    return _record(context, config, desk, "grid_forecasts")


@checked_asset("ingestion", pool="upstream")
def raw_carbon(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Carbon intensity of each zone's electricity in gCO2eq/kWh, forecast and actual, where an upstream gives it."""
    return _record(context, config, desk, "carbon")


@checked_asset("ingestion", deps=["raw_weather", "raw_grid_forecasts"])
def meter_readings(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Load and sun of each site as metered. Until a real meter is attached the reading is simulated and flagged synthetic."""
    first, last = day_window(context)

    def work(site: Site, tally: Tally) -> None:
        parts = measured(desk.warehouse, site, first, last)
        publish(context, desk, tally, site.key, parts)

    tally = run_each({site.key: site for site in sites_of(site_zones(desk, config))}, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


def _record(context: dg.AssetExecutionContext, config: ZoneConfig, desk: Desk, kind: Kind) -> dg.MaterializeResult:
    from electricity_optimizer.sources.ingest import DEEP, QUICK, Means, ingest  # noqa: PLC0415 - brings the HTTP client

    first, last = day_window(context)
    days: dict[str, dict[str, int]] = {}
    outcomes: list[str] = []
    means = Means(desk.warehouse, desk.settings, desk.now(), desk.reach, context.run.run_id, context.log.info)

    def work(zone: Zone, tally: Tally) -> None:
        report = ingest(kind, zone, first, last, means, DEEP if config.deep else QUICK)
        tally.rows[zone.key] = report.new + report.revised + report.unchanged
        tally.changed += report.new + report.revised
        tally.unchanged += report.unchanged
        days[zone.key] = {outcome.source: outcome.days for outcome in report.outcomes if outcome.days}
        outcomes.extend(f"{zone.key} {outcome.source}: {outcome.outcome} {outcome.reason}" for outcome in report.outcomes)
        if report.held_days:
            tally.facts[f"days of {zone.key} already held"] = report.held_days
        if report.missing_days:
            tally.facts[f"days of {zone.key} that nobody gave"] = [day.isoformat() for day in report.missing_days]

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(
        metadata=metadata(tally, first, last, **{"days by source": days, "outcomes": outcomes[:40]}),
        check_results=[published_check(tally)],
    )
