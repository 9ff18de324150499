"""Small houses for the tests of the whole graph: real prices and inputs of DE-LU cut to eleven weeks, a fixed clock, a folder each."""

import datetime as dt
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.demo import Extent, Outcome, run_demo
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC, day_start, range_bounds
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer.warehouse.tables import PUBLISHED

ZONE = "DE-LU"
TZ = zone(ZONE).tz
NOW = dt.datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
ONE_DAY = dt.timedelta(days=1)
EXTENT = Extent(history=75, forecast=10, plan=2, advice_weeks=52)
"""Enough for lear_56 (and for no longer window), a week of residuals before the spring day, which has a band then."""

LAST = dt.date(2026, 3, 31)
PRICE_FILE = "de_lu_energycharts_15min_202510_202605.parquet"
INPUT_FILE = "de_lu_exog_2024_2026_hourly.parquet"
INPUTS = ["load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw"]


@dataclass(frozen=True)
class Home:
    """A house whose graph ran: its warehouse, what the runs did, and the lines they reported."""

    desk: Desk
    outcome: Outcome
    lines: list[str]

    @property
    def house(self) -> Warehouse:
        return self.desk.warehouse


def write_files(shared: Path, folder: Path, *, changed_from: dt.date | None = None) -> tuple[Path, Path]:
    """CSV files of prices and of inputs up to `LAST`; from `changed_from` on they say something else than what came."""
    folder.mkdir(parents=True, exist_ok=True)
    prices, inputs = folder / "prices.csv", folder / "inputs.csv"
    cut(shared, PRICE_FILE, LAST, EXTENT.history, ["price"], changed_from).write_csv(prices)
    cut(shared, INPUT_FILE, LAST, EXTENT.history, INPUTS, changed_from).write_csv(inputs)
    return prices, inputs


def cut(shared: Path, name: str, last: dt.date, days: int, columns: list[str], changed_from: dt.date | None = None) -> pl.DataFrame:
    """Real rows of the `days` up to `last`; from `changed_from` on each value is another one, higher by a third and 20."""
    start, end = range_bounds(last - (days - 1) * ONE_DAY, last, TZ)
    frame = pl.read_parquet(shared / "data" / name).select("utc", *columns).filter(pl.col("utc") >= start, pl.col("utc") < end)
    if changed_from is None:
        return frame
    later = pl.col("utc") >= day_start(changed_from, TZ)
    return frame.with_columns(pl.when(later).then(pl.col(name) * 4 / 3 + 20).otherwise(name).alias(name) for name in columns)


def desk_of(home: Path, prices: Path, inputs: Path | None = None, now: dt.datetime = NOW, **settings: Any) -> Desk:
    """Desk of a house on given files that asks no upstream, at a fixed time."""
    given = {"price_files": (prices,), "input_files": (inputs,) if inputs else (), "zones": (ZONE,), "offline": True}
    return Desk(load_settings(home=home, **{**given, **settings}), lambda: now)


def run_small(desk: Desk, last: dt.date = LAST, extent: Extent = EXTENT) -> Home:
    """The whole graph as the demo runs it, over a few days."""
    lines: list[str] = []
    outcome = run_demo(build_defs(desk), desk, [ZONE], last, lines.append, extent)
    return Home(desk, outcome, lines)


def copy_of(home: Home, folder: Path, now: dt.datetime = NOW + ONE_DAY, **settings: Any) -> Desk:
    """Desk of a copy of a house, on the same files, a day later: what a test may change."""
    old = home.desk.settings
    folder.mkdir(parents=True)
    with sqlite3.connect(old.home / "warehouse.db") as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "warehouse.db"),))
    connection.close()
    shutil.copytree(old.home / "models", folder / "models")
    return desk_of(folder, old.price_files[0], old.input_files[0], now, **settings)


def materialize(desk: Desk, assets: list[str], first: dt.date, last: dt.date) -> dg.ExecuteInProcessResult:
    """Some assets over a range of delivery days."""
    with dg.DagsterInstance.ephemeral() as instance:
        job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), assets)
        return job.execute_in_process(
            instance=instance,
            tags=range_tags(first, last),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )


def contents(house: Warehouse) -> pl.DataFrame:
    """What is published: asset, scope, partition, version, rows and content hash of every current version."""
    columns = ["scope", "partition", "version", "rows", "content_hash", "synthetic"]
    return pl.concat(house.versions(asset).select(pl.lit(asset).alias("asset"), *columns) for asset in PUBLISHED)


def failed_checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """Checks that did not pass, by asset and name."""
    found = result.get_asset_check_evaluations()
    return {f"{check.asset_key.to_user_string()} {check.check_name}": check for check in found if not check.passed}
