"""Bidding zones: their market's time zone, market time units, place and order of sources."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries


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
    one first. Only `active` zones are worked on where nobody names any.
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
    active: bool = True

    def resolution_on(self, day: dt.date) -> int:
        """Minutes of the day-ahead market time unit on delivery `day`."""
        return next((minutes for first, minutes in reversed(self.resolution) if first <= day), self.resolution[0][1])


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
