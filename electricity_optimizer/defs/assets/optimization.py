"""Optimization: the cheapest schedule of each site, its settlement at what really came, and the savings of a month."""

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
from electricity_optimizer.defs.partitions import MONTHS, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_each, run_sites
from electricity_optimizer.errors import InputError, PlanError
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites import BASELINE, Expected, Settlement, SiteState, build_problem, expected, monthly_savings, settle
from electricity_optimizer.tariffs import TariffPrices, tariff
from electricity_optimizer.timeline import day_start, delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A stored plan: the problem, its answer, and the state its day began in."""

    plan_id: str
    problem: dict[str, Any]
    answer: dict[str, Any]
    state: SiteState
    synthetic: bool

    def expected(self, site: Site) -> Expected:
        """What the plan costs, its baseline, and where it leaves the site."""
        return expected(site, self.problem, self.answer, self.state)


@checked_asset("optimization", deps=["prices", "price_forecasts", "site_forecasts"])
def optimized_schedules(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The cheapest schedule of each site for the delivery day: battery, car, appliances, heat pump, batches.

    Prices are those published for the day, else the forecast. Each plan is replayed outside the model before it is stored; a site whose
    plan fails is named and the others go on. Days are planned in order, each from where the day before leaves the site.
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


@checked_asset("optimization", deps=["optimized_schedules", "prices", "meter_readings"])
def schedule_settlements(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Each plan at actual prices, load and sun, beside the same site without optimisation and with perfect foresight."""
    first, last = day_window(context)

    def work(site: Site, tally: Tally) -> None:
        settled = _last_settled(desk.warehouse, site, first)
        parts = []
        for day in delivery_days(first, last):
            planned = _stored(desk.warehouse, site, day)
            readings = desk.warehouse.read("meter_readings", site.key, day, day)
            market, synthetic = _published_prices(desk.warehouse, site, day)
            if planned is None or readings.is_empty() or market.is_empty():
                settled = None  # the day after a gap begins as its plan does, whether it is settled in this run or alone
                continue
            prices = tariff(site.tariff).prices(market, site.tz)
            result = settle(site, planned.problem, planned.answer, prices=prices, readings=readings, state=settled)
            settled = result.end
            parts.append(_settlement_part(site, day, result, planned, synthetic=synthetic or bool(readings["synthetic"].any())))
        if not parts:
            raise InputError(f"nothing to settle from {first} to {last}", where=site.key, remedy="it needs plan, prices and readings")
        publish(context, desk, tally, site.key, parts)

    tally = run_each(run_sites(desk, config), work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last, baseline=BASELINE), check_results=[published_check(tally)])


@checked_asset("optimization", deps=["schedule_settlements"], partitions=MONTHS)
def savings(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each site saved in a month against the named baseline, from its settled days.

    The figures are somebody's own: they are in the table and the guarded API, never in metadata.
    """
    first, last = day_window(context)
    until = (last.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY

    def work(site: Site, tally: Tally) -> None:
        rows = desk.warehouse.read("schedule_settlements", site.key, first, until)
        if rows.is_empty():
            return
        months = monthly_savings(rows)
        parts = [Part(site.key, str(key[0]), frame) for key, frame in months.group_by(["month"], maintain_order=True)]
        publish(context, desk, tally, site.key, parts)

    tally = run_each(desk.sites, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, until, baseline=BASELINE), check_results=[published_check(tally)])


def plan_site(desk: Desk, site: Site, first: dt.date, last: dt.date) -> Iterator[Part]:
    """Parts of `optimized_schedules`: the plans of a site for the days `first` to `last`, each from where the day before leaves it.

    Raises InputError for what is not known, PlanError for a plan that is none; the days before are given then.
    """
    before = _stored(desk.warehouse, site, first - ONE_DAY)
    state = before.expected(site).end if before else SiteState.initial(site)
    for day in delivery_days(first, last):
        planned = _plan(desk, site, day, state)
        promise = planned.expected(site)
        yield _schedule_part(desk, site, day, planned, promise)
        state = promise.end


def _plan(desk: Desk, site: Site, day: dt.date, state: SiteState) -> Planned:
    house = desk.warehouse
    prices, synthetic = _prices_to_plan_with(house, site, day)
    forecast = house.read("site_forecasts", site.key, day, day)
    problem = build_problem(site, day, prices=prices, forecast=forecast, state=state)
    answer = schedule(problem)
    if not answer.get("verified"):
        said = f"{answer['status']}: {'; '.join(answer.get('conflict', [])) or answer.get('message', 'no plan')}"
        raise PlanError(said, where=f"{site.key} {day}", remedy="relax the limits that cannot hold together")
    answer.pop("solve_seconds")  # a stopwatch, not part of the plan: the same plan must have the same content
    plan_id = hashlib.sha256(orjson.dumps(problem, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return Planned(plan_id, problem, answer, state, synthetic or bool(forecast["synthetic"].any()))


def _prices_to_plan_with(house: Warehouse, site: Site, day: dt.date) -> tuple[TariffPrices, bool]:
    """Import and export prices of the site: the published day-ahead prices, else the forecast of the ensemble."""
    market, synthetic = _published_prices(house, site, day)
    if market.is_empty():
        issued = house.read("price_forecasts", site.zone, day, day).filter(pl.col("model") == ENSEMBLE)
        market = issued.select("start", pl.col("value_eur_mwh").alias("price_eur_mwh"))
        synthetic = bool(issued["synthetic"].any())
    if market.is_empty():
        raise InputError(f"no price and no forecast for {day}", where=site.key, remedy="materialize price_forecasts first")
    return tariff(site.tariff).prices(market, site.tz), synthetic


def _published_prices(house: Warehouse, site: Site, day: dt.date) -> tuple[pl.DataFrame, bool]:
    rows = house.read("prices", site.zone, day, day)
    return rows.select("start", "price_eur_mwh"), bool(rows["synthetic"].any())


def _stored(house: Warehouse, site: Site, day: dt.date) -> Planned | None:
    rows = house.read("optimized_schedules", site.key, day, day)
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    problem, answer = (orjson.loads(zstandard.decompress(row[name])) for name in ("problem", "answer"))
    return Planned(row["plan_id"], problem, answer, SiteState.from_json(row["inputs"]["state"]), row["synthetic"])


def _schedule_part(desk: Desk, site: Site, day: dt.date, planned: Planned, promise: Expected) -> Part:
    start = day_start(day, site.tz)
    versions = {
        asset: {row["partition"]: row["version"] for row in desk.warehouse.versions(asset, scope, day, day).iter_rows(named=True)}
        for asset, scope in (("prices", site.zone), ("price_forecasts", site.zone), ("site_forecasts", site.key))
    }
    row = {
        "site": site.key, "zone": site.zone, "delivery_day": day, "plan_id": planned.plan_id, "issued_at": min(desk.now(), start),
        "start": start, "status": planned.answer["status"], "verified": planned.answer["verified"],
        "cost": promise.cost, "baseline_cost": promise.baseline_cost, "currency": planned.problem["currency"],
        "problem": zstandard.compress(orjson.dumps(planned.problem)), "answer": zstandard.compress(orjson.dumps(planned.answer)),
        "inputs": {"versions": versions, "state": planned.state.to_json()}, "synthetic": planned.synthetic,
    }  # fmt: skip
    return Part(site.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"inputs": pl.Object}))


def _last_settled(house: Warehouse, site: Site, before: dt.date) -> SiteState | None:
    rows = house.read("schedule_settlements", site.key, before - ONE_DAY, before - ONE_DAY)
    return SiteState.from_json(rows["end_state"][0]) if rows.height else None


def _settlement_part(site: Site, day: dt.date, result: Settlement, planned: Planned, *, synthetic: bool) -> Part:
    row = {
        "site": site.key, "zone": site.zone, "delivery_day": day, "plan_id": planned.plan_id, "currency": result.currency,
        "settled_cost": result.settled_cost, "baseline_cost": result.baseline_cost, "foresight_cost": result.foresight_cost,
        "end_state": result.end.to_json(), "synthetic": synthetic,
    }  # fmt: skip
    return Part(site.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"end_state": pl.Object}))
