"""What the demo says at its end, read back from the warehouse: rows, accuracy, savings, checks, seconds."""

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.demo import Outcome
from electricity_optimizer.forecasting.learning.scores import ALL_HOURS
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.sites import BASELINE
from electricity_optimizer.sites.savings import saved_percent
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer.warehouse.tables import PUBLISHED

SCORED_DAYS = 60


def summarize(
    house: Warehouse, zones: Sequence[Zone], sites: Iterable[Site], last: dt.date, outcome: Outcome, wall_seconds: float
) -> dict[str, Any]:
    """The object that `demo --json` prints (contracts/commands), with more beside it."""
    prices = {zone.key: house.read("prices", zone.key) for zone in zones}
    sources = {name: sorted(frame["source"].unique()) for name, frame in prices.items()}
    return {
        "zones": [zone.key for zone in zones],
        "days": max((frame["delivery_day"].n_unique() for frame in prices.values()), default=0),
        "last_day": last.isoformat(),
        "source": ", ".join(sorted({source for found in sources.values() for source in found})),
        "synthetic": any(bool(frame["synthetic"].any()) for frame in prices.values()),
        "synthetic_inputs": _synthetic_assets(house),
        "rows": {asset: int(house.versions(asset)["rows"].sum()) for asset in PUBLISHED},
        "forecast": {zone.key: found for zone in zones if (found := _accuracy(house, zone, last))},
        "baseline": BASELINE,
        "schedules": {site.key: found for site in sites if (found := _savings(house, site))},
        "checks": {"passed": outcome.passed, "failed": outcome.failed, "warnings": outcome.warnings, "notes": outcome.notes},
        "stage_seconds": outcome.seconds,
        "wall_seconds": round(wall_seconds, 1),
        "cpu_seconds": round(time.process_time(), 1),
    }


def _synthetic_assets(house: Warehouse) -> list[str]:
    return [asset for asset in PUBLISHED if bool(house.versions(asset)["synthetic"].any())]


def _accuracy(house: Warehouse, zone: Zone, last: dt.date) -> dict[str, Any] | None:
    """Scores of the ensemble over the last days whose prices are known, and of each model beside it."""
    whole = {"window_days": [SCORED_DAYS], "horizon_days": [1], "hour": [ALL_HOURS]}
    rows = house.read("forecast_accuracy", zone.key, last - dt.timedelta(days=7), last, where=whole)
    newest = rows.filter(pl.col("delivery_day") == rows["delivery_day"].max())
    best = newest.filter(pl.col("model") == ENSEMBLE)
    if best.is_empty():
        return None
    row = best.row(0, named=True)
    scores = {name: row[name] for name in ("mae", "rmae", "rmse", "pinball", "coverage_50", "coverage_80", "coverage_90")}
    days = min(SCORED_DAYS, house.versions("forecast_observations", zone.key).height)
    return {
        **scores,
        "days": days,
        "models": {one["model"]: {"mae": one["mae"], "rmae": one["rmae"]} for one in newest.iter_rows(named=True)},
    }


def _savings(house: Warehouse, site: Site) -> dict[str, Any] | None:
    """Settled days of a site against the baseline, and its newest plan."""
    settled, plans = house.read("schedule_settlements", site.key), house.read("optimized_schedules", site.key)
    if plans.is_empty():
        return None
    newest = plans.sort("delivery_day").row(-1, named=True)
    found = {
        "verified": bool(plans["verified"].all()),
        "next": {name: str(newest[name]) if name == "delivery_day" else newest[name] for name in ("delivery_day", "cost", "baseline_cost")},
    }
    if settled.is_empty():
        return found
    cost, baseline, foresight = (float(settled[name].sum()) for name in ("settled_cost", "baseline_cost", "foresight_cost"))
    return {
        "cost": cost, "baseline_cost": baseline, "foresight_cost": foresight, "savings_percent": saved_percent(cost, baseline),
        "naive_cost": None if settled["naive_cost"].null_count() else float(settled["naive_cost"].sum()), "baseline": BASELINE,
        "settled_days": settled.height, "currency": settled["currency"][0], **found,
    }  # fmt: skip
