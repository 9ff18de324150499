"""Neighbours whose price a zone reads: zones that nobody asked to work on, but whose auction ends before the zone's own gate closes.

Their prices are recorded, checked and published like those of any zone; nothing else is made of them. They are never simulated, and a
failure of theirs is told and holds nobody up: without their price a forecast makes do with an estimate.
"""

from collections.abc import Callable

from electricity_optimizer.catalog.zones import Zone, chosen_zones, early_neighbours
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig
from electricity_optimizer.errors import ElectricityOptimizerError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files


def read_neighbours(settings: Settings, place: Zone) -> list[Zone]:
    """Zones whose price of a day `place` may read before its own gate closes.

    Where the zone comes from given files, a neighbour does too or is left out: then no upstream is asked.
    """
    from_files = files.only_files(settings, place, "prices")
    return [other for other in early_neighbours(place) if not from_files or files.only_files(settings, other, "prices")]


def with_neighbours(desk: Desk, config: ZoneConfig, tally: Tally, work: Callable[[Zone], object]) -> None:
    """Call `work` for each neighbour that the run does not work on anyway; what went wrong is a fact of the run and no failure."""
    places = chosen_zones(config.zones or desk.settings.zones)
    done = {place.key for place in places}
    for place in places:
        try:
            for other in read_neighbours(desk.settings, place):
                if other.key not in done:
                    done.add(other.key)
                    work(other)
        except ElectricityOptimizerError as error:
            tally.facts[f"neighbours of {place.key}"] = str(error)
