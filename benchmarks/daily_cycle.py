"""CPU seconds of the daily cycle of one zone, from asking the sources to the schedules of its sites, once the process is up.

Limit: 5 CPU seconds a zone and day. Beside it, in the same run, the same cycle with nothing new to publish, and Dagster's own share (the
time outside our asset functions). Simulated DE-LU with its three sites, 130 days of history, a temporary home.
"""

import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs import zone_runs
from electricity_optimizer.defs.demo import Extent, run_demo
from electricity_optimizer.defs.instance import dagster_home
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings

LIMIT_CPU_SECONDS = 5.0
DAY = dt.date(2026, 5, 20)
NOW = dt.datetime(2026, 5, 19, 14, tzinfo=dt.UTC)
JOBS = ("price_sync", "forecast_and_plan")
RESULT = Path(__file__).parent / "results" / "daily_cycle.json"


@contextmanager
def own_work(seconds: list[float]) -> Iterator[None]:
    """Add up the CPU seconds spent inside the loops over zones and sites, which hold all our work."""
    original = zone_runs.run_each

    def timed(*arguments: object) -> object:
        began = time.process_time()
        try:
            return original(*arguments)
        finally:
            seconds.append(time.process_time() - began)

    modules = [
        module for name, module in sys.modules.items() if name.startswith("electricity_optimizer.defs") and hasattr(module, "run_each")
    ]
    for module in modules:
        module.run_each = timed
    try:
        yield
    finally:
        for module in modules:
            module.run_each = original


def cycle(definitions: dg.Definitions, instance: dg.DagsterInstance, day: dt.date) -> dict[str, float]:
    """Run the jobs of one delivery day and time them."""
    own: list[float] = []
    began = time.process_time()
    with own_work(own):
        for name in JOBS:
            job = definitions.resolve_job_def(name)
            quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
            if not job.execute_in_process(instance=instance, run_config=quiet, tags=range_tags(day, day)).success:
                raise SystemExit(f"{name} failed for {day}")
    total = time.process_time() - began
    return {"cpu_seconds": round(total, 2), "own_work_cpu_seconds": round(sum(own), 2), "dagster_cpu_seconds": round(total - sum(own), 2)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(load_settings(home=folder, offline=True, zones=("DE-LU",)), lambda: NOW)
        definitions = build_defs(desk)
        run_demo(definitions, desk, ["DE-LU"], DAY - dt.timedelta(days=1), print, Extent(history=130, forecast=14, plan=2))
        with dg.DagsterInstance.from_config(str(dagster_home(desk.settings))) as instance:
            measured = {"a new day": cycle(definitions, instance, DAY), "nothing new": cycle(definitions, instance, DAY)}
    report = {"limit_cpu_seconds": LIMIT_CPU_SECONDS, "zone": "DE-LU", "sites": 3, **measured}
    report["share_of_limit"] = round(measured["a new day"]["cpu_seconds"] / LIMIT_CPU_SECONDS, 2)
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
