"""The check that tomorrow's prices are there when they are due: what an operator sees of lateness, whoever looked last."""

import dagster as dg

from electricity_optimizer.catalog.zones import chosen_zones
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.watches import watches

LATE_CHECK = "tomorrow_published"


@dg.asset_check(
    asset="prices",
    name=LATE_CHECK,
    description="After the deadline of its sources every zone has tomorrow's prices; before it nobody is late.",
)
def tomorrow_published(desk: dg.ResourceParam[Desk]) -> dg.AssetCheckResult:
    """Name the zones that are late."""
    now = desk.now()
    late = []
    for watch in watches(chosen_zones(desk.settings.zones), ()):
        day = watch.day(now)
        if now >= watch.deadline(day) and desk.warehouse.versions("prices", watch.name, day, day).is_empty():
            late.append(f"{watch.name} {day} (due {watch.deadline(day):%H:%M} UTC)")
    return dg.AssetCheckResult(
        passed=not late, severity=dg.AssetCheckSeverity.ERROR, description="; ".join(late) or None, metadata={"late": late}
    )
