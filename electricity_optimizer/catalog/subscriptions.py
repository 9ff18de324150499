"""Subscriptions as data: single tariffs and statistics that this installation follows, each asked of one source.

The market (prices, weather, grid) is asked per bidding zone; a tariff or a statistic is asked per subscription, whose `parameters` its
source understands. Only `active` ones are asked; those of sources with a key start inactive.
"""

from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.catalog.toml import look_up, packaged, read_entries
from electricity_optimizer.catalog.zones import known_time_zone, zones

FILE = "subscriptions.toml"


class Subscription(BaseModel):
    """One tariff or statistic. `zone` is the bidding zone it lies in, empty outside ours; days are those of `tz`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    source: str
    kind: Literal["tariffs", "statistics"]
    zone: str = ""
    tz: Annotated[str, AfterValidator(known_time_zone)]
    country: Annotated[str, Field(min_length=2, max_length=2)]
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    parameters: dict[str, str] = Field(default_factory=dict)
    active: bool = False

    @model_validator(mode="after")
    def _is_answerable(self) -> Self:
        entry = sources().get(self.source)
        if entry is None or self.kind not in entry.kinds:
            givers = ", ".join(known.key for known in sources().values() if self.kind in known.kinds)
            raise ValueError(f"source '{self.source}' gives no {self.kind}; these do: {givers}")
        if self.zone and self.zone not in zones():
            raise ValueError(f"zone '{self.zone}' is not known")
        return self


@cache
def subscriptions() -> dict[str, Subscription]:
    """All subscriptions of the packaged catalogue by key."""
    return read_entries(packaged(FILE), Subscription, FILE)


def subscription(key: str) -> Subscription:
    """One subscription. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(subscriptions(), key, "subscription")
