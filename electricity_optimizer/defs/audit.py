"""The audit of plans: once a day a few of them are solved again by the Pyomo model, another formulation than the path that made them."""

import datetime as dt

import dagster as dg

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.defs.assets.optimization import stored_plan
from electricity_optimizer.defs.partitions import MARKET_TZ
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import ZoneConfig, run_sites
from electricity_optimizer.errors import PlanError
from electricity_optimizer.timeline import delivery_day

AUDIT_CHECK = "agree_with_the_reference"
AUDITED = 6
"""Plans of a day that are solved again: the reference takes a fifth of a second for a house and seconds for a factory."""
AGREEMENT = 1e-4
"""Currency by which the two may differ beside the gap that the plan itself states."""
SECONDS = 20.0


@dg.asset_check(
    asset="optimized_schedules",
    name=AUDIT_CHECK,
    description="Some of today's plans, solved again by the Pyomo model: none costs more than the least cost and the gap that it states.",
)
def agree_with_the_reference(desk: dg.ResourceParam[Desk]) -> dg.AssetCheckResult:
    """Name the sites whose plan costs more, or less, than the reference says is possible."""
    today = delivery_day(desk.now(), MARKET_TZ)
    sites = list(run_sites(desk, ZoneConfig()).values())
    begin = today.toordinal() * AUDITED % len(sites) if sites else 0
    chosen = [sites[(begin + place) % len(sites)] for place in range(min(AUDITED, len(sites)))]
    said = {site.key: differs for site in chosen if (differs := _differs(desk, site, today)) is not None}
    wrong = {key: line for key, line in said.items() if line}
    return dg.AssetCheckResult(
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(f"{key}: {line}" for key, line in wrong.items()) or None,
        metadata={"plans solved again": len(said), "sites that differ": list(wrong)},
    )


def _differs(desk: Desk, site: Site, day: dt.date) -> str | None:
    """How a plan differs from the reference in words, empty where it does not; null where there was nothing to compare."""
    from electricity_optimizer.optimization import read_problem  # noqa: PLC0415 - pyomo costs seconds to import
    from electricity_optimizer.optimization.reference.solve import reference_cost  # noqa: PLC0415

    planned = stored_plan(desk.warehouse, site, day)
    if planned is None:
        return None
    try:
        found = reference_cost(read_problem(planned.problem), time_limit=SECONDS)
    except PlanError:
        return None  # not proven in its time: nothing is said of this plan
    if found is None:
        return "the reference finds no plan"
    cost = planned.answer["objective"]
    stated = AGREEMENT + planned.answer["gap"] * abs(cost)
    return "" if found - AGREEMENT <= cost <= found + stated else "its cost is not the least"
