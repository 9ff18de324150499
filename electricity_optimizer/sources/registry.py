"""Which file of this room answers for a source: the one of its name. A new upstream is that file and its entry in sources.toml."""

import importlib
from functools import cache
from types import ModuleType

from electricity_optimizer.catalog.sources import Kind, sources_of
from electricity_optimizer.catalog.zones import Zone


@cache
def module_of(key: str) -> ModuleType:
    """The module of source `key`, imported when it is first asked: only who asks ENTSO-E pays for its XML reader."""
    return importlib.import_module(f"electricity_optimizer.sources.{key.replace('-', '_')}")


def order(kind: Kind, zone: Zone) -> list[str]:
    """Names of the sources of `kind` for `zone`, the first to ask first."""
    return list(zone.price_sources) if kind == "prices" else [entry.key for entry in sources_of(kind)]
