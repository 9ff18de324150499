"""What a run works with: settings, the warehouse, the clock and which upstreams answer, as one plain object."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import dagster as dg

from electricity_optimizer.catalog.site_files import chosen_sites
from electricity_optimizer.catalog.sites import Site, sites_of
from electricity_optimizer.settings import Settings, load_settings
from electricity_optimizer.warehouse import Warehouse, open_warehouse

if TYPE_CHECKING:
    from electricity_optimizer.sources.calls.reach import Reach


def utc_now() -> dt.datetime:
    """The clock of every run."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Desk:
    """What an asset needs from outside: its settings, the clock, the warehouse and the reach of upstreams (each at the first use)."""

    settings: Settings
    now: Callable[[], dt.datetime] = utc_now

    @cached_property
    def warehouse(self) -> Warehouse:
        """The migrated warehouse of these settings."""
        return open_warehouse(self.settings)

    @property
    def sites(self) -> dict[str, Site]:
        """Sites of this installation by key: those of its files, else of the packaged catalogue."""
        return chosen_sites(self.settings.site_files)

    def sites_of(self, zone_keys: Iterable[str]) -> dict[str, Site]:
        """Sites of these zones by key, in the order of the catalogue."""
        return {site.key: site for site in sites_of(zone_keys, self.sites)}

    @cached_property
    def reach(self) -> "Reach":
        """Which upstreams answer, found out once a run within ten seconds in all."""
        from electricity_optimizer.sources.calls.reach import reachable  # noqa: PLC0415 - brings the HTTP client

        return reachable(self.settings)


@dg.resource(description="settings from the environment, the warehouse they name, and the wall clock")
def desk_resource(_context: dg.InitResourceContext) -> Desk:
    """Desk of this process."""
    return Desk(load_settings())
