"""What is watched for publication, and when to ask: plain rules over a cursor, without Dagster and without a clock of their own.

Each zone's prices and each tariff subscription is watched for tomorrow: asked from the opening of its sources' window with jitter, not
again once it was found, named as late from the deadline on and then asked less often.
"""

import datetime as dt
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.sources import Kind, Publication, source
from electricity_optimizer.catalog.subscriptions import Subscription
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import UTC

EVERY = dt.timedelta(minutes=2)
LATE_EVERY = dt.timedelta(minutes=30)
JITTER = 0.25
"""Share by which a pause is longer or shorter, so that installations do not ask in step."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A zone's prices or a tariff, whose tomorrow appears in the windows of its sources."""

    name: str
    kind: Literal["prices", "tariffs"]
    windows: tuple[Publication, ...]

    def day(self, now: dt.datetime) -> dt.date:
        """The delivery day waited for at `now`: tomorrow by the clock of the first source."""
        return now.astimezone(ZoneInfo(self.windows[0].tz)).date() + dt.timedelta(days=1)

    def opens(self, day: dt.date) -> dt.datetime:
        """UTC instant from which the first source may have `day`."""
        return min(_at(day, window.opens, window.tz) for window in self.windows)

    def deadline(self, day: dt.date) -> dt.datetime:
        """UTC instant from which `day` is late: no source is in its window any more."""
        return max(_at(day, window.deadline, window.tz) for window in self.windows)


def _at(day: dt.date, clock: dt.time, tz: str) -> dt.datetime:
    return dt.datetime.combine(day - dt.timedelta(days=1), clock, ZoneInfo(tz)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the waiting for one day stands; what the sensor's cursor keeps of each watch."""

    day: str
    polls: int = 0
    next_poll: str = ""
    found: bool = False
    late: bool = False


def watches(zones: Iterable[Zone], subscriptions: Iterable[Subscription]) -> list[Watch]:
    """Watches of the zones and of the active tariffs whose sources publish at a time of day."""
    tariffs = [one for one in subscriptions if one.active and one.kind == "tariffs"]
    found = [Watch(zone.key, "prices", _windows("prices", zone.price_sources)) for zone in zones]
    found += [Watch(one.key, "tariffs", _windows("tariffs", [one.source])) for one in tariffs]
    return [watch for watch in found if watch.windows]


def _windows(kind: Kind, names: Iterable[str]) -> tuple[Publication, ...]:
    entries = [source(name) for name in names]
    return tuple(entry.publication[kind] for entry in entries if kind in entry.publication and not entry.optional)


def now_waiting(watch: Watch, before: Waiting | None, now: dt.datetime) -> Waiting:
    """Where the waiting stands at `now`: that of before, or a new one when another day is waited for."""
    day = watch.day(now).isoformat()
    return before if before is not None and before.day == day else Waiting(day)


def is_due(watch: Watch, waiting: Waiting, now: dt.datetime) -> bool:
    """Whether to ask now."""
    first = watch.opens(dt.date.fromisoformat(waiting.day)) + _jittered(EVERY, watch, waiting) / 4
    due = dt.datetime.fromisoformat(waiting.next_poll) if waiting.next_poll else first
    return not waiting.found and now >= due


def after_poll(watch: Watch, waiting: Waiting, now: dt.datetime, *, found: bool) -> Waiting:
    """Where the waiting stands after a poll at `now`."""
    late = not found and now >= watch.deadline(dt.date.fromisoformat(waiting.day))
    pause = _jittered(LATE_EVERY if late else EVERY, watch, waiting)
    return replace(waiting, polls=waiting.polls + 1, next_poll=(now + pause).isoformat(), found=found, late=late)


def read_cursor(text: str | None) -> dict[str, Waiting]:
    """Waitings by name of the watch; none of a cursor that is empty."""
    return {name: Waiting(**fields) for name, fields in orjson.loads(text or "{}").items()}


def write_cursor(waitings: dict[str, Waiting]) -> str:
    """Text of a cursor."""
    return orjson.dumps({name: asdict(waiting) for name, waiting in waitings.items()}, option=orjson.OPT_SORT_KEYS).decode()


def _jittered(pause: dt.timedelta, watch: Watch, waiting: Waiting) -> dt.timedelta:
    """`pause`, longer or shorter by up to `JITTER`: another one for each watch, day and poll, the same when asked again."""
    seed = zlib.crc32(f"{watch.name}:{waiting.day}:{waiting.polls}".encode()) / 2**32
    return pause * (1 + JITTER * (2 * seed - 1))
