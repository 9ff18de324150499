"""`plan_fleet`: the schedules of thousands of sites for a delivery day, in shards that Dagster's own executors spread.

The job materializes `optimized_schedules` as the asset itself would, site by site the same content. The sites are cut into shards; each
shard is one step and one transaction. Which executor runs the steps is a setting (docs/FLEETS.md). A site that fails is named and the
others go on; a shard whose process died fails the run, and "retry from failure" plans that shard alone.
"""

import datetime as dt
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import dagster as dg
from pydantic import Field

from electricity_optimizer.catalog.toml import look_up
from electricity_optimizer.catalog.zones import chosen_zones
from electricity_optimizer.defs.assets.optimization import optimized_schedules, plan_site
from electricity_optimizer.defs.failures import retry_later
from electricity_optimizer.defs.notes import NOTES
from electricity_optimizer.defs.partitions import DELIVERY_DAYS
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.spread import executor_of
from electricity_optimizer.defs.zone_runs import PUBLISHED_CHECK, Tally, published_check, run_each
from electricity_optimizer.errors import ElectricityOptimizerError, PlanError, WarehouseError
from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import ForMany, Part, open_warehouse

ASSET = optimized_schedules.key
MOST_NAMED = 50
"""So many failing sites are named on the asset; the log of each shard names all of its own. Event logs keep what they are told for ever."""


@dataclass(frozen=True)
class ShardDesk(Desk):
    """Desk of a shard: one moment for all its sites, and what they read is read for all of them at once."""

    sites_of_shard: tuple[str, ...] = ()

    @cached_property
    def warehouse(self) -> ForMany:
        """The warehouse of the settings, read for many."""
        return ForMany(open_warehouse(self.settings), self.sites_of_shard)


Shard = dict[str, Any]
Report = dict[str, Any]


class FleetConfig(dg.Config):
    """Whose sites are planned (those of the active zones when none is named) and how many of them one step plans."""

    zones: list[str] = Field(default_factory=list)
    sites_per_shard: int = Field(250, ge=1)


@dg.op(out=dg.DynamicOut(io_manager_key=NOTES))
def cut_fleet(context: dg.OpExecutionContext, config: FleetConfig, desk: dg.ResourceParam[Desk]) -> Iterator[dg.DynamicOutput[Shard]]:
    """The sites of the run in shards of equal size, in the order of their files."""
    zones = [zone.key for zone in chosen_zones(config.zones or desk.settings.zones)]
    keys = list(desk.sites_of(zones))
    if not keys:
        raise dg.Failure(f"no site in {', '.join(zones)}: name their file in EO_SITE_FILES", allow_retries=False)
    shards = [keys[place : place + config.sites_per_shard] for place in range(0, len(keys), config.sites_per_shard)]
    context.log.info("%d sites in %d shards", len(keys), len(shards))
    for number, sites in enumerate(shards, 1):
        yield dg.DynamicOutput({"number": number, "of": len(shards), "sites": sites}, mapping_key=f"{number:05}")


@dg.op(out=dg.Out(io_manager_key=NOTES))
def plan_shard(context: dg.OpExecutionContext, desk: dg.ResourceParam[Desk], shard: Shard) -> Report:
    """Plan the sites of a shard and publish their schedules in one transaction. Expected: forty sites a second."""
    day, began = dt.date.fromisoformat(context.partition_key), time.perf_counter()
    parts: list[Part] = []
    shard_desk = ShardDesk(desk.settings, cache(desk.now), tuple(shard["sites"]))
    tally = run_each({key: key for key in shard["sites"]}, lambda key, _: parts.extend(_planned(context, shard_desk, key, day)))
    try:
        tally.add("schedules", parts, desk.warehouse.publish(ASSET.to_user_string(), parts, run_id=context.run_id, now=desk.now()))
    except WarehouseError as error:
        raise retry_later() from error
    seconds = time.perf_counter() - began
    _tell(context, shard, tally, seconds)
    counts = {"planned": tally.total, "changed": tally.changed, "unchanged": tally.unchanged, "synthetic": tally.synthetic}
    return {**counts, "sites": len(shard["sites"]), "refused": tally.refused, "seconds": round(seconds, 3)}


@dg.op(out={})
def report_fleet(context: dg.OpExecutionContext, reports: list[Report]) -> Iterator[dg.AssetMaterialization | dg.AssetCheckEvaluation]:
    """Say on the asset what the shards did: its materialization for the day, and the check that names the sites that failed."""
    refused = {site: reason for report in reports for site, reason in report["refused"].items()}
    sums = {name: sum(report[name] for report in reports) for name in ("sites", "planned", "changed", "unchanged", "synthetic", "seconds")}
    if sums["planned"]:
        yield dg.AssetMaterialization(ASSET, partition=context.partition_key, metadata=_metadata(sums, len(reports), len(refused)))
    named = dict(list(refused.items())[:MOST_NAMED])
    if len(refused) > len(named):
        named["and others"] = f"{len(refused) - len(named)} more, named in the logs of their shards"
    verdict = published_check(Tally(rows={"schedules": sums["planned"]} if sums["planned"] else {}, refused=named))
    yield dg.AssetCheckEvaluation(
        asset_key=ASSET,
        check_name=PUBLISHED_CHECK,
        passed=verdict.passed,
        severity=verdict.severity,
        description=verdict.description,
        metadata=verdict.metadata,
        blocking=True,
        partition=context.partition_key,
    )


@dg.graph(description="Plan the sites of the chosen zones for a delivery day in shards, over processes or Celery workers.")
def plan_fleet() -> None:
    """Cut, plan each shard, say what became of them."""
    report_fleet(cut_fleet().map(plan_shard).collect())


def fleet_job(settings: Settings) -> dg.JobDefinition:
    """The job with the executor that the settings choose."""
    return plan_fleet.to_job(
        partitions_def=DELIVERY_DAYS,
        executor_def=executor_of(settings),
        tags={"dagster/max_runtime": str(2 * 60 * 60)},
    )


def _planned(context: dg.OpExecutionContext, desk: Desk, key: str, day: dt.date) -> list[Part]:
    """The schedule of one site; a defect of ours that it shows is its own failure, told with the traceback in the log."""
    try:
        return list(plan_site(desk, look_up(desk.sites, key, "site"), day, day))
    except ElectricityOptimizerError:
        raise
    except Exception as error:
        context.log.error("%s: %s", key, traceback.format_exc())  # noqa: TRY400 - the context's log has no traceback of its own
        raise PlanError(f"{type(error).__name__}: {error}", where=key, remedy="a defect: see the log of the shard") from error


def _tell(context: dg.OpExecutionContext, shard: Shard, tally: Tally, seconds: float) -> None:
    count = len(shard["sites"])
    shard_of, rate = f"shard {shard['number']} of {shard['of']}", count / seconds
    context.log.info("%s: %d of %d sites planned in %.1f s, %.0f a second", shard_of, tally.total, count, seconds, rate)
    for site, reason in tally.refused.items():
        context.log.warning("%s is not planned: %s", site, reason)


def _metadata(sums: dict[str, Any], shards: int, refused: int) -> dict[str, Any]:
    return {
        "dagster/row_count": sums["planned"],
        "sites": sums["sites"],
        "shards": shards,
        "new versions": sums["changed"],
        "unchanged partitions": sums["unchanged"],
        "synthetic rows": sums["synthetic"],
        "not planned": refused,
        "sites a second of a worker": round(sums["sites"] / sums["seconds"], 1) if sums["seconds"] else None,
    }
