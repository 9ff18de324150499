"""What a plan is made from, and what it is settled with: prices of the day, what is expected beyond it, load and sun.

A plan is issued when it is made, at the latest when its day begins. What lies beyond the day is read as it was known then: a plan of the
past that is made again must not see what came later. So a backfill, whose forecasts were written down long after, plans the day alone.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.market.carbon import carbon_values
from electricity_optimizer.sites.naive_prices import naive_prices
from electricity_optimizer.tariffs import TariffPrices, tariff
from electricity_optimizer.timeline import day_start
from electricity_optimizer.warehouse import Warehouse

ONE_DAY = dt.timedelta(days=1)
SWANSON = (0.3, 0.4, 0.3)
"""Weights of the first decile, the median and the ninth decile that give the mean of most distributions (Swanson's rule, as in Keelin and
Powley 2011, Decision Analysis 8; Hurst, Brown and Swanson 2000, AAPG Bulletin 84)."""


@dataclass(frozen=True)
class PlanInputs:
    """Prices and the forecast of load and sun from the beginning of a day on; prices from `published_until` on are forecasts."""

    prices: TariffPrices
    forecast: pl.DataFrame
    published_until: dt.datetime
    synthetic: bool


def plan_inputs(house: Warehouse, site: Site, day: dt.date, issued: dt.datetime) -> PlanInputs:
    """Inputs of a plan of `day` that is issued at `issued`. Raises InputError where there is no price of the day, published or forecast."""
    market, synthetic = published_prices(house, site, day)
    published_until = day_start(day + ONE_DAY if market.height else day, site.tz)
    if market.is_empty():
        market, synthetic = _forecast_prices(house, site, day)
    if market.is_empty():
        raise InputError(f"no price and no forecast for {day}", where=site.key, remedy="materialize price_forecasts first")
    beyond, more_synthetic = published_prices(house, site, day + ONE_DAY, as_of=issued)
    if beyond.height:
        published_until = day_start(day + 2 * ONE_DAY, site.tz)
    else:
        beyond, more_synthetic = _forecast_prices(house, site, day + ONE_DAY, as_of=issued)
    forecast = house.read("site_forecasts", site.key, day, day)
    ahead = house.read("site_forecasts", site.key, day + ONE_DAY, day + ONE_DAY, as_of=issued)
    if ahead.height and beyond.height:
        market, forecast, synthetic = pl.concat([market, beyond]), pl.concat([forecast, ahead]), synthetic or more_synthetic
    prices = tariff(site.tariff).prices(market, site.tz)
    return PlanInputs(prices, to_plan_with(forecast), published_until, synthetic or bool(forecast["synthetic"].any()))


def to_plan_with(forecast: pl.DataFrame) -> pl.DataFrame:
    """Rows of `site_forecasts` with the sun as its mean, from the deciles of its band (`SWANSON`): what a plan is made with.

    A band of the sun is skewed, and its mean is what comes in the long run. The load stays the median: what a battery is planned to
    cover beyond the load that comes is fed in at a fraction of its worth, so too high a load costs more than too low a one
    (benchmarks/savings.py, "plan" and "plan, mean load", on a real household).
    """
    bands = ("pv_q10_kw", "pv_kw", "pv_q90_kw")
    if any(name not in forecast.columns for name in bands):
        return forecast
    mean = sum((weight * pl.col(name) for weight, name in zip(SWANSON, bands, strict=True)), pl.lit(0.0))
    return forecast.with_columns(pl.coalesce(mean, "pv_kw").alias("pv_kw"))


def published_prices(house: Warehouse, site: Site, day: dt.date, as_of: dt.datetime | None = None) -> tuple[pl.DataFrame, bool]:
    """Start and price_eur_mwh of the published day-ahead prices, and whether any is simulated; empty before publication."""
    rows = house.read("prices", site.zone, day, day, as_of=as_of)
    return rows.select("start", "price_eur_mwh"), bool(rows["synthetic"].any())


def naive_tariff_prices(house: Warehouse, site: Site, day: dt.date) -> TariffPrices | None:
    """What the site would pay in `day` if the prices of its last similar day came again; None where that day is not known."""
    market = house.read("prices", site.zone, day - 8 * ONE_DAY, day - ONE_DAY, only=["start", "price_eur_mwh"])
    naive = naive_prices(market, day, site.tz)
    return tariff(site.tariff).prices(naive, site.tz) if naive.height else None


def carbon_of(house: Warehouse, site: Site, day: dt.date) -> pl.DataFrame | None:
    """Carbon intensity of the zone's grid on `day` (start, carbon_g_kwh, synthetic); None where nothing is on record."""
    found = carbon_values(house.records("carbon_record", site.zone, day, day))
    return found if found.height else None


def _forecast_prices(house: Warehouse, site: Site, day: dt.date, as_of: dt.datetime | None = None) -> tuple[pl.DataFrame, bool]:
    rows = house.read("price_forecasts", site.zone, day, day, as_of=as_of, where={"model": [ENSEMBLE]})
    return rows.select("start", pl.col("value_eur_mwh").alias("price_eur_mwh")), bool(rows["synthetic"].any())
