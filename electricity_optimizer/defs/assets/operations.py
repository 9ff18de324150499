"""Operations: what an operator reads once a day."""

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part


@checked_asset(
    "operations",
    deps=["prices", "weather", "price_forecasts"],
    checks=[("expectations_met", "Every Great Expectations expectation over prices, weather and forecasts of the days is met.")],
)
def quality_report(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The day's data against the Great Expectations suites: what was expected, what was seen, what failed.

    Runs in its own daily job: the library takes seconds to import and must not slow the 15-minute cycle.
    """
    from electricity_optimizer.quality import suites  # noqa: PLC0415 - imports great_expectations, seconds that only this asset pays

    first, last = day_window(context)
    failed: list[str] = []

    def work(place: Zone, tally: Tally) -> None:
        parts = []
        for day in delivery_days(first, last):
            found = [
                (f"{asset}: {one.name}", one.passed, one.observed)
                for asset, validate in suites.BY_ASSET.items()
                if (rows := desk.warehouse.read(asset, place.key, day, day)).height
                for one in validate(rows, place)
            ]
            if found:
                frame = pl.DataFrame(found, schema=["expectation", "passed", "observed"], orient="row")
                parts.append(Part(place.key, day.isoformat(), frame.with_columns(zone=pl.lit(place.key), delivery_day=pl.lit(day))))
                failed.extend(f"{place.key} {day} {name}: {observed}" for name, passed, observed in found if not passed)
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    met = dg.AssetCheckResult(
        check_name="expectations_met",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(failed[:5]) or None,
        metadata={"failed": failed[:50]},
    )
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally), met])
