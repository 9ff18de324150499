"""The assets `raw_prices` and `prices` run in this process against the fault server."""

import datetime as dt
from pathlib import Path

import dagster as dg

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer_tests.faults.cell import KEYS
from electricity_optimizer_tests.faults.server import FaultServer

MARKET = ("raw_prices", "prices")


def desk_at(server: FaultServer, home: Path, now: dt.datetime, zones: tuple[str, ...] = (), **addresses: str) -> Desk:
    """A desk whose upstreams are all on the server; `addresses` are those of some sources by the name of their file, "tls" and the like."""
    remote = [name.replace("-", "_") for name, entry in sources().items() if entry.url]
    urls = {name: server.address(name.replace("_", "-"), addresses.get(name, "")) for name in remote}
    settings = load_settings(home=home, source_urls=urls, keys=KEYS, enable=("nordpool",), zones=zones, allow_simulator=False)
    return Desk(settings, lambda: now)


def materialize(
    desk: Desk, instance: dg.DagsterInstance, day: dt.date, zones: list[str], *, refresh: bool = False
) -> dg.ExecuteInProcessResult:
    """One run of the day for `zones`, as the schedules start it."""
    config = {"config": {"zones": zones, "refresh": refresh}}
    job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), list(MARKET))
    return job.execute_in_process(
        instance=instance,
        tags=range_tags(day, day),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, "ops": dict.fromkeys(MARKET, config)},
        raise_on_error=False,
    )


def facts_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    """Metadata of the run's last materialization of `asset`."""
    found = result.asset_materializations_for_node(asset)
    return {name: entry.value for name, entry in found[-1].metadata.items()}


def failed_checks(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """What each failed check says, by asset and name."""
    return {
        f"{check.asset_key.to_user_string()}.{check.check_name}": check.description or ""
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }
