"""What plans came to: each settled at what really came beside its references, and the savings of a month."""

import dataclasses
import datetime as dt

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.defs.assets.optimization import Planned, stored_plan
from electricity_optimizer.defs.partitions import MONTHS, day_window
from electricity_optimizer.defs.plan_inputs import carbon_of, naive_tariff_prices, published_prices
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_each, run_sites
from electricity_optimizer.errors import InputError
from electricity_optimizer.sites import BASELINE, Settlement, SiteState, monthly_savings, settle
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)


@checked_asset("optimization", deps=["optimized_schedules", "prices", "meter_readings", "raw_carbon"])
def schedule_settlements(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Each plan at actual prices, load and sun, beside three references at the very same actuals.

    They are the same site without optimisation (the baseline of every saving), a plan made with naive prices, and perfect foresight. What
    the plan lies above foresight is split: prices not known, load and sun not known, the rest. With the energy over the meter, how much of
    the sun was used on site, and emissions where the zone's carbon intensity is on record. Expected run time: a second a site and day.
    """
    first, last = day_window(context)

    def work(site: Site, tally: Tally) -> None:
        settled = _last_settled(desk.warehouse, site, first)
        parts = []
        for day in delivery_days(first, last):
            part, settled = _settled(desk.warehouse, site, day, settled)
            parts += [part] if part else []
        if not parts:
            raise InputError(f"nothing to settle from {first} to {last}", where=site.key, remedy="it needs plan, prices and readings")
        publish(context, desk, tally, site.key, parts)

    tally = run_each(run_sites(desk, config), work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last, baseline=BASELINE), check_results=[published_check(tally)])


@checked_asset("optimization", deps=["schedule_settlements"], partitions=MONTHS)
def savings(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each site saved in a month against the baseline that each row names, from its settled days.

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


def _settled(house: Warehouse, site: Site, day: dt.date, before: SiteState | None) -> tuple[Part | None, SiteState | None]:
    """The settled `day` and where it left the site; nothing of both where plan, prices or readings lack.

    The day after a gap begins as its plan does, whether it is settled in this run or alone.
    """
    planned = stored_plan(house, site, day)
    readings = house.read("meter_readings", site.key, day, day)
    market, synthetic = published_prices(house, site, day)
    if planned is None or readings.is_empty() or market.is_empty():
        return None, None
    carbon = carbon_of(house, site, day)
    result = settle(
        site,
        planned.problem,
        planned.answer,
        prices=tariff(site.tariff).prices(market, site.tz),
        readings=readings,
        state=before,
        naive=naive_tariff_prices(house, site, day),
        carbon=carbon,
    )
    synthetic = synthetic or any(bool(frame["synthetic"].any()) for frame in (readings, carbon) if frame is not None)
    return _part(site, day, result, planned, synthetic=synthetic), result.end


def _last_settled(house: Warehouse, site: Site, before: dt.date) -> SiteState | None:
    rows = house.read("schedule_settlements", site.key, before - ONE_DAY, before - ONE_DAY)
    return SiteState.from_json(rows["end_state"][0]) if rows.height else None


def _part(site: Site, day: dt.date, result: Settlement, planned: Planned, *, synthetic: bool) -> Part:
    row = {
        "site": site.key, "zone": site.zone, "delivery_day": day, "plan_id": planned.plan_id, "currency": result.currency,
        "settled_cost": result.settled_cost, "baseline_cost": result.baseline_cost, "foresight_cost": result.foresight_cost,
        "naive_cost": result.naive_cost, "regret_price": result.regret.price, "regret_energy": result.regret.energy,
        "regret_rounding": result.regret.rounding, **dataclasses.asdict(result.outcome),
        "end_state": result.end.to_json(), "synthetic": synthetic,
    }  # fmt: skip
    numbers = dict.fromkeys(("naive_cost", *dataclasses.asdict(result.outcome)), pl.Float64)
    return Part(site.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"end_state": pl.Object, **numbers}))
