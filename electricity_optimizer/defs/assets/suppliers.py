"""Supplier advice: once a month, what each site's year would cost under every offer of its zone, and whether a change pays."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import polars as pl
from pydantic import Field

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.suppliers import offers_in
from electricity_optimizer.defs.partitions import MONTHS, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_inputs import ONE_DAY, SiteInputs
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_each, run_sites
from electricity_optimizer.sites.advice_rows import advice_rows
from electricity_optimizer.sites.supplier_advice import advise_site, steps_before
from electricity_optimizer.sites.year_of_load import year_of_load
from electricity_optimizer.tariffs.switching.year import LEAST_DAYS
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part, Warehouse

PRICE_YEARS = 3
"""Years of prices that price years are drawn from: long enough for seasons of all kinds."""
MACHINES = 3
"""A business plans a week of so many times as many: a day of machines under a demand charge takes the solver ten times as long."""
JSON_COLUMNS = {"details": pl.Object}


class AdviceConfig(ZoneConfig):
    """Zones as everywhere, and how much is planned: one week of each `week_of_each` (1: every day), a business one of thrice as many."""

    week_of_each: int = Field(default=1, ge=1, le=52)


@checked_asset("optimization", deps=["prices", "meter_readings", "raw_weather"], partitions=MONTHS)
def supplier_advice(context: dg.AssetExecutionContext, config: AdviceConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Each site's last 365 days under every offer of the supplier catalogue, with and without its devices planned, and a recommendation.

    As of the last day of the month, or today in the running one. Load is measured where there are readings and profiled where there are
    none; a dynamic tariff has bands from price years drawn of the zone's own weeks, of which a month must be known. Staying is one of the
    choices. The figures are
    somebody's own: they are in the table and the guarded API, never in metadata. Expected run time: 20 CPU seconds a household, two
    minutes a factory.
    """
    first, last = day_window(context)
    young: set[str] = set()

    def work(site: Site, tally: Tally) -> None:
        today = delivery_day(desk.now(), site.tz)
        ends = [min(_month_end(month), today) for month in _months(first, last)]
        known = [end for end in ends if _enough_is_known(desk.warehouse, site, end)]
        young.update([] if known else [site.zone])
        if known:
            publish(context, desk, tally, site.key, [_part(desk.warehouse, site, end, config.week_of_each) for end in known])

    tally = run_each(run_sites(desk, config), work)
    told = metadata(tally, first, _month_end(last), **({"waiting for a month of prices": sorted(young)} if young else {}))
    return dg.MaterializeResult(metadata=told, check_results=[published_check(tally)])


def _part(house: Warehouse, site: Site, today: dt.date, every: int) -> Part:
    steps = steps_before(site, today)
    readings = house.read("meter_readings", site.key, steps.first, steps.last)
    air = SiteInputs(house, steps.first, steps.last).sun_and_air(site, "actual")
    since = today - PRICE_YEARS * 365 * ONE_DAY
    market = house.read("prices", site.zone, since, steps.last, only=("start", "resolution_minutes", "price_eur_mwh", "synthetic"))
    load = year_of_load(site, steps, readings, air.drop("delivery_day", "synthetic"))
    weeks = min(every * MACHINES, 52) if site.contract.customer == "business" else every
    found = advise_site(site, load, market, offers_in(site.zone), today=today, every=weeks)
    synthetic = any(bool(frame["synthetic"].any()) for frame in (readings, air, market))
    rows = [row | {"month": today.strftime("%Y-%m"), "synthetic": synthetic} for row in advice_rows(found)]
    return Part(site.key, today.strftime("%Y-%m"), pl.DataFrame(rows, schema_overrides=JSON_COLUMNS))


def _enough_is_known(house: Warehouse, site: Site, today: dt.date) -> bool:
    """Whether the zone's record is long enough to draw years of prices from; a young one is no failure, there is no advice yet."""
    since = today - PRICE_YEARS * 365 * ONE_DAY
    return house.versions("prices", site.zone, since, today - ONE_DAY).height >= LEAST_DAYS


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    month = first
    while month <= last:
        yield month
        month = _month_end(month) + ONE_DAY


def _month_end(month: dt.date) -> dt.date:
    return (month.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY
