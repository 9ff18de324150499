"""Optimization: the cheapest schedule of each site. Its settlement and the savings are in `settlement.py`."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import orjson
import polars as pl
import zstandard

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.plan_inputs import plan_inputs
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_each, run_sites
from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites import Expected, SiteState, bill_of_the_day, build_problem, expected
from electricity_optimizer.timeline import day_start, delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A plan: the problem with its look-ahead, its answer, and the state its day began in."""

    plan_id: str
    problem: dict[str, Any]
    answer: dict[str, Any]
    state: SiteState
    synthetic: bool
    solve_seconds: float | None = None

    def expected(self, site: Site) -> Expected:
        """What the plan costs, its baseline, and where it leaves the site."""
        return expected(site, self.problem, self.answer, self.state)


@checked_asset("optimization", deps=["prices", "price_forecasts", "site_forecasts"])
def optimized_schedules(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The cheapest schedule of each site for the delivery day: battery, car, appliances, heat pump, batches.

    Prices are those published for the day, else the forecast. A plan looks on into the next day as far as that is forecast, and commits the
    delivery day alone: its cost is the day's. Each plan is replayed outside the model before it is stored; a site whose plan fails is
    named and the others go on. Days are planned in order, each from where the day before leaves the site.
    Expected run time: half a second a site and day.
    """
    first, last = day_window(context)

    def work(site: Site, tally: Tally) -> None:
        parts: list[Part] = []
        try:
            for part in plan_site(desk, site, first, last):
                parts.append(part)  # noqa: PERF402 - one by one: the next may raise
        finally:  # the days before one that fails are good plans
            publish(context, desk, tally, site.key, parts)

    tally = run_each(run_sites(desk, config), work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


def plan_site(desk: Desk, site: Site, first: dt.date, last: dt.date) -> Iterator[Part]:
    """Parts of `optimized_schedules`: the plans of a site for the days `first` to `last`, each from where the day before leaves it.

    Raises InputError for what is not known, PlanError for a plan that is none; the days before are given then.
    """
    before = stored_plan(desk.warehouse, site, first - ONE_DAY)
    state = before.expected(site).end if before else SiteState.initial(site)
    for day in delivery_days(first, last):
        planned = _plan(desk, site, day, state)
        promise = planned.expected(site)
        yield _schedule_part(desk, site, day, planned, promise)
        state = promise.end


def _plan(desk: Desk, site: Site, day: dt.date, state: SiteState) -> Planned:
    given = plan_inputs(desk.warehouse, site, day, desk.now())
    problem = build_problem(site, day, prices=given.prices, forecast=given.forecast, state=state, published_until=given.published_until)
    answer = schedule(problem)
    if not answer.get("verified"):
        said = f"{answer['status']}: {'; '.join(answer.get('conflict', [])) or answer.get('message', 'no plan')}"
        raise PlanError(said, where=f"{site.key} {day}", remedy="relax the limits that cannot hold together")
    seconds = answer.pop("solve_seconds")  # a stopwatch, not part of the plan: the same plan must have the same content
    plan_id = hashlib.sha256(orjson.dumps(problem, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return Planned(plan_id, problem, answer, state, given.synthetic, seconds)


def stored_plan(house: Warehouse, site: Site, day: dt.date) -> Planned | None:
    """The published plan of `day`, whole with its look-ahead."""
    rows = house.read("optimized_schedules", site.key, day, day)
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    problem, answer = (orjson.loads(zstandard.decompress(row[name])) for name in ("problem", "answer"))
    return Planned(row["plan_id"], problem, answer, SiteState.from_json(row["inputs"]["state"]), row["synthetic"])


def _schedule_part(desk: Desk, site: Site, day: dt.date, planned: Planned, promise: Expected) -> Part:
    start = day_start(day, site.tz)
    answer = planned.answer | {"committed": bill_of_the_day(site, planned.problem, planned.answer)}
    row = {
        "site": site.key, "zone": site.zone, "delivery_day": day, "plan_id": planned.plan_id, "issued_at": min(desk.now(), start),
        "start": start, "status": answer["status"], "verified": answer["verified"],
        "cost": promise.cost, "baseline_cost": promise.baseline_cost, "currency": planned.problem["currency"],
        "gap": answer["gap"], "bound": answer.get("bound"), "solve_seconds": planned.solve_seconds,
        "previous_plan_id": _previous(desk.warehouse, site, day, planned.plan_id),
        "problem": zstandard.compress(orjson.dumps(planned.problem)), "answer": zstandard.compress(orjson.dumps(answer)),
        "inputs": {"versions": _versions(desk.warehouse, site, day), "state": planned.state.to_json()}, "synthetic": planned.synthetic,
    }  # fmt: skip
    texts = {"previous_plan_id": pl.String, "bound": pl.Float64}
    return Part(site.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"inputs": pl.Object, **texts}))


def _versions(house: Warehouse, site: Site, day: dt.date) -> dict[str, dict[str, int]]:
    return {
        asset: {row["partition"]: row["version"] for row in house.versions(asset, scope, day, day).iter_rows(named=True)}
        for asset, scope in (("prices", site.zone), ("price_forecasts", site.zone), ("site_forecasts", site.key))
    }


def _previous(house: Warehouse, site: Site, day: dt.date, plan_id: str) -> str | None:
    """Id of the plan that this one replaces; the same plan again keeps what it replaced."""
    rows = house.read("optimized_schedules", site.key, day, day, only=["plan_id", "previous_plan_id"])
    if rows.is_empty():
        return None
    before: str | None = rows.item(0, "previous_plan_id") if rows.item(0, "plan_id") == plan_id else rows.item(0, "plan_id")
    return before
