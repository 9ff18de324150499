"""What a source is asked and what it answers: the shape that every file of this room has towards `ingest`.

A remote source is a module with two pure functions, found by the name of its catalogue entry:

    requests(ask: Ask) -> list[Request]                 what to send for the asked days, each as large as the upstream allows
    parse(body: bytes, **about: str) -> list[Record]    records of one answer; `about` is `Request.about`, what the bytes do not say

and, where it needs them, `follow(body, request) -> list[Request]` (pages, second steps) and `refusal(status, body)` (an outcome that
the HTTP status alone does not tell, None otherwise). It never opens a connection and never sees a key.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from electricity_optimizer.catalog.sources import Kind, Source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import gate_closure

PUBLISHED_AFTER = dt.timedelta(minutes=45)
"""After its gate closure an auction's prices are out."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The delivery days wanted of `source`, as known at `now`, for a zone.

    A subscription (one tariff, one statistic) is asked with its own `area`, `tz` and `parameters`; its zone is the market it lies in.
    """

    kind: Kind
    zone: Zone
    days: tuple[dt.date, ...]
    now: dt.datetime
    source: Source
    settings: Settings
    parameters: Mapping[str, str] = field(default_factory=dict)
    subscription: str = ""
    local_tz: str = ""

    @property
    def first(self) -> dt.date:
        """First day wanted."""
        return min(self.days)

    @property
    def last(self) -> dt.date:
        """Last day wanted."""
        return max(self.days)

    @property
    def area(self) -> str:
        """What the records are about: the zone, or the subscription."""
        return self.subscription or self.zone.key

    @property
    def tz(self) -> str:
        """Time zone whose days are asked."""
        return self.local_tz or self.zone.tz

    def windows(self) -> list[tuple[dt.date, dt.date]]:
        """First and last day of consecutive requests, each within the source's `days_per_request`."""
        return windows(self.days, self.source.days_per_request)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an upstream. The key is added when it is sent (`Source.key_in`), so what stands here may be stored and logged.

    `about` are the keyword arguments of `parse`. `secrets` are headers that a follow-up got from a login; they are sent and never
    stored, and an answer with `keep=False` (the login itself) is not stored either.
    """

    url: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    json: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    keep: bool = True


def published(day: dt.date, tz: str) -> dt.datetime:
    """UTC instant from which the day-ahead prices of delivery `day` are known: 45 minutes after gate closure, 12:45 local."""
    return gate_closure(day, tz) + PUBLISHED_AFTER


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


def windows(days: Iterable[dt.date], size: int) -> list[tuple[dt.date, dt.date]]:
    """First and last day of consecutive windows of at most `size` days that cover `days`; a gap longer than a window is not asked.

    >>> windows([dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2026, 1, 9)], 7)
    [(datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)), (datetime.date(2026, 1, 9), datetime.date(2026, 1, 9))]
    """
    ordered = sorted(days)
    found = []
    while ordered:
        limit = ordered[0] + dt.timedelta(days=size - 1)
        inside = [day for day in ordered if day <= limit]
        found.append((inside[0], inside[-1]))
        ordered = ordered[len(inside) :]
    return found
