"""A small house to run the graph in: its own folder, a fixed clock, real or simulated prices."""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.demo import Outcome
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC, range_bounds
from electricity_optimizer_tests.defs.small_homes import Home, desk_of, run_small, write_files

NOW = dt.datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Desk]:
    def make(name: str = "home", **settings: Any) -> Desk:
        return Desk(load_settings(home=tmp_path / name, offline=True, zones=("DE-LU",), **settings), lambda: NOW)

    return make


@pytest.fixture(scope="session")
def small_home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The house of eleven weeks after its demo; tests read it and never write to it (`copy_of` gives one to write to).

    Made once for all workers of pytest-xdist: it costs half a minute.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "small"
    folder.mkdir(exist_ok=True)
    told = folder / "told.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            home = run_small(desk_of(folder / "home", *write_files(shared, folder / "files")))
            told.write_text(json.dumps({"outcome": asdict(home.outcome), "lines": home.lines}))
    said = json.loads(told.read_text())
    return Home(
        desk_of(folder / "home", folder / "files" / "prices.csv", folder / "files" / "inputs.csv"),
        Outcome(**said["outcome"]),
        said["lines"],
    )


@pytest.fixture
def run(instance: dg.DagsterInstance) -> Run:
    """Materialize assets over a range of delivery days with a desk."""

    def execute(desk: Desk, assets: list[str], first: dt.date, last: dt.date, zones: list[str] | None = None) -> dg.ExecuteInProcessResult:
        job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), assets)
        config = {"ops": {name: {"config": {"zones": zones}} for name in assets}} if zones else {}
        return job.execute_in_process(
            instance=instance,
            tags=range_tags(first, last),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, **config},
            raise_on_error=False,
        )

    return execute


@pytest.fixture
def real_days(shared: Path) -> Callable[[dt.date, dt.date], pl.DataFrame]:
    """Real quarter-hour prices of DE-LU for a range of delivery days: columns start, price."""
    frame = pl.read_parquet(shared / "data" / "de_lu_energycharts_15min_202510_202605.parquet")
    time = next(name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime))
    frame = frame.select(pl.col(time).dt.convert_time_zone("UTC").alias("start"), "price")

    def cut(first: dt.date, last: dt.date) -> pl.DataFrame:
        start, end = range_bounds(first, last, zone("DE-LU").tz)
        return frame.filter(pl.col("start") >= start, pl.col("start") < end)

    return cut


def reasons(result: dg.ExecuteInProcessResult) -> list[str]:
    """Why steps failed, for the message of an assertion."""
    return [str(event.step_failure_data.error) for event in result.all_events if event.is_step_failure]
