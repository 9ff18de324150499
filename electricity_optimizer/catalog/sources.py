"""Upstreams as data: where they are, what they give, their licence and their limits."""

import datetime as dt
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries
from electricity_optimizer.catalog.zones import known_time_zone

Kind = Literal["prices", "weather", "grid_forecasts", "carbon", "tariffs", "statistics", "exchange_rates"]

Limit = Annotated[str, Field(pattern=r"^[1-9]\d*/([1-9]\d*)?(s|min|h|day)$")]
"""So many requests in a window: "5/min", "25/day", "1/5s"."""


class Publication(BaseModel):
    """When what is for tomorrow comes, by the clock of `tz`: asked from `opens` on, missing from `deadline` on (until then not yet)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tz: Annotated[str, AfterValidator(known_time_zone)]
    opens: dt.time
    deadline: dt.time


class Source(BaseModel):
    """An upstream. A source without `url` is local and is never probed or called.

    `key_in` says where its key goes: "query:NAME", "header:NAME", "basic" or "bearer"; the key itself is the setting
    `EO_KEYS__<SOURCE>`, and a source that needs a key and has none is not asked, except for its `keyless` kinds. `optional` ones are
    asked only where `EO_ENABLE` names them. `budget_s` bounds a request with all its tries. `zones` are those it knows of weather, grid
    and carbon; empty means any.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    url: str = ""
    history_url: str = ""
    archive_url: str = ""
    licence: str
    redistributable: bool
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 30.0
    days_per_request: Annotated[int, Field(ge=1)] = 365
    budget_s: Annotated[float, Field(gt=0, le=120)] = 45.0
    limits: tuple[Limit, ...] = ()
    key_in: Annotated[str, Field(pattern=r"^(|basic|bearer|(query|header):[A-Za-z_-]+)$")] = ""
    keyless: tuple[Kind, ...] = ()
    optional: bool = False
    zones: tuple[str, ...] = ()
    attribution: str = ""
    publication: dict[Kind, Publication] = Field(default_factory=dict)
    production: bool


@cache
def sources() -> dict[str, Source]:
    """All upstreams of the packaged catalogue by key, in the order of asking."""
    return read_entries(packaged("sources.toml"), Source, "sources.toml")


def source(key: str) -> Source:
    """One upstream. Raises CatalogError when `key` is not known."""
    return look_up(sources(), key, "source")


def sources_of(kind: Kind) -> list[Source]:
    """The upstreams that give `kind`, in the order of asking."""
    return [entry for entry in sources().values() if kind in entry.kinds]
