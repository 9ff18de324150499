"""A factory's week at 15 min, planned to a gap of 1 %: seconds against the limit of 30, cost against the baseline.

Real prices of DE-LU and the sun as it was forecast, from ../shared/data (never committed). The factory has two or three lines (a conche
each, one tempering line and one cooling tunnel for all), 20, 30 or 45 chains of three stages a week, two shifts, a cold store, a roof, a
demand charge of 12 EUR/kW above a peak that the month already has; the outdoor temperature is a plain wave. CPU seconds stand beside wall
seconds, which are what the limit is of: the machine may be shared.

`python benchmarks/factory_week.py` writes results/factory_week.json.
"""

import argparse
import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.catalog.production import Batch, Stage
from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites import Side, SiteState, day_steps, load_profile, pv_from_zone
from electricity_optimizer.sites.week import WEEK_GAP, build_week
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.timeline import UTC_DTYPE

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULT = Path(__file__).parent / "results" / "factory_week.json"
LIMIT_SECONDS = 30.0
HOURS_OF_A_YEAR = 8760
CONCHES = ((85.0, 360), (70.0, 300), (60.0, 420))
MAY, APRIL = dt.date(2026, 5, 4), dt.date(2026, 4, 13)

CASES: dict[str, tuple[dt.date, int, int, float, float]] = {
    "2 lines, 20 chains": (MAY, 2, 2, 300.0, 120.0),
    "2 lines, 20 chains, April": (APRIL, 2, 2, 300.0, 120.0),
    "2 lines, 30 chains": (MAY, 2, 3, 320.0, 120.0),
    "demo factory-1, peak of 250 kW": (MAY, 0, 0, 250.0, 120.0),
    "3 lines, 45 chains": (MAY, 3, 3, 380.0, 120.0),
}
"""Name -> first day, lines (0: the demo's own), chains a line and workday, the month's peak in kW, seconds given."""


def factory(lines: int, chains: int) -> Site:
    """The demo's factory with other batches; tempering and cooling are shorter where more chains share them."""
    own = site("factory-1")
    if not lines:
        return own
    minutes = 90 if lines * chains <= 4 else 60
    made = [_product(index, chains, minutes) for index in range(lines)]
    others = [device for device in own.devices if not isinstance(device, Batch)]
    return own.model_copy(update={"devices": (*others, *made)})


def _product(index: int, chains: int, minutes: int) -> Batch:
    power_kw, conching = CONCHES[index]
    stages = (
        Stage(name="conching", machine=f"conche {index + 1}", power_kw=power_kw, minutes=conching, attended=False),
        Stage(name="tempering", machine="tempering line", power_kw=30.0, minutes=minutes),
        Stage(name="cooling", machine="cooling tunnel", power_kw=60.0, minutes=minutes),
    )
    name = f"product {index + 1}"
    return Batch.model_validate(
        {"type": "batch", "name": name, "batches": chains, "from": "06:00", "until": "22:00", "ready_after_days": 1, "stages": stages}
    )


def week(entry: Site, monday: dt.date, peak_kw: float) -> dict[str, Any]:
    """The problem of a real week."""
    start = pl.col("utc").cast(UTC_DTYPE).alias("start")
    price = pl.read_parquet(DATA / "de_lu_energycharts_15min_202510_202605.parquet").select(start, pl.col("price").alias("price_eur_mwh"))
    solar = pl.read_parquet(DATA / "de_lu_exog_2024_2026_hourly.parquet").select(start, pl.col("solar_forecast_mw").alias("solar_mw"))
    steps = pl.concat([day_steps(monday + dt.timedelta(days=number), entry.tz) for number in range(7)])
    peak = solar.filter(pl.col("start") < steps[0]).tail(HOURS_OF_A_YEAR)["solar_mw"].max()
    sun = pv_from_zone(entry, solar.with_columns(peak_mw=pl.lit(peak)), steps)
    wave = 12.0 + 6.0 * np.sin((np.arange(len(steps)) / 4 - 9) / 24 * 2 * np.pi)
    forecast = load_profile(entry, steps).join(sun, on="start", maintain_order="left").with_columns(outdoor_temperature_c=pl.Series(wave))
    prices = tariff(entry.tariff).prices(price, entry.tz)
    return build_week(entry, monday, prices=prices, forecast=forecast, state=SiteState(Side(peak_kw=peak_kw)))


def measure(name: str) -> dict[str, Any]:
    """One case planned."""
    monday, lines, chains, peak_kw, seconds = CASES[name]
    problem = week(factory(lines, chains), monday, peak_kw)
    wall, cpu = time.perf_counter(), time.process_time()
    answer = schedule(problem, gap=WEEK_GAP, time_limit=seconds)
    found: dict[str, Any] = {
        "steps": len(problem["import_price"]),
        "jobs": sum(device["type"] == "load" for device in problem["devices"]),
        "status": answer["status"],
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
    }
    if "objective" in answer:
        found |= {field: round(answer[field], 4) for field in ("gap", "objective", "bound", "baseline_cost", "savings_percent")}
    else:
        found["message"] = answer.get("message")
    return found | {"met": found.get("gap", 1.0) <= WEEK_GAP and found["wall_seconds"] <= LIMIT_SECONDS}


def main() -> None:
    """Plan the cases and write their figures."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("cases", nargs="*", help=f"of: {', '.join(CASES)}; all by default")
    chosen = arguments.parse_args().cases or list(CASES)
    report: dict[str, Any] = {"limit_seconds": LIMIT_SECONDS, "gap": WEEK_GAP, "cases": {}}
    for name in chosen:
        report["cases"][name] = measure(name)
        print(f"{name}: {json.dumps(report['cases'][name])}", flush=True)
        RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
