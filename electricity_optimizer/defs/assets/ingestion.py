"""Ingestion: what the upstreams said, recorded bitemporally with the bytes behind it.

All of it is recorded; where nothing that came of a day may be published, the next source is asked.
"""

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import dagster as dg

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.ahead import last_ahead
from electricity_optimizer.defs.choices import refused_days
from electricity_optimizer.defs.fuels import record_fuels
from electricity_optimizer.defs.neighbours import with_neighbours
from electricity_optimizer.defs.partitions import MARKET_TZ, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_inputs import SiteInputs
from electricity_optimizer.defs.zone_runs import (
    PUBLISHED_CHECK,
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish_sites,
    published_check,
    run_zones,
    wanted,
)
from electricity_optimizer.timeline import delivery_day

if TYPE_CHECKING:
    from electricity_optimizer.sources.ingest import Means
    from electricity_optimizer.sources.subscribe import SubscriptionReport

Kind = Literal["prices", "weather", "grid_forecasts", "carbon"]

RATE_LEAD = dt.timedelta(days=7)
"""Rates are fixed on working days only: the one that holds on a holiday may be days old."""
CALM = {"ok", "no_data", "not_yet"}
"""Outcomes of an upstream in good health."""
OUTCOMES_TOLD = 120
"""In the metadata of a run, those of upstreams in trouble first: twenty zones have that many."""


@checked_asset("ingestion", pool="upstream")
def raw_prices(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Day-ahead prices as each source sent them.

    The zone's sources are asked in the order of the catalogue; every answer is stored, parsed and recorded with its revision. A
    source that has not published yet is an outcome and no failure. Expected run time: seconds a day, a minute a year of history.
    """
    return _record(context, config, desk, "prices")


@checked_asset("ingestion", pool="upstream")
def raw_weather(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Weather at each zone's place: temperature, wind, radiation, as forecast and as it came. Source: Open-Meteo.

    A run up to today or tomorrow asks for the week ahead as well: from it follow the inputs of the forecasts beyond tomorrow.
    """
    return _record(context, config, desk, "weather")


@checked_asset("ingestion", pool="upstream")
def raw_grid_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Day-ahead forecasts of load, wind and sun of each zone's grid, known before gate closure, and the actuals that followed.

    Prices of gas and of emission allowances in given files of inputs are recorded too.
    """
    return _record(context, config, desk, "grid_forecasts")


@checked_asset("ingestion", pool="upstream")
def raw_carbon(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Carbon intensity of each zone's electricity in gCO2eq/kWh, forecast and actual, where an upstream gives it."""
    return _record(context, config, desk, "carbon")


@checked_asset("ingestion", deps=["raw_weather", "raw_grid_forecasts"])
def meter_readings(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Load and sun of each site as metered. Until a real meter is attached the reading is simulated and flagged synthetic."""
    first, last = day_window(context)
    return publish_sites(context, config, desk, SiteInputs(desk.warehouse, first, last).measured)


@checked_asset("ingestion", pool="upstream")
def raw_exchange_rates(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What one euro bought, as the European Central Bank fixed it; asked only where a zone of the run is paid in another currency."""
    from electricity_optimizer.sources.subscribe import exchange_rates  # noqa: PLC0415 - brings the HTTP client

    first, last = day_window(context)
    foreign = sorted({zone.currency for zone in chosen_zones(config.zones or desk.settings.zones)} - {"EUR"})
    reports = [exchange_rates(first - RATE_LEAD, last, _means(context, desk))] if foreign else []
    return _told(reports, span=f"{first} to {last}", currencies=foreign)


@checked_asset("ingestion", partitions=None, pool="upstream")
def raw_tariffs(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Retail tariffs of the catalogue's active subscriptions: last week, as far as it was revised, and tomorrow."""
    return _subscribed(context, desk, "tariffs", days_back=7, days_ahead=1)


@checked_asset("ingestion", partitions=None, pool="upstream")
def country_statistics(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Statistics of the active subscriptions (yearly and monthly prices of countries and states): context, never a price feed."""
    return _subscribed(context, desk, "statistics", days_back=3 * 365, days_ahead=0)


def _subscribed(context: dg.AssetExecutionContext, desk: Desk, kind: str, *, days_back: int, days_ahead: int) -> dg.MaterializeResult:
    from electricity_optimizer.catalog.subscriptions import subscriptions  # noqa: PLC0415 - read when asked
    from electricity_optimizer.sources.subscribe import subscribe  # noqa: PLC0415 - brings the HTTP client

    wanted = [one for one in subscriptions().values() if one.kind == kind and one.active]
    today = delivery_day(desk.now(), MARKET_TZ)
    first, last = today - dt.timedelta(days=days_back), today + dt.timedelta(days=days_ahead)
    return _told(subscribe(wanted, first, last, _means(context, desk)), span=f"{first} to {last}")


def _few(days: list[dt.date]) -> str:
    """Days in one line: event logs keep it for ever."""
    shown = ", ".join(day.isoformat() for day in days[:3])
    return shown if len(days) <= 3 else f"{len(days)}: {shown} ... {days[-1]}"


def _told(reports: "list[SubscriptionReport]", **facts: Any) -> dg.MaterializeResult:
    """What the reports say, and a warning that names those that brought nothing for a reason an operator can remove."""
    failed = {report.key: f"{report.outcome} {report.reason}" for report in reports if report.outcome not in CALM and not report.rows}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(report.rows for report in reports),
            "new": sum(report.new for report in reports),
            "revised": sum(report.revised for report in reports),
            "outcomes": [f"{report.key} ({report.source}): {report.rows} rows, {report.outcome} {report.reason}" for report in reports],
            **facts,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=PUBLISHED_CHECK,
                passed=not failed,
                severity=dg.AssetCheckSeverity.WARN,
                description="; ".join(f"{key}: {why}" for key, why in failed.items()) or None,
            )
        ],
    )


def _means(context: dg.AssetExecutionContext, desk: Desk) -> "Means":
    from electricity_optimizer.sources.ingest import Means  # noqa: PLC0415 - brings the HTTP client

    judge = partial(refused_days, desk.warehouse)
    return Means(desk.warehouse, desk.settings, desk.now(), desk.reach, context.run.run_id, context.log.info, judge=judge)


def _record(context: dg.AssetExecutionContext, config: ZoneConfig, desk: Desk, kind: Kind) -> dg.MaterializeResult:
    from electricity_optimizer.sources.ingest import BACKFILL, DEEP, QUICK, ingest  # noqa: PLC0415 - brings the HTTP client

    first, last = day_window(context)
    days: dict[str, dict[str, int]] = {}
    outcomes: list[tuple[bool, str]] = []
    means = _means(context, desk)
    effort = DEEP if wanted(context, config, "refresh") else BACKFILL if wanted(context, config, "deep") else QUICK

    def work(zone: Zone, tally: Tally) -> None:
        report = ingest(kind, zone, first, last_ahead(desk, zone, last) if kind == "weather" else last, means, effort)
        tally.rows[zone.key] = report.new + report.revised + report.unchanged
        tally.changed += report.new + report.revised
        tally.unchanged += report.unchanged
        days[zone.key] = {outcome.source: outcome.days for outcome in report.outcomes if outcome.days}
        outcomes.extend((one.outcome in CALM, f"{zone.key} {one.source}: {one.outcome} {one.reason}") for one in report.outcomes)
        if report.held_days:
            tally.facts[f"days of {zone.key} already held"] = report.held_days
        if report.missing_days:
            tally.facts[f"days of {zone.key} that nobody gave"] = _few(report.missing_days)
        if report.refused_days:
            tally.facts[f"days of {zone.key} of which nothing may be published"] = _few(report.refused_days)

        if kind == "grid_forecasts":
            record_fuels(desk, zone, last, context.run.run_id)

    def beside(other: Zone) -> None:
        never_simulated = replace(means, settings=desk.settings.model_copy(update={"allow_simulator": False}))
        ingest(kind, other, first, last, never_simulated, effort)

    tally = run_zones(desk, config, work)
    if kind == "prices":
        with_neighbours(desk, config, tally, beside)
    told = [line for _, line in sorted(outcomes, key=lambda one: one[0])][:OUTCOMES_TOLD]
    return dg.MaterializeResult(
        metadata=metadata(tally, first, last, **{"days by source": days, "outcomes": told}),
        check_results=[published_check(tally)],
    )
