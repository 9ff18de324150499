"""Optimization: the cheapest schedule of each site. Its settlement and the savings are in `settlement.py`."""

import datetime as dt
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
from electricity_optimizer.sites.clock import STEP_MINUTES
from electricity_optimizer.sites.replan import replanned_day
from electricity_optimizer.timeline import day_start, delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)
STEP = dt.timedelta(minutes=STEP_MINUTES)


@dataclass(frozen=True)
class Planned:
    """A plan: the problem with its look-ahead, its answer, and the state its day began in."""

    plan_id: str
    problem: dict[str, Any]
    answer: dict[str, Any]
    state: SiteState
    synthetic: bool
    issued_at: dt.datetime
    solve_seconds: float | None = None

    def expected(self, site: Site) -> Expected:
        """What the plan costs, its baseline, and where it leaves the site."""
        return expected(site, self.problem, self.answer, self.state)


@checked_asset("optimization", deps=["prices", "price_forecasts", "site_forecasts"])
def optimized_schedules(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The cheapest schedule of each site for the delivery day: battery, car, appliances, heat pump, batches.

    Prices are those published for the day, else the forecast. A plan looks on into the next day as far as that is forecast, and commits the
    delivery day alone: its cost is the day's. Each plan is replayed outside the model before it is stored; a site whose plan fails is
    named and the others go on. Days are planned in order, each from where the day before leaves the site. A day that is running keeps what
    was carried out; its rest is planned again where prices or forecasts have changed, and stays near the plan before within a cent.
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
        running = _running(desk, site, day)
        planned = _plan(desk, site, day, state) if running is None else _planned_again(desk, site, day, running)
        promise = planned.expected(site)
        if planned is not running:
            yield _schedule_part(desk, site, day, planned, promise)
        state = promise.end


def _plan(desk: Desk, site: Site, day: dt.date, state: SiteState) -> Planned:
    issued = min(desk.now(), day_start(day, site.tz))
    given = plan_inputs(desk.warehouse, site, day, issued)
    problem = build_problem(site, day, prices=given.prices, forecast=given.forecast, state=state, published_until=given.published_until)
    answer = schedule(problem)
    if not answer.get("verified"):
        said = f"{answer['status']}: {'; '.join(answer.get('conflict', [])) or answer.get('message', 'no plan')}"
        raise PlanError(said, where=f"{site.key} {day}", remedy="relax the limits that cannot hold together")
    seconds = answer.pop("solve_seconds")  # a stopwatch, not part of the plan: the same plan must have the same content
    return Planned(answer["plan_id"], problem, answer, state, given.synthetic, issued, seconds)


def _running(desk: Desk, site: Site, day: dt.date) -> Planned | None:
    """The stored plan of a day that has begun and is not over."""
    begun = day_start(day, site.tz) < desk.now() < day_start(day + ONE_DAY, site.tz)
    return stored_plan(desk.warehouse, site, day) if begun else None


def _planned_again(desk: Desk, site: Site, day: dt.date, running: Planned) -> Planned:
    """The plan of a running day with its rest made again; the very same where nothing is new."""
    now = desk.now()
    given = plan_inputs(desk.warehouse, site, day, now)
    until = given.published_until
    news = build_problem(site, day, prices=given.prices, forecast=given.forecast, state=running.state, published_until=until)
    found = replanned_day((running.problem, running.answer), news, -((day_start(day, site.tz) - now) // STEP))
    if found is None:
        return running
    problem, answer = found
    seconds = answer.pop("solve_seconds")
    return Planned(answer["plan_id"], problem, answer, running.state, running.synthetic or given.synthetic, now, seconds)


def stored_plan(house: Warehouse, site: Site, day: dt.date) -> Planned | None:
    """The published plan of `day`, whole with its look-ahead."""
    rows = house.read("optimized_schedules", site.key, day, day)
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    problem, answer = (orjson.loads(zstandard.decompress(row[name])) for name in ("problem", "answer"))
    return Planned(row["plan_id"], problem, answer, SiteState.from_json(row["inputs"]["state"]), row["synthetic"], row["issued_at"])


def _schedule_part(desk: Desk, site: Site, day: dt.date, planned: Planned, promise: Expected) -> Part:
    start = day_start(day, site.tz)
    answer = planned.answer | {"committed": bill_of_the_day(site, planned.problem, planned.answer)}
    row = {
        "site": site.key, "zone": site.zone, "delivery_day": day, "plan_id": planned.plan_id, "issued_at": planned.issued_at,
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
