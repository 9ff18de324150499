"""The loop every zone asset has: work zone by zone, publish what is good, name what failed, never let one zone stop another."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import dagster as dg
from pydantic import Field

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.failures import TRANSIENT, failure
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.errors import ElectricityOptimizerError
from electricity_optimizer.warehouse import Part, Published

Item = TypeVar("Item")

PUBLISHED_CHECK = "every_zone_published"
"""Check of each zone asset: a warning that names the zones that failed, a blocking error when all did."""


class ZoneConfig(dg.Config):
    """Which zones of the catalogue a run works on; none named means all."""

    zones: list[str] = Field(default_factory=list)


@dataclass
class Tally:
    """What became of a run: rows and facts by zone, and the refused or failed ones with their reason."""

    rows: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    changed: int = 0
    unchanged: int = 0
    synthetic: int = 0

    def add(self, scope: str, published: Iterable[Published], synthetic_rows: int = 0) -> None:
        """Count what was published for `scope`."""
        for part in published:
            self.rows[scope] = self.rows.get(scope, 0) + part.rows
            self.changed += part.changed
            self.unchanged += not part.changed
        self.synthetic += synthetic_rows

    @property
    def total(self) -> int:
        """Rows over all scopes."""
        return sum(self.rows.values())


def site_zones(desk: Desk, config: ZoneConfig) -> list[str]:
    """Keys of the zones whose sites a run works on."""
    return [zone.key for zone in chosen_zones(config.zones or desk.settings.zones)]


def run_zones(desk: Desk, config: ZoneConfig, work: Callable[[Zone, Tally], None]) -> Tally:
    """Call `work` for each chosen zone; see `run_each`."""
    return run_each({zone.key: zone for zone in chosen_zones(config.zones or desk.settings.zones)}, work)


def run_each(items: Mapping[str, Item], work: Callable[[Item, Tally], None]) -> Tally:
    """Call `work` for each item by name; a typed failure of one is noted and the others go on.

    Raises dg.Failure that may be tried again when every one failed for a reason that time may heal.
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
        raise failure(errors[0])
    return tally


def publish(context: dg.AssetExecutionContext, desk: Desk, asset: str, parts: Sequence[Part]) -> list[Published]:
    """Publish parts of `asset` under this run's id."""
    return desk.warehouse.publish(asset, parts, run_id=context.run_id, now=desk.now())


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


def check_spec(asset: str) -> dg.AssetCheckSpec:
    """Spec of `PUBLISHED_CHECK` for an asset."""
    meaning = "Every zone or site of the run was published; those that were not are named."
    return dg.AssetCheckSpec(PUBLISHED_CHECK, asset=asset, blocking=True, description=meaning)


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
