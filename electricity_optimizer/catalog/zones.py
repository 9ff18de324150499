"""Bidding zones: their market's time zone, market time units, place and order of sources."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries

RESULT_AFTER = dt.timedelta(minutes=15)
"""After its gate closure an auction outside the coupled market has its result by then."""


def known_time_zone(name: str) -> str:
    """`name` when it is a time zone. Raises ValueError otherwise, for a validator."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"time zone '{name}' is not known") from None
    return name


class Zone(BaseModel):
    """A bidding zone. `resolution` holds (first delivery day, minutes of the market time unit), ascending.

    `tz` is the clock of the market that cuts the delivery day, not always that of the country: one auction serves Finland and the
    Baltics on Central European days, Portugal on Spanish ones. `auctions` are those whose result is the price of the zone, the preferred
    one first; `gate` is the local time at which they close on the day before delivery. `neighbours` are zones beyond the border whose
    price may be read. Only `active` zones are worked on where nobody names any.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    eic: Annotated[str, Field(min_length=16, max_length=16)]
    country: Annotated[str, Field(min_length=2, max_length=2)]
    tz: Annotated[str, AfterValidator(known_time_zone)]
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    resolution: Annotated[tuple[tuple[dt.date, int], ...], Field(min_length=1)]
    price_sources: Annotated[tuple[str, ...], Field(min_length=1)]
    auctions: Annotated[tuple[str, ...], Field(min_length=1)] = ("SDAC",)
    gate: dt.time = dt.time(12)
    neighbours: tuple[str, ...] = ()
    active: bool = True

    def resolution_on(self, day: dt.date) -> int:
        """Minutes of the day-ahead market time unit on delivery `day`."""
        return next((minutes for first, minutes in reversed(self.resolution) if first <= day), self.resolution[0][1])

    def gate_closure(self, day: dt.date) -> dt.datetime:
        """UTC instant at which the auction of delivery `day` closes."""
        return dt.datetime.combine(day - dt.timedelta(days=1), self.gate, ZoneInfo(self.tz)).astimezone(dt.UTC)


@cache
def zones() -> dict[str, Zone]:
    """All zones of the packaged catalogue by key."""
    return read_entries(packaged("zones.toml"), Zone, "zones.toml")


def zone(key: str) -> Zone:
    """One zone. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(zones(), key, "zone")


def chosen_zones(keys: Iterable[str]) -> list[Zone]:
    """The zones named by `keys`, the active ones of the catalogue when there are none."""
    return [zone(key) for key in keys] or [entry for entry in zones().values() if entry.active]


def early_neighbours(place: Zone) -> list[Zone]:
    """Neighbours of `place` whose auction ends before its own gate closes, so that their price of a day is known when it is forecast.

    An auction's result needs a quarter of an hour; in winter as in summer, for gates are local times.
    """
    day = dt.date(2026, 1, 1)
    found = (zone(key) for key in place.neighbours)
    return [other for other in found if other.gate_closure(day) + RESULT_AFTER <= place.gate_closure(day)]
