"""From sources to the record: asks the sources of a zone in their order, keeps the bytes, records what they say.

A day that a source gives whole is not asked of the next one, unless as a witness or because nothing of it may be published; days still
open go there (of the grid also those of which a quantity is missing). What the record already holds is not asked for again unless
`refresh` says so, so an ingest that was cut off goes on where it stopped and a poll that finds nothing costs little. The simulator stands
in only where settings allow it, nothing real is known of the day, and the zone has no real history: a real history stays real, days that
are not known stay so.
"""

import datetime as dt
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import polars as pl

from electricity_optimizer.catalog.sources import Kind, source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.admission import SIMULATOR, SourceOutcome, refusal
from electricity_optimizer.sources.ask import Answer, Ask
from electricity_optimizer.sources.calls.collect import Piece, collect, early
from electricity_optimizer.sources.calls.limits import PATIENCE_S
from electricity_optimizer.sources.calls.line import Line
from electricity_optimizer.sources.calls.reach import Reach
from electricity_optimizer.sources.days import ACTUAL, FORECAST, Parts, held_parts, needed, parts_of, whole_series
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.sources.registry import module_of, order
from electricity_optimizer.sources.soundness import KEY
from electricity_optimizer.timeline import delivery_day, delivery_days
from electricity_optimizer.warehouse import KeptPayload, Warehouse

TABLES: dict[Kind, str] = {
    "prices": "price_record",
    "weather": "weather_record",
    "grid_forecasts": "grid_forecast_record",
    "carbon": "carbon_record",
}

Progress = Callable[[str], None]
"""Told in one line what each answer brought."""
Judge = Callable[[Zone, Sequence[dt.date]], AbstractSet[dt.date]]
"""Of these delivery days those of which nothing that the record holds may be published as a price."""


@dataclass(slots=True)
class IngestReport:
    """What an ingest of one kind and zone did: rows by what the record said of them, days by source, days that nobody gave.

    `held_days` were there before and not asked for. Days that the outcome of the simulator counts are synthetic. Of `refused_days`
    there are answers, but none that may be published.
    """

    kind: Kind
    zone: str
    first: dt.date
    last: dt.date
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    held_days: int = 0
    outcomes: list[SourceOutcome] = field(default_factory=list)
    missing_days: list[dt.date] = field(default_factory=list)
    refused_days: list[dt.date] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard an ingest tries: `refresh` asks again for what is held, `witnesses` is how many further sources are asked for a day.

    A turn within a source's rate limits is waited for `patience_s`: a poll goes on to the next source, a backfill has time.
    """

    refresh: bool = False
    witnesses: int = 0
    patience_s: float = PATIENCE_S


QUICK = Effort()
DEEP = Effort(refresh=True, witnesses=1)
BACKFILL = Effort(patience_s=90.0)


@dataclass(frozen=True, slots=True)
class Means:
    """What an ingest works with. `reach`: which upstreams answer, None when nobody has tried; `run_id` is written beside the rows.

    `seconds` is how long all calls together may take; what is not there then is asked for the next time. `began` is the monotonic second
    in which `now` was taken. `judge` looks at the prices of a day as soon as a source gave them: where it refuses them, and where two
    sources contradict each other, the next source is asked; None takes every whole day.
    """

    warehouse: Warehouse
    settings: Settings
    now: dt.datetime
    reach: Reach | None = None
    run_id: str | None = None
    progress: Progress = lambda _: None
    seconds: float = math.inf
    began: float = field(default_factory=time.monotonic)
    judge: Judge | None = None


def ingest(kind: Kind, zone: Zone, first: dt.date, last: dt.date, means: Means, effort: Effort = QUICK) -> IngestReport:
    """Records what the sources of `kind` say about the days `first` to `last` of `zone`.

    Raises InputError for a faulty file; then nothing of that file is recorded.
    """
    with Line.open(means.settings, means.warehouse, means.seconds) as line:
        line.began, line.patience_s = means.began, effort.patience_s
        return _Ingest(kind, zone, first, last, means, effort).run(line)


@dataclass(slots=True)
class _Ingest:
    """One ingest: what each source gave of which day so far (`given`), what the record knew before (`known`), and the report."""

    kind: Kind
    zone: Zone
    first: dt.date
    last: dt.date
    means: Means
    effort: Effort
    report: IngestReport = field(init=False)
    known: dict[str, Parts] = field(init=False)
    given: dict[str, Parts] = field(default_factory=dict)
    refused: set[dt.date] = field(default_factory=set)

    def run(self, line: Line) -> IngestReport:
        self.report = IngestReport(self.kind, self.zone.key, self.first, self.last)
        self._look_up()
        for name in order(self.kind, self.zone):
            days = self._open_days(name)
            if not days:
                continue
            means = self.means
            refused = refusal(name, self.kind, self.zone, self.first, warehouse=means.warehouse, settings=means.settings, reach=means.reach)
            outcome = refused or self._ask(name, days, line)
            self.report.outcomes.append(outcome)
            if outcome.days:
                self._judge(days)
        self.report.missing_days = [day for day in delivery_days(self.first, self.last) if not self._there(day)]
        self.report.refused_days = sorted(self.refused)
        return self.report

    def _look_up(self) -> None:
        """What is there, and what of it need not be asked for: forecasts of days that are not over yet still change."""
        today = delivery_day(self.means.now, self.zone.tz)
        held = self.means.warehouse.held(TABLES[self.kind], self.zone.key, self.first, self.last)
        self.known = held_parts(held, self.kind, self.zone.tz, [None] if self.kind == "prices" else [FORECAST])
        if self.effort.refresh:
            self.given = {}
        elif self.kind == "prices":
            self._judge(self._unpublished())
            again = {day for day in self.refused if day >= today}  # who was wrong may be right by now; the past is for the deep re-sync
            self.given = {name: {day: parts for day, parts in of.items() if day not in again} for name, of in self.known.items()}
        else:
            settled = held_parts(held, self.kind, self.zone.tz, [FORECAST, ACTUAL])
            self.given = {name: {day: parts for day, parts in of.items() if day < today} for name, of in settled.items()}
        self.report.held_days = sum(self._givers(day, ()) > 0 for day in delivery_days(self.first, self.last))

    def _open_days(self, name: str) -> tuple[dt.date, ...]:
        """Days for which `name` is still wanted: files for all (they cost nothing and may have been corrected), others for the rest."""
        wanted = delivery_days(self.first, self.last)
        if name == files.NAME:
            return tuple(wanted)
        mine, all_parts = self.given.get(name, {}), needed(self.kind)
        if name == SIMULATOR:
            return tuple(day for day in wanted if mine.get(day, set()) < all_parts and not self._there(day, without=SIMULATOR))
        enough = 1 + self.effort.witnesses
        open_days = (day for day in wanted if day in self.refused or self._givers(day, {SIMULATOR}) < enough)
        return tuple(day for day in open_days if mine.get(day, set()) < all_parts)

    def _unpublished(self) -> list[dt.date]:
        """Days that the record holds and nobody has published: perhaps they were refused."""
        if self.means.judge is None:
            return []
        published = set(self.means.warehouse.versions("prices", self.zone.key, self.first, self.last)["partition"])
        return sorted({day for of in self.known.values() for day in of if day.isoformat() not in published})

    def _judge(self, days: Sequence[dt.date]) -> None:
        """A day of which nothing may be published stays open for the next source."""
        known = [day for day in days if self._there(day)]
        if self.kind == "prices" and self.means.judge is not None and known:
            self.refused = (self.refused - set(known)) | self.means.judge(self.zone, known)

    def _givers(self, day: dt.date, without: Collection[str]) -> int:
        """How many sources gave each part of `day` at least."""
        gave = [of[day] for name, of in self.given.items() if day in of and name not in without]
        return min(sum(part in parts for parts in gave) for part in needed(self.kind))

    def _there(self, day: dt.date, without: str = "") -> bool:
        """Whether anything of `day` is known, or came now."""
        return any(day in of for source_parts in (self.given, self.known) for name, of in source_parts.items() if name != without)

    def _ask(self, name: str, days: tuple[dt.date, ...], line: Line) -> SourceOutcome:
        try:
            entry, module = source(name), module_of(name)
        except ImportError as error:
            return SourceOutcome(name, Outcome.PERMANENT, f"its adapter cannot be loaded: {error}", 0)
        ask = Ask(self.kind, self.zone, days, self.means.now, entry, self.means.settings)
        pieces = collect(module, ask, line) if entry.url else self._local(getattr(module, self.kind)(ask), name)
        ended = Fetched(b"", "", self.means.now, Outcome.OK)
        given, loose, came_at = dict[dt.date, set[str]](), list[pl.DataFrame](), self.means.now
        for piece in pieces:
            ended, came_at = ended if piece.fetched.ok else piece.fetched, piece.fetched.fetched_at
            news = self._take(piece, name, days, given, loose)
            if news or not piece.fetched.ok:
                how = f"{piece.fetched.outcome} {piece.fetched.reason}".rstrip()
                self.means.progress(f"{self.zone.key} {self.kind} {name}: {len(given)} of {len(days)} days, {how}")
        if loose:  # days whose parts came in several answers; of an interval that came twice the last word counts
            joined = pl.concat(loose).unique(KEY, keep="last", maintain_order=True)
            self._record(joined, came_at, given, [])
        before = self.given.get(name, {})
        self.given[name] = {day: before.get(day, set()) | given.get(day, set()) for day in {*before, *given}}
        outcome, reason = _outcome(ended, set(given), set(days) - set(given))
        awaited = outcome is Outcome.NO_DATA and early(ask)
        return SourceOutcome(name, Outcome.NOT_YET if awaited else outcome, reason, len(given))

    def _take(self, piece: Piece, name: str, days: Sequence[dt.date], given: dict[dt.date, set[str]], loose: list[pl.DataFrame]) -> bool:
        """Records a piece; of one that is known the days that its source holds are given again. Tells whether a day became whole."""
        if piece.known:
            given |= {day: set(parts) for day, parts in self.known.get(name, {}).items() if day in days}
            return False
        left = len(loose)
        frame = piece.frames.get(TABLES[self.kind])
        news = self._record(frame, piece.fetched.fetched_at, given, loose)
        if piece.fetched.ok and frame is not None and self.kind == "prices" and len(loose) == left:
            piece.settle()
        return news

    def _record(self, frame: pl.DataFrame | None, came_at: dt.datetime, given: dict[dt.date, set[str]], loose: list[pl.DataFrame]) -> bool:
        """Records the whole days (and actual values as far as they go) and notes them in `given`, the other rows in `loose`.

        Tells whether a day became whole.
        """
        if frame is None or frame.is_empty():
            return False
        series = whole_series(frame, self.kind, self.zone.tz)
        for day, parts in parts_of(series, self.kind).items():
            given[day] = given.get(day, set()) | parts
        whole = frame.join(series, on=["delivery_date", "series_id"], how="semi", maintain_order="left")
        rest = frame.join(series, on=["delivery_date", "series_id"], how="anti", maintain_order="left")
        if self.kind != "prices":
            whole, rest = pl.concat([whole, rest.filter(pl.col("kind") != FORECAST)]), rest.filter(pl.col("kind") == FORECAST)
        recorded = self.means.warehouse.record(TABLES[self.kind], whole, now=came_at, run_id=self.means.run_id)
        self.report.new += recorded.new
        self.report.revised += recorded.revised
        self.report.unchanged += recorded.unchanged
        if rest.height:
            loose.append(rest)
        return bool(series.height)

    def _local(self, answer: Answer, name: str) -> Iterator[Piece]:
        """Pieces of a source of this machine, which answers at once: files with their bytes kept, the simulator with none."""
        table = TABLES[self.kind]
        for payload in answer.payloads:
            fetched = payload.fetched
            kept = KeptPayload("", name, fetched.request, fetched.fetched_at, str(fetched.outcome))
            sha256 = self.means.warehouse.store_payload(fetched.body, kept)
            yield Piece(fetched, {table: payload.frame.with_columns(payload_sha256=pl.lit(sha256))})
        ended = Fetched(b"", name, self.means.now, answer.outcome, answer.reason)
        yield Piece(ended, {table: answer.frame} if answer.frame is not None else {})


def _outcome(ended: Fetched, given: AbstractSet[dt.date], missing: AbstractSet[dt.date]) -> tuple[Outcome, str]:
    """How the asking ended; an answer that is ok and still leaves days open says which."""
    if not missing:  # a last page that is empty, say, takes nothing away
        return Outcome.OK, ended.reason
    if not ended.ok:
        return ended.outcome, ended.reason
    return (Outcome.OK if given else Outcome.NO_DATA), f"{len(missing)} days not complete, first {min(missing)}"
