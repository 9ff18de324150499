"""Asking one remote source: its requests in turn, the pages and second steps they lead to, each answer kept and parsed.

An answer is handed on as soon as it is there, so what came is recorded although the next request may fail. The first trouble ends the
asking of this source: the days still open go to the next one. Trouble is also a defect of the adapter: it costs its own source only.
"""

import datetime as dt
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import polars as pl

from electricity_optimizer.errors import ElectricityOptimizerError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.calls.line import Line
from electricity_optimizer.sources.outcome import Fetched, Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import TABLES, Record, to_frame
from electricity_optimizer.sources.soundness import TIMED, refuse_foreign, refuse_unsound
from electricity_optimizer.timeline import UTC, delivery_day
from electricity_optimizer.warehouse import KeptPayload, Warehouse

MOST_FOLLOWED = 200
"""Requests that one request may lead to: pages that lead to pages without end are a defect upstream."""

NOTHING_MORE = {Outcome.NOT_YET, Outcome.NO_DATA}
"""Outcomes after which the next request to the same source still makes sense."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one request brought: how it ended and the frames of its records by table.

    `known`: the answer is that of before and its rows are in the record; there are no frames then. Whoever has recorded every row calls
    `settle`, so that the same answer is known the next time.
    """

    fetched: Fetched
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    known: bool = False
    settle: Callable[[], None] = lambda: None


def collect(module: ModuleType, ask: Ask, line: Line) -> Iterator[Piece]:
    """Pieces of the answer of the source `module` to `ask`, in the order they came."""
    for part in _apart(ask):
        if not part.days:
            continue
        for first in _requests(module, part):
            if isinstance(first, Fetched):
                yield Piece(first)
                return
            for piece in _chain(module, part, first, line):
                yield piece
                if not piece.fetched.ok and piece.fetched.outcome not in NOTHING_MORE:
                    return
    unopened = [day for day in ask.days if not _opened(day, ask)]
    if unopened:
        reason = f"{min(unopened)} is not published before {_the_day_before(min(unopened), ask)[0]:%Y-%m-%d %H:%M} UTC"
        yield Piece(Fetched(b"", ask.source.key, ask.now, Outcome.NOT_YET, reason, asked=False))


def read_body(module: ModuleType, body: bytes, about: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Frames by table of one body, and of its tariff terms where the source has them. Raises SchemaChangedError or UpstreamSaidError.

    A parser that fails in another way has a defect: that is the same trouble, with a reason that says so.
    """
    try:
        frames = _parsed(module, body, about)
    except ElectricityOptimizerError:
        raise
    except Exception as error:
        raise SchemaChangedError(_defect("parser", error), where=module.NAME) from error
    for table, frame in frames.items():
        refuse_unsound(table, frame, module.NAME)
    return frames


def _parsed(module: ModuleType, body: bytes, about: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    by_kind: dict[type[Record], list[Record]] = defaultdict(list)
    records: Sequence[Record] = module.parse(body, **about)
    terms = getattr(module, "terms", None)
    for record in [*records, *(terms(body, **about) if terms is not None else ())]:
        by_kind[type(record)].append(record)
    return {TABLES[kind]: to_frame(found, kind) for kind, found in by_kind.items()}


def _requests(module: ModuleType, ask: Ask) -> "list[Request | Fetched]":
    """What to send; where the adapter cannot say that, how it ended."""
    try:
        return list(module.requests(ask))
    except ElectricityOptimizerError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - one adapter's defect must not stop the sources beside it
        reason = _defect("adapter", error)
    return [Fetched(b"", ask.source.key, ask.now, Outcome.PERMANENT, reason, asked=False)]


def _chain(module: ModuleType, ask: Ask, first: Request, line: Line) -> Iterator[Piece]:
    """Pieces of one request and of those that it leads to."""
    waiting = deque([first])
    for _ in range(MOST_FOLLOWED):
        request = waiting.popleft()
        fetched = line.call(ask.source, request, now=ask.now, refusal=getattr(module, "refusal", None))
        if fetched.recorded_by == module.PARSER_VERSION and not hasattr(module, "follow"):
            line.note(ask.source, fetched, ask.now)
            yield Piece(fetched, known=True)
            return
        fetched, frames, more = _read(module, fetched, request, ask)
        if not more:  # a login or a first page that is there says nothing about the source: what it leads to does
            line.note(ask.source, fetched, ask.now)
        if fetched.outcome is Outcome.NO_DATA and early(ask):
            fetched = replace(fetched, outcome=Outcome.NOT_YET)
        kept = _kept(line.warehouse, ask, module, request, fetched)
        if kept is None:
            yield Piece(fetched, _wanted(frames, ask))
        else:
            yield _stamped(kept, frames, ask, fetched, line.warehouse)
        waiting.extendleft(reversed(more))
        if not waiting:
            return
    reason = f"{first.url} leads to more than {MOST_FOLLOWED} requests"
    yield Piece(Fetched(b"", ask.source.key, ask.now, Outcome.SCHEMA_CHANGED, reason, asked=False))


def _apart(ask: Ask) -> list[Ask]:
    """Days up to today and days to come: a source answers 404 for a window with a day in it that is not published yet."""
    if ask.kind not in ask.source.publication:
        return [ask]
    today = delivery_day(ask.now, ask.tz)
    halves = ([day for day in ask.days if day <= today], [day for day in ask.days if day > today])
    return [replace(ask, days=tuple(day for day in days if _opened(day, ask))) for days in halves]


def _opened(day: dt.date, ask: Ask) -> bool:
    return day <= delivery_day(ask.now, ask.tz) or ask.now >= _the_day_before(day, ask)[0]


def early(ask: Ask) -> bool:
    """Whether the answer about the last asked day may still come: no data before the deadline is no missing day."""
    return ask.now < _the_day_before(ask.last, ask)[1]


def _the_day_before(day: dt.date, ask: Ask) -> tuple[dt.datetime, dt.datetime]:
    """UTC instants from which `day` may be there and from which it is missing; long ago where the catalogue does not say."""
    window = ask.source.publication.get(ask.kind)
    if window is None:
        return dt.datetime.min.replace(tzinfo=UTC), dt.datetime.min.replace(tzinfo=UTC)
    before = day - dt.timedelta(days=1)
    opens, deadline = (dt.datetime.combine(before, clock, ZoneInfo(window.tz)).astimezone(UTC) for clock in (window.opens, window.deadline))
    return opens, deadline


def _read(module: ModuleType, fetched: Fetched, request: Request, ask: Ask) -> tuple[Fetched, dict[str, pl.DataFrame], list[Request]]:
    """The answer as its parser sees it: records, further requests, or the outcome that the body tells."""
    if not fetched.ok:
        return fetched, {}, []
    try:
        frames = read_body(module, fetched.body, request.about) if request.keep else {}
        for table, frame in frames.items():
            refuse_foreign(table, frame, source=ask.source.key, area=ask.area, tz=ask.tz)
        return fetched, frames, _followed(module, fetched.body, request)
    except UpstreamSaidError as error:
        return replace(fetched, outcome=error.outcome, reason=str(error), retry_after=error.retry_after), {}, []
    except ElectricityOptimizerError as error:
        return replace(fetched, outcome=Outcome.SCHEMA_CHANGED, reason=str(error)), {}, []


def _followed(module: ModuleType, body: bytes, request: Request) -> list[Request]:
    follow = getattr(module, "follow", None)
    try:
        return list(follow(body, request)) if follow is not None else []
    except ElectricityOptimizerError:
        raise
    except Exception as error:
        raise SchemaChangedError(_defect("adapter", error), where=module.NAME) from error


def _defect(what: str, error: Exception) -> str:
    """One line for whoever mends it: the type of the error and where it was raised."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"defect of the {what}: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"


def _kept(warehouse: Warehouse, ask: Ask, module: ModuleType, request: Request, fetched: Fetched) -> KeptPayload | None:
    """Stores the bytes, also those of a failed request; None where there are none or they are not to be kept."""
    if not fetched.body or not request.keep:
        return None
    kept = KeptPayload(
        "", ask.source.key, fetched.request, fetched.fetched_at, str(fetched.outcome), ask.kind, dict(request.about),
        module.PARSER_VERSION, fetched.validators,
    )  # fmt: skip
    return replace(kept, sha256=warehouse.store_payload(fetched.body, kept))


def _stamped(kept: KeptPayload, frames: Mapping[str, pl.DataFrame], ask: Ask, fetched: Fetched, warehouse: Warehouse) -> Piece:
    """The rows that were asked for, with the hash of their bytes; it can be settled when the answer holds no others."""
    stamped = {table: frame.with_columns(payload_sha256=pl.lit(kept.sha256)) for table, frame in frames.items()}
    wanted = _wanted(stamped, ask)
    if any(wanted[table].height < frame.height for table, frame in stamped.items()):
        return Piece(fetched, wanted)
    return Piece(fetched, wanted, settle=partial(warehouse.mark_recorded, kept))


def _wanted(frames: Mapping[str, pl.DataFrame], ask: Ask) -> dict[str, pl.DataFrame]:
    """Rows of the asked days; statistics, tariff terms and exchange rates are taken as they come."""
    days = sorted(ask.days)
    return {table: frame.filter(pl.col("delivery_date").is_in(days)) if table in TIMED else frame for table, frame in frames.items()}
