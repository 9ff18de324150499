"""A house with a fleet: a file of many sites, and the prices and forecasts of a delivery day that their plans are made from."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sites.clock import day_steps
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import Part

ZONE = "DE-LU"
DAY = dt.date(2026, 5, 20)
NOW = dt.datetime(2026, 5, 19, 14, tzinfo=UTC)
SITE = """
[{key}]
name = "House {number}"
subject = "household-{number}"
zone = "DE-LU"
tariff = "de-household-dynamic"
grid = {{ import_limit_kw = {limit}, export_limit_kw = 9.8 }}
load = {{ profile = "household", annual_kwh = 4200 }}

[[{key}.devices]]
type = "pv"
name = "roof"
kwp = 9.8
performance_ratio = 0.80

[[{key}.devices]]
type = "battery"
name = "battery"
capacity_kwh = {capacity}
min_kwh = 0.6
initial_kwh = 3.0
charge_kw = 5.0
discharge_kw = 5.0
charge_efficiency = 0.96
discharge_efficiency = 0.96
cycle_cost_per_kwh = 0.01
"""


def write_sites(file: Path, count: int, weak: tuple[int, ...] = ()) -> Path:
    """A file of `count` houses with roof and battery; the connection of `weak` ones is smaller than their load."""
    texts = [SITE.format(key=f"house-{k:04}", number=k, capacity=8 + k % 5, limit=0.05 if k in weak else 24.0) for k in range(1, count + 1)]
    file.write_text("".join(texts), encoding="utf-8")
    return file


def fleet_desk(folder: Path, sites: Path, **settings: Any) -> Desk:
    """Desk of a house whose sites are those of a file, with prices and forecasts of `DAY` in its warehouse."""
    desk = Desk(load_settings(home=folder, offline=True, zones=(ZONE,), site_files=(sites,), **settings), lambda: NOW)
    starts = day_steps(DAY, desk.sites_of([ZONE])[next(iter(desk.sites))].tz)
    desk.warehouse.publish("prices", [_prices(starts)], run_id="given", now=NOW)
    parts = [_forecast(site, number, starts) for number, site in enumerate(desk.sites.values())]
    desk.warehouse.publish("site_forecasts", parts, run_id="given", now=NOW)
    return desk


def _prices(starts: pl.Series) -> Part:
    steps = pl.int_range(len(starts), eager=True)
    values = 80 + 60 * (steps * (4 * 3.14159 / 96)).cos() + steps % 7
    frame = pl.DataFrame({"start": starts, "price_eur_mwh": values, "price": values}).with_columns(
        zone=pl.lit(ZONE), delivery_day=pl.lit(DAY), resolution_minutes=15, currency=pl.lit("EUR"), source=pl.lit("given"),
        derivation=pl.lit("given"), licence=pl.lit("none"),
        status=pl.lit("final"), redistributable=pl.lit(value=False), synthetic=pl.lit(value=False),
    )  # fmt: skip
    return Part(ZONE, DAY.isoformat(), frame)


def _forecast(site: Site, number: int, starts: pl.Series) -> Part:
    steps = pl.int_range(len(starts), eager=True)
    sun = 6 * ((steps - 24) * (3.14159 / 48)).sin()
    frame = pl.DataFrame(
        {
            "start": starts,
            "load_kw": 0.3 + 0.4 * ((steps * 37 + number * 11) % 17) / 17,
            "pv_kw": pl.Series([max(0.0, kw) for kw in sun]) * (0.8 + 0.01 * (number % 30)),
        }
    ).with_columns(
        site=pl.lit(site.key), delivery_day=pl.lit(DAY), resolution_minutes=15, method=pl.lit("given"), synthetic=pl.lit(value=False)
    )
    return Part(site.key, DAY.isoformat(), frame)
