"""Upstreams as data: where they are, what they give, their licence and their limits."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries

Kind = Literal["prices", "weather", "grid_forecasts"]


class Source(BaseModel):
    """An upstream. A source without `url` is local and is never probed or called."""

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
    minimum_spacing_s: Annotated[float, Field(ge=0)] = 0.0
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
