"""Operations: what an operator reads once a day."""

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.expectations import JUDGED, note, told
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.quality.coverage import coverage
from electricity_optimizer.quality.judgement import judged, published
from electricity_optimizer.quality.report import Verdicts, broken, day_markdown, lines, report_rows, sources_markdown
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part

LISTED = 50
"""Findings in the metadata of the check."""


@checked_asset(
    "operations",
    deps=["prices", "weather", "price_forecasts"],
    checks=[("expectations_met", "Every expectation over prices, weather, forecasts and the days as a whole is met; flags do not count.")],
)
def quality_report(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What was expected of the day's data, what was seen and what failed: per zone prices, weather, forecasts and the day as a whole.

    Each day's materialization tells where its prices come from, what a second source says, spikes, what is missing or late. The verdicts
    are also the checks `expectations` of the assets. Expected run time: five seconds, of which four for the library to load.
    """
    first, last = day_window(context)
    frames: dict[str, list[pl.DataFrame]] = {asset: [] for asset in (*JUDGED, "coverage")}

    def look(place: Zone, _tally: Tally) -> None:
        for asset in JUDGED:
            frames[asset].append(published(desk.warehouse, asset, place, first, last))
        frames["coverage"].append(coverage(desk.warehouse, place, first, last, desk.now()))

    tally = run_zones(desk, config, look)
    verdicts = {asset: judged(asset, found) for asset, found in frames.items()}
    zones = sorted({one.zone for found in verdicts.values() for one in found})
    for zone in zones:
        rows = {day: report_rows(verdicts, zone, day) for day in delivery_days(first, last)}
        publish(context, desk, tally, zone, [Part(zone, day.isoformat(), frame) for day, frame in rows.items() if frame.height])
    for day in delivery_days(first, last):
        context.add_asset_metadata({"report": dg.MetadataValue.md(day_markdown(day, zones, verdicts))}, partition_key=day.isoformat())
    for asset in JUDGED:
        if verdicts[asset]:
            note(context, asset, verdicts[asset], nothing_published=False)
    upstreams = {"sources": dg.MetadataValue.md(_sources(desk))}
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **upstreams), check_results=[published_check(tally), _met(verdicts)])


def _met(verdicts: Verdicts) -> dg.AssetCheckResult:
    failed = [one for found in verdicts.values() for one in broken(found)]
    flagged = [one for found in verdicts.values() for one in broken(found, refuses=False)]
    return dg.AssetCheckResult(
        check_name="expectations_met",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description=told(failed) or None,
        metadata={"failed": lines(failed[:LISTED]), "flagged and kept": lines(flagged[:LISTED])},
    )


def _sources(desk: Desk) -> str:
    """How the upstreams of the catalogue are doing, those of this machine left out."""
    states = [desk.warehouse.source_state(name) for name, entry in sources().items() if entry.url]
    return sources_markdown(states, desk.now())
