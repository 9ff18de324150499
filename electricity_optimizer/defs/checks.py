"""The standing check: no delivery day of the last fortnight left failed or forgotten.

Bounded retries end in silence, and a ranged run that failed leaves its days "missing" rather than "failed" (the price of the faster event
switch in `instance.py`). So once a day somebody must look; this check does, in the daily quality job.
"""

import datetime as dt

import dagster as dg

from electricity_optimizer.defs.partitions import MARKET_TZ
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.timeline import delivery_day, delivery_days

FORTNIGHT = 14
WATCHED = ("prices", "weather", "price_features", "price_forecasts", "optimized_schedules")
"""Assets that every delivery day must have once it has begun."""


@dg.asset_check(
    asset="quality_report",
    description="Every delivery day of the last two weeks is materialized; days from before an asset's first one do not count.",
)
def no_day_left_failed(context: dg.AssetCheckExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.AssetCheckResult:
    """Name the days of each watched asset that failed or were never run."""
    today = delivery_day(desk.now(), MARKET_TZ)
    left = {name: days for name in WATCHED if (days := _left(context.instance, name, today))}
    return dg.AssetCheckResult(
        passed=not left,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{name}: {', '.join(days[:5])}" for name, days in left.items()) or None,
        metadata={"days left": dict(left)},
    )


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
