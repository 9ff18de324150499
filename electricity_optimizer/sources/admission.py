"""Whether a source is asked at all, and if not, why: the catalogue, the settings and what a zone already has decide."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from electricity_optimizer.catalog.sources import Kind, Source, source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Environment, Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.calls.keys import key_fault, key_of, key_variable
from electricity_optimizer.sources.calls.reach import Reach
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.warehouse import Warehouse

SIMULATOR = "simulator"
HISTORY_DAYS = 30
"""A zone with a real price within so many days before a window has a real history."""


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """How asking one source went: how many days it gave, and why not more."""

    source: str
    outcome: Outcome
    reason: str
    days: int


def refusal(
    name: str, kind: Kind, zone: Zone, first: dt.date, *, warehouse: Warehouse, settings: Settings, reach: Reach | None
) -> SourceOutcome | None:
    """Why source `name` is not asked for `kind` of `zone` in a window that begins on `first`; None when it is."""
    entry = source(name)
    checks: list[tuple[Outcome, Any]] = [
        (Outcome.NO_DATA, lambda: _not_wanted(entry, kind, zone, settings)),
        (Outcome.PERMANENT, lambda: _not_allowed(entry, settings)),
        (Outcome.AUTH, lambda: _no_key(entry, kind, settings)),
        (Outcome.TRANSIENT, lambda: _not_answering(entry, settings, reach)),
        (Outcome.NO_DATA, lambda: _not_beside_real(entry, kind, zone, first, warehouse, settings)),
    ]
    found = ((outcome, reason()) for outcome, reason in checks)
    return next((SourceOutcome(name, outcome, reason, 0) for outcome, reason in found if reason), None)


def _not_wanted(entry: Source, kind: Kind, zone: Zone, settings: Settings) -> str:
    if entry.optional and entry.key not in settings.enable:
        return f"optional: EO_ENABLE={entry.key} asks it"
    if kind not in entry.kinds or (kind != "prices" and entry.zones and zone.key not in entry.zones):
        return f"gives no {kind} of {zone.key}"
    others = entry.key != files.NAME and kind in {"prices", "grid_forecasts"} and files.only_files(settings, zone, kind)
    return "files are given: nothing else is asked" if others else ""


def _not_allowed(entry: Source, settings: Settings) -> str:
    if settings.environment is Environment.PRODUCTION and not entry.production:
        return "not allowed in production"
    return "EO_ALLOW_SIMULATOR is false" if entry.key == SIMULATOR and not settings.synthetic_allowed else ""


def _no_key(entry: Source, kind: Kind, settings: Settings) -> str:
    needed = entry.key_in and kind not in entry.keyless
    return f"needs a key: set {key_variable(entry)}" if needed and not key_of(entry, settings) else key_fault(entry, settings)


def _not_answering(entry: Source, settings: Settings, reach: Reach | None) -> str:
    if not entry.url:
        return ""
    if settings.offline:
        return "EO_OFFLINE is set"
    return "" if reach is None or entry.key in reach.answering else reach.reasons.get(entry.key, "does not answer")


def _not_beside_real(entry: Source, kind: Kind, zone: Zone, first: dt.date, warehouse: Warehouse, settings: Settings) -> str:
    if entry.key != SIMULATOR or kind == "weather":
        return ""
    real = bool(files.contents(settings, zone, "prices")) or _has_real_prices(warehouse, zone, first)
    return "the zone has real prices: nothing is simulated beside them" if real else ""


def _has_real_prices(warehouse: Warehouse, zone: Zone, first: dt.date) -> bool:
    return warehouse.has_real("price_record", zone.key, first - dt.timedelta(days=HISTORY_DAYS))
