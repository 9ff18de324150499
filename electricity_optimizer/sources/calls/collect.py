"""Asking one remote source: its requests in turn, the pages and second steps they lead to, each answer kept and parsed.

An answer is handed on as soon as it is there, so what came is recorded although the next request may fail. The first trouble ends the
asking of this source: the days still open go to the next one.
"""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from zoneinfo import ZoneInfo

import polars as pl

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.calls.line import Line, name_of
from electricity_optimizer.sources.outcome import Fetched, Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import TABLES, Record, to_frame
from electricity_optimizer.timeline import UTC, delivery_day
from electricity_optimizer.warehouse import KeptPayload, Warehouse

MOST_REQUESTS = 2000
"""Of one ask: pages that lead to pages without end are a defect upstream."""

NOTHING_MORE = {Outcome.NOT_YET, Outcome.NO_DATA}
"""Outcomes after which the next request to the same source still makes sense."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one request brought: how it ended and the frames of its records by table."""

    fetched: Fetched
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def collect(module: ModuleType, ask: Ask, line: Line) -> Iterator[Piece]:
    """Pieces of the answer of the source `module` to `ask`, in the order they came."""
    for part in _apart(ask):
        waiting = deque(module.requests(part))
        for _ in range(MOST_REQUESTS):
            if not waiting:
                break
            request = waiting.popleft()
            fetched = line.call(ask.source, request, now=ask.now, refusal=getattr(module, "refusal", None))
            fetched, found, more = _read(module, fetched, request)
            line.note(ask.source, fetched, ask.now)
            if fetched.outcome is Outcome.NO_DATA and _early(part):
                fetched = replace(fetched, outcome=Outcome.NOT_YET)
            frames = _kept(line.warehouse, ask, module, request, fetched, found) if request.keep else {}
            yield Piece(fetched, _wanted(frames, ask))
            waiting.extendleft(reversed(more))
            if not fetched.ok and fetched.outcome not in NOTHING_MORE:
                return


def read_body(module: ModuleType, body: bytes, about: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Frames by table of one body, and of its tariff terms where the source has them. Raises what the parser raises."""
    by_kind: dict[type[Record], list[Record]] = defaultdict(list)
    records: Sequence[Record] = module.parse(body, **about)
    terms = getattr(module, "terms", None)
    for record in [*records, *(terms(body, **about) if terms is not None else ())]:
        by_kind[type(record)].append(record)
    return {TABLES[kind]: to_frame(found, kind) for kind, found in by_kind.items()}


def _apart(ask: Ask) -> list[Ask]:
    """Days up to today and days to come: a source answers 404 for a window with a day in it that is not published yet."""
    today = delivery_day(ask.now, ask.tz)
    halves = ([day for day in ask.days if day <= today], [day for day in ask.days if day > today and _opened(day, ask)])
    return [replace(ask, days=tuple(days)) for days in halves if days]


def _opened(day: dt.date, ask: Ask) -> bool:
    window = ask.source.publication.get(ask.kind)
    return window is None or ask.now >= _the_day_before(day, window.opens, window.tz)


def _early(ask: Ask) -> bool:
    """Whether the answer about the last asked day may still come: no data before the deadline is no missing day."""
    window = ask.source.publication.get(ask.kind)
    return window is not None and ask.now < _the_day_before(ask.last, window.deadline, window.tz)


def _the_day_before(day: dt.date, clock: dt.time, tz: str) -> dt.datetime:
    return dt.datetime.combine(day - dt.timedelta(days=1), clock, ZoneInfo(tz)).astimezone(UTC)


def _read(module: ModuleType, fetched: Fetched, request: Request) -> tuple[Fetched, dict[str, pl.DataFrame], list[Request]]:
    """The answer as its parser sees it: records, further requests, or the outcome that the body tells."""
    if not fetched.ok:
        return fetched, {}, []
    try:
        frames = read_body(module, fetched.body, request.about) if request.keep else {}
        follow = getattr(module, "follow", None)
        return fetched, frames, follow(fetched.body, request) if follow is not None else []
    except SchemaChangedError as error:
        return replace(fetched, outcome=Outcome.SCHEMA_CHANGED, reason=str(error)), {}, []
    except UpstreamSaidError as error:
        return replace(fetched, outcome=error.outcome, reason=str(error), retry_after=error.retry_after), {}, []


def _kept(
    warehouse: Warehouse, ask: Ask, module: ModuleType, request: Request, fetched: Fetched, frames: dict[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Stores the bytes and gives the frames with their hash; the answer of a failed request is kept where it has one."""
    if not fetched.body:
        return frames
    kept = KeptPayload(
        "", ask.source.key, name_of(request), fetched.fetched_at, str(fetched.outcome), ask.kind, dict(request.about),
        module.PARSER_VERSION, fetched.validators,
    )  # fmt: skip
    sha256 = warehouse.store_payload(fetched.body, kept)
    return {table: frame.with_columns(payload_sha256=pl.lit(sha256)) for table, frame in frames.items()}


def _wanted(frames: Mapping[str, pl.DataFrame], ask: Ask) -> dict[str, pl.DataFrame]:
    """Rows of the asked days; statistics, tariff terms and exchange rates are taken as they come."""
    timed = ("price_record", "weather_record", "grid_forecast_record", "carbon_record")
    days = sorted(ask.days)
    return {table: frame.filter(pl.col("delivery_date").is_in(days)) if table in timed else frame for table, frame in frames.items()}
