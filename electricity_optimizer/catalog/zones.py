"""Bidding zones: their market's time zone, market time units, place and order of sources."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries


class Zone(BaseModel):
    """A bidding zone. `resolution` holds (first delivery day, minutes of the market time unit), ascending."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    eic: Annotated[str, Field(min_length=16, max_length=16)]
    country: Annotated[str, Field(min_length=2, max_length=2)]
    tz: str
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    resolution: Annotated[tuple[tuple[dt.date, int], ...], Field(min_length=1)]
    price_sources: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("tz")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"time zone '{name}' is not known") from None
        return name

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
    """The zones named by `keys`, all of the catalogue when there are none."""
    return [zone(key) for key in keys] or list(zones().values())
