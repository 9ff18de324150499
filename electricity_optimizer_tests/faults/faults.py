"""The faults of the matrix (R5 of the reference), what each does to an answer, and what is to come of it.

What is expected of a fault holds for every source but those in `but`; a source whose format cannot express it stands in `unfit` with
the reason. Nothing wrong is ever published, whatever stands here, except where a single source cannot know (`alone`): then the second
source of the deep re-sync must correct or refuse it.
"""

import datetime as dt
import email.utils
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from electricity_optimizer_tests.faults import bodies
from electricity_optimizer_tests.faults.bodies import MARK
from electricity_optimizer_tests.faults.server import ITSELF, Reply
from electricity_optimizer_tests.faults.truth import NOON, SMALL
from electricity_optimizer_tests.faults.upstreams import Upstream
from electricity_optimizer_tests.sources.wire.intervals import Price

DAY = dt.date(2026, 5, 13)
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2025, 10, 26)
SPEEDY, PATIENT = 0.35, 5.0
"""Seconds that a source is given for a try: little where the fault is to be slow, enough elsewhere."""


@dataclass(frozen=True, slots=True)
class Expect:
    """How asking the faulty source ends, what the report or the failed `check` says (a pattern), and whose prices are published.

    `alone`: one source cannot know that they are wrong, so they are published until a second one is asked. `coarse`: they are means of
    hours, repeated and flagged, until a source at the market time unit is asked.
    """

    outcome: str
    said: str = ""
    taken: str = "healthy"
    check: str = ""
    alone: bool = False
    coarse: bool = False


Spoil = Callable[[Upstream, Reply], Reply]
Lie = Callable[[Price], Price]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by name. `words` are those of R5. It works by `address`, by `spoil` of the reply or by a `lie` about prices.

    `true` is what becomes of the true prices themselves where they are unusual; `seconds` is the time for one try.
    """

    name: str
    words: str
    expect: Expect
    address: str = ""
    spoil: Spoil = lambda _, reply: reply
    lie: Lie = lambda price: price
    true: Lie = lambda price: price
    day: dt.date = DAY
    seconds: float = PATIENT
    but: Mapping[str, Expect] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)

    def expected(self, source: str) -> Expect:
        """What is expected of this fault at `source`."""
        return self.but.get(source, self.expect)


def status(code: int, **headers: str) -> Spoil:
    """A reply that is an error."""
    return lambda _upstream, _reply: Reply(code, b"trouble upstream", {name.replace("_", "-"): text for name, text in headers.items()})


def come_back_at(upstream: Upstream, _: Reply) -> Reply:
    """429 with the date from which on one may ask again."""
    return Reply(
        429, b"slow down", {"Retry-After": email.utils.format_datetime(upstream.now(DAY) + dt.timedelta(seconds=300), usegmt=True)}
    )


def marked(price: Price) -> Price:
    """One interval of each day carries the mark."""
    return lambda start: MARK if (start.hour, start.minute) == (NOON, 0) else price(start)


def on_mark(text: bytes) -> Spoil:
    """The marked price is sent as `text`."""
    return lambda _, reply: replace(reply, body=bodies.replaced(reply.body, text))


def on_null(upstream: Upstream, reply: Reply) -> Reply:
    """The marked price is sent as null, or as nothing where the format has no word for it."""
    return replace(reply, body=bodies.replaced(reply.body, b"" if upstream.source in {"omie", "entsoe"} else b"null"))


def on_rows(change: bodies.Change) -> Spoil:
    """The rows of the body are changed."""
    return lambda upstream, reply: replace(reply, body=bodies.edited(upstream.source, reply.body, change))


def not_there(price: Price) -> Price:
    """The marked interval has no price: under A03 a hole is a period that ends, for a point left out repeats the one before."""
    return lambda start: None if price(start) == MARK else price(start)


def of_another_zone(upstream: Upstream, reply: Reply) -> Reply:
    """The answer says that it is about another zone."""
    return replace(reply, body=bodies.of_another_zone(upstream.source, reply.body) or b"")


def coarser(upstream: Upstream, reply: Reply) -> Reply:
    """The answer has longer intervals than the market."""
    return replace(reply, body=bodies.coarser(upstream.source, reply.body))


def hourly(price: Price) -> Price:
    """The mean of the hour in each of its intervals."""

    def mean(start: dt.datetime) -> float | None:
        hour = start.replace(minute=0)
        parts = [price(hour + dt.timedelta(minutes=k)) for k in (0, 15, 30, 45)]
        return None if None in parts else round(sum(part for part in parts if part is not None) / 4, 4)

    return mean


def times(factor: float) -> Lie:
    """Prices in another unit."""

    def other(price: Price) -> Price:
        return lambda start: None if (value := price(start)) is None else round(value * factor, 6)

    return other


def spiked(price: Price) -> Price:
    """One small price is a thousand times as much."""
    return lambda start: value * 1000 if (value := price(start)) == SMALL else value


def of_the_day_before(price: Price) -> Price:
    """Each interval repeats the one of the day before."""
    return lambda start: price(start - dt.timedelta(days=1))


def of_a_neighbour(price: Price) -> Price:
    """Plausible prices of another zone."""
    return lambda start: None if (value := price(start)) is None else round(value * 0.93 + 4.2, 2)


def endless(_upstream: Upstream, reply: Reply) -> Reply:
    """100 MB of spaces without a length announced."""

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000_000

    return replace(reply, pieces=pieces)


def bomb(_upstream: Upstream, reply: Reply) -> Reply:
    """100 kB of gzip that are 100 MB of spaces."""
    return replace(reply, body=_bomb(), headers={**reply.headers, "Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(squeeze.compress(b" " * 1_000_000) for _ in range(100)) + squeeze.flush()


def to_itself(_upstream: Upstream, _reply: Reply) -> Reply:
    """A redirect to where it came from."""
    return Reply(302, headers={"Location": ITSELF})


def in_parts(**how: object) -> Spoil:
    """The reply as it is, sent in another way."""
    return lambda _, reply: replace(reply, **how)  # type: ignore[arg-type]  # names are those of the fields


def broken_off(_: Upstream, reply: Reply) -> Reply:
    """A third of what is announced, and the connection ends."""
    return replace(reply, cut=len(reply.body) // 3)
