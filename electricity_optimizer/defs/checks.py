"""Standing checks: what somebody must look at although no run failed.

Bounded retries end in silence, and a ranged run that failed leaves its days "missing" rather than "failed" (the price of the faster event
switch in `instance.py`). A zone that failed beside others leaves no trace in the partitions at all. So `no_day_left_failed` looks at both
once a day, and `up_to_date` says of each zone whether it reaches as far as it should now.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

import dagster as dg

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.audit import AUDIT_CHECK, agree_with_the_reference
from electricity_optimizer.defs.expectations import CHECK, EXPECTATION_CHECKS
from electricity_optimizer.defs.late import LATE_CHECK
from electricity_optimizer.defs.partitions import MARKET_TZ
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.quality.coverage import reach
from electricity_optimizer.timeline import delivery_day, delivery_days
from electricity_optimizer.warehouse import Warehouse

FORTNIGHT = 14
WATCHED = ("prices", "weather", "price_features", "price_forecasts", "optimized_schedules")
"""Assets that every delivery day must have once it has begun."""
ENDING = ("prices", "weather", "price_forecasts")
"""Assets whose end is watched."""
UP_TO_DATE = "up_to_date"


@dg.asset_check(
    asset="quality_report",
    description="Every delivery day of the last two weeks is there, of every zone and site; days before a first one do not count.",
)
def no_day_left_failed(context: dg.AssetCheckExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.AssetCheckResult:
    """Name the days of each watched asset that failed or were never run, and the zones and sites that lack a day that others have."""
    today = delivery_day(desk.now(), MARKET_TZ)
    left = {name: days for name in WATCHED if (days := _left(context.instance, name, today))}
    lacking = {name: scopes for name in WATCHED if (scopes := _lacking(desk.warehouse, name, today))}
    said = [f"{name}: {', '.join(days[:5])}" for name, days in left.items()]
    said += [f"{name} of {scope}: {', '.join(days[:5])}" for name, scopes in lacking.items() for scope, days in scopes.items()]
    return dg.AssetCheckResult(
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or None,
        metadata={"days left": dict(left), "days that only some lack": dict(lacking)},
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            UP_TO_DATE,
            asset=asset,
            description="Each zone reaches the end of today, and of tomorrow once it is due; an error when it has no price for today.",
        )
        for asset in ENDING
    ],
    can_subset=True,
)
def up_to_date(context: dg.AssetCheckExecutionContext, desk: dg.ResourceParam[Desk]) -> Iterator[dg.AssetCheckResult]:
    """How far each zone reaches now, from the versions alone: milliseconds."""
    zones = _followed(desk)
    for key in sorted(context.selected_asset_check_keys):
        yield _ends(desk, key.asset_key.to_user_string(), zones)


def _ends(desk: Desk, asset: str, zones: list[Zone]) -> dg.AssetCheckResult:
    ends = {zone.key: reach(desk.warehouse, asset, zone, desk.now()) for zone in zones}
    late = {zone: end for zone, end in ends.items() if end.days_behind}
    without_today = asset == "prices" and not all(end.has_today for end in late.values())
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=UP_TO_DATE,
        passed=not late,
        severity=dg.AssetCheckSeverity.ERROR if without_today else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{zone}: {end}" for zone, end in late.items()) or None,
        metadata={zone: str(end) for zone, end in ends.items()},
    )


def _followed(desk: Desk) -> list[Zone]:
    """The zones that must go on: not those whose prices come from files alone, which end where the file ends."""
    from electricity_optimizer.sources.files import only_files  # noqa: PLC0415 - reads the files, for this check only

    return [zone for zone in chosen_zones(desk.settings.zones) if not only_files(desk.settings, zone, "prices")]


def _left(instance: dg.DagsterInstance, name: str, today: dt.date) -> list[str]:
    """Days up to today without a materialization, from the first one that the asset ever had.

    An asset that stopped altogether has no gap but an end; its freshness policy tells that.
    """
    done = instance.get_materialized_partitions(dg.AssetKey(name))
    since = today - dt.timedelta(days=FORTNIGHT)
    if not done or max(done) < since.isoformat():
        return []
    first = max(dt.date.fromisoformat(min(done)), since)
    return [day.isoformat() for day in delivery_days(first, today) if day.isoformat() not in done]


def _lacking(house: Warehouse, name: str, today: dt.date) -> dict[str, list[str]]:
    """Of each zone or site the days up to today that others have and it lacks, from its first one of the fortnight on."""
    held: dict[str, set[str]] = defaultdict(set)
    for scope, day in house.versions(name, None, today - dt.timedelta(days=FORTNIGHT), today).select("scope", "partition").iter_rows():
        held[scope].add(day)
    every = sorted(set().union(*held.values()))
    lacking = {scope: [day for day in every if min(days) < day and day not in days] for scope, days in sorted(held.items())}
    return {scope: days for scope, days in lacking.items() if days}


CHECKS = [no_day_left_failed, up_to_date, agree_with_the_reference, *EXPECTATION_CHECKS]
"""Every check that is a step of its own."""


def with_own_checks(job: dg.JobDefinition, assets: Iterable[str]) -> dg.JobDefinition:
    """The part of `job` that materializes `assets` with the checks inside them: no suites, nothing that looks at the clock.

    Dagster adds every check of an asset that is chosen by its name alone.
    """
    keys = {dg.AssetKey(name) for name in assets}
    every = job.asset_layer.asset_graph.asset_check_keys
    own = {key for key in every if key.asset_key in keys and key.name not in {CHECK, UP_TO_DATE, LATE_CHECK, AUDIT_CHECK}}
    return job.get_subset(asset_selection=keys, asset_check_selection=own)
