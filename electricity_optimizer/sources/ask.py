"""What a source is asked and what it answers: the one shape that every file of this room has towards `ingest`."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import gate_closure


@dataclass(frozen=True, slots=True)
class Ask:
    """The delivery days wanted for a zone, as known at `now`; `client` is the shared HTTP client."""

    zone: Zone
    days: tuple[dt.date, ...]
    now: dt.datetime
    settings: Settings
    client: httpx.Client

    @property
    def first(self) -> dt.date:
        """First day wanted."""
        return min(self.days)

    @property
    def last(self) -> dt.date:
        """Last day wanted."""
        return max(self.days)


def published(day: dt.date, tz: str) -> dt.datetime:
    """UTC instant from which the day-ahead prices of delivery `day` are known: 45 minutes after gate closure, 12:45 local."""
    return gate_closure(day, tz) + dt.timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Payload:
    """A fetched body with the records parsed from it, so that rows point to the bytes they came from."""

    fetched: Fetched
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Answer:
    """Record frames, with the payload of each where there were bytes, and how the asking went."""

    payloads: tuple[Payload, ...] = ()
    frame: pl.DataFrame | None = None
    outcome: Outcome = Outcome.OK
    reason: str = ""


SourceFunction = Callable[[Ask], Answer]


@dataclass(slots=True)
class Chunks:
    """Consecutive windows of at most `size` days that cover the asked days."""

    days: Iterable[dt.date]
    size: int
    windows: list[tuple[dt.date, dt.date]] = field(init=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.days)
        self.windows = []
        while ordered:
            limit = ordered[0] + dt.timedelta(days=self.size - 1)
            inside = [day for day in ordered if day <= limit]
            self.windows.append((inside[0], inside[-1]))
            ordered = ordered[len(inside) :]
