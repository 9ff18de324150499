"""What every asset has in common: its decorator, its checks, and the loop over zones or sites.

The loop publishes what is good, names what failed, and never lets one zone or site stop another.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import dagster as dg
from pydantic import Field

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.failures import TRANSIENT, retry_later
from electricity_optimizer.defs.partitions import DELIVERY_DAYS, day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.errors import ElectricityOptimizerError
from electricity_optimizer.warehouse import Part, Published

Item = TypeVar("Item")
Depth = Literal["refresh", "deep"]

PUBLISHED_CHECK = "every_zone_published"
"""Check of each zone asset: a warning that names the zones that failed, a blocking error when all did."""


class ZoneConfig(dg.Config):
    """Which zones of the catalogue a run works on (none named means the active ones), and how hard it tries.

    `refresh` asks the sources again for what is held and a second source beside the first (the deep re-sync); `deep` has the Great
    Expectations suites judge what is to be published (the re-sync and backfills).
    """

    zones: list[str] = Field(default_factory=list)
    refresh: bool = False
    deep: bool = False


TRUE = "true"


def job_tags(*depths: Depth) -> dict[str, str]:
    """Tags of a job whose runs are all made with `depths`, whoever starts them: a default configuration reaches the launchpad only."""
    return {f"electricity_optimizer/{depth}": TRUE for depth in depths}


def wanted(context: dg.AssetExecutionContext, config: ZoneConfig, depth: Depth) -> bool:
    """Whether the run is made with `depth`: its configuration or its job says so."""
    said = {"refresh": config.refresh, "deep": config.deep}
    return said[depth] or context.run.tags.get(f"electricity_optimizer/{depth}") == TRUE


@dataclass
class Tally:
    """What became of a run: rows and facts by zone, and the refused or failed ones with their reason."""

    rows: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    changed: int = 0
    unchanged: int = 0
    synthetic: int = 0

    def add(self, scope: str, parts: Iterable[Part], published: Iterable[Published]) -> None:
        """Count what was published for `scope`."""
        for part in parts:
            if "synthetic" in part.frame.columns:
                self.synthetic += part.frame.filter("synthetic").height
        for done in published:
            self.rows[scope] = self.rows.get(scope, 0) + done.rows
            self.changed += done.changed
            self.unchanged += not done.changed

    @property
    def total(self) -> int:
        """Rows over all scopes."""
        return sum(self.rows.values())


def run_sites(desk: Desk, config: ZoneConfig) -> dict[str, Site]:
    """The sites a run works on by key: those of its zones."""
    return desk.sites_of(zone.key for zone in chosen_zones(config.zones or desk.settings.zones))


def run_zones(desk: Desk, config: ZoneConfig, work: Callable[[Zone, Tally], None]) -> Tally:
    """Call `work` for each chosen zone; see `run_each`."""
    return run_each({zone.key: zone for zone in chosen_zones(config.zones or desk.settings.zones)}, work)


def run_each(items: Mapping[str, Item], work: Callable[[Item, Tally], None]) -> Tally:
    """Call `work` for each item by name; a typed failure of one is noted and the others go on.

    Raises dg.RetryRequested when every one failed for a reason that time may heal.
    """
    tally = Tally()
    errors: list[ElectricityOptimizerError] = []
    for name, item in items.items():
        try:
            work(item, tally)
        except ElectricityOptimizerError as error:
            tally.refused[name] = str(error)
            errors.append(error)
    if errors and len(errors) == len(items) and all(isinstance(error, TRANSIENT) for error in errors):
        raise retry_later() from errors[0]
    return tally


def publish(context: dg.AssetExecutionContext, desk: Desk, tally: Tally, scope: str, parts: Sequence[Part]) -> None:
    """Publish the parts of the running asset for `scope` under this run's id, and count them."""
    asset = context.asset_key.to_user_string()
    tally.add(scope, parts, desk.warehouse.publish(asset, parts, run_id=context.run.run_id, now=desk.now()))


def publish_sites(
    context: dg.AssetExecutionContext, config: ZoneConfig, desk: Desk, parts_of: Callable[[Site], Sequence[Part]]
) -> dg.MaterializeResult:
    """Publish what `parts_of` gives for each site of the chosen zones."""
    tally = run_each(run_sites(desk, config), lambda site, tally: publish(context, desk, tally, site.key, parts_of(site)))
    return dg.MaterializeResult(metadata=metadata(tally, *day_window(context)), check_results=[published_check(tally)])


def published_check(tally: Tally) -> dg.AssetCheckResult:
    """Pass when nothing was refused; a warning while something came through; a blocking error when nothing did."""
    nothing = bool(tally.refused) and not tally.rows
    return dg.AssetCheckResult(
        check_name=PUBLISHED_CHECK,
        passed=not tally.refused,
        severity=dg.AssetCheckSeverity.ERROR if nothing else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{name}: {reason}" for name, reason in tally.refused.items()) or None,
        metadata={"refused": dict(tally.refused)},
    )


def checked_asset(
    group: str,
    *,
    deps: Sequence[str] = (),
    checks: Sequence[tuple[str, str]] = (),
    blocking: Sequence[str] = (),
    partitions: dg.PartitionsDefinition[str] | None = DELIVERY_DAYS,
    runs: dg.BackfillPolicy | None = None,
    pool: str | None = None,
) -> Callable[[Callable[..., dg.MaterializeResult]], dg.AssetsDefinition]:
    """Decorator of every asset of the house: any range of partitions in one run, typed retries, and its checks.

    `checks` are (name, meaning); those in `blocking` stop what depends on the asset. `PUBLISHED_CHECK` comes by itself.
    """

    def decorate(function: Callable[..., dg.MaterializeResult]) -> dg.AssetsDefinition:
        name = function.__name__
        own = [(PUBLISHED_CHECK, "Every zone or site of the run was published; those that were not are named."), *checks]
        specs = [
            dg.AssetCheckSpec(check, asset=name, blocking=check in {PUBLISHED_CHECK, *blocking}, description=meaning)
            for check, meaning in own
        ]
        return dg.asset(
            group_name=group,
            deps=list(deps),
            check_specs=specs,
            partitions_def=partitions,
            backfill_policy=(runs or dg.BackfillPolicy.single_run()) if partitions is not None else None,
            pool=pool,
        )(function)

    return decorate


def metadata(tally: Tally, first: dt.date | str, last: dt.date | str, **more: Any) -> dict[str, Any]:
    """Metadata an operator wants on every materialization."""
    facts = {
        "dagster/row_count": tally.total,
        "span": f"{first} to {last}",
        "rows by scope": tally.rows,
        "new versions": tally.changed,
        "unchanged partitions": tally.unchanged,
        "synthetic rows": tally.synthetic,
    }
    if tally.refused:
        facts["refused"] = dg.MetadataValue.md("\n".join(f"- **{name}**: {reason}" for name, reason in tally.refused.items()))
    return {**facts, **tally.facts, **more}
