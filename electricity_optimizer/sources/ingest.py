"""From sources to the record: asks the sources of a zone in their order, keeps the bytes, records what they say.

Per day the first source that holds it completely wins; days still open go to the next. What the record already holds is not asked for
again unless `refresh` says so, so an ingest that was cut off goes on where it stopped and a poll that finds nothing costs little.
The simulator stands in only where settings allow it, no real source gave the day, and the zone has no real history: a real history
stays real, days that are not known stay so.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import polars as pl

from electricity_optimizer.catalog.sources import Kind, source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.admission import SIMULATOR, SourceOutcome, refusal
from electricity_optimizer.sources.ask import Answer, Ask
from electricity_optimizer.sources.calls.collect import Piece, collect
from electricity_optimizer.sources.calls.line import Line
from electricity_optimizer.sources.calls.reach import Reach
from electricity_optimizer.sources.days import FORECAST, complete_days, givers
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.sources.registry import module_of, order
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


@dataclass(slots=True)
class IngestReport:
    """What an ingest of one kind and zone did: rows by what the record said of them, days by source, days that nobody gave.

    `held_days` were there before and not asked for. Days that the outcome of the simulator counts are synthetic.
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


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard an ingest tries: `refresh` asks again for what is held, `witnesses` is how many further sources are asked for a day."""

    refresh: bool = False
    witnesses: int = 0


QUICK = Effort()
DEEP = Effort(refresh=True, witnesses=1)


@dataclass(frozen=True, slots=True)
class Means:
    """What an ingest works with. `reach`: which upstreams answer, None when nobody has tried; `run_id` is written beside the rows.

    `seconds` is how long all calls together may take; what is not there then is asked for the next time.
    """

    warehouse: Warehouse
    settings: Settings
    now: dt.datetime
    reach: Reach | None = None
    run_id: str | None = None
    progress: Progress = lambda _: None
    seconds: float = math.inf


def ingest(kind: Kind, zone: Zone, first: dt.date, last: dt.date, means: Means, effort: Effort = QUICK) -> IngestReport:
    """Records what the sources of `kind` say about the days `first` to `last` of `zone`.

    Raises InputError for a faulty file; then nothing of that file is recorded.
    """
    with Line.open(means.settings, means.warehouse, means.seconds) as line:
        return _Ingest(kind, zone, first, last, means, effort).run(line)


@dataclass(slots=True)
class _Ingest:
    """One ingest: who gave which day so far, and the report."""

    kind: Kind
    zone: Zone
    first: dt.date
    last: dt.date
    means: Means
    effort: Effort
    report: IngestReport = field(init=False)
    given: dict[dt.date, set[str]] = field(init=False)

    def run(self, line: Line) -> IngestReport:
        self.report = IngestReport(self.kind, self.zone.key, self.first, self.last)
        self.given = defaultdict(set) if self.effort.refresh else self._held()
        self.report.held_days = len(self.given)
        for name in order(self.kind, self.zone):
            days = self._open_days(name)
            if not days:
                continue
            means = self.means
            refused = refusal(name, self.kind, self.zone, self.first, warehouse=means.warehouse, settings=means.settings, reach=means.reach)
            self.report.outcomes.append(refused or self._ask(name, days, line))
        self.report.missing_days = [day for day in delivery_days(self.first, self.last) if not self.given.get(day)]
        return self.report

    def _held(self) -> dict[dt.date, set[str]]:
        """Days that need not be asked for. Weather and grid forecasts of days not over yet change, so they are always asked for."""
        found = givers(self.means.warehouse.held(TABLES[self.kind], self.zone.key, self.first, self.last), self.kind, self.zone.tz)
        if self.kind != "prices":
            today = delivery_day(self.means.now, self.zone.tz)
            found = {day: names for day, names in found.items() if day < today}
        return defaultdict(set, found)

    def _open_days(self, name: str) -> tuple[dt.date, ...]:
        """Days for which `name` is still wanted: files for all (they cost nothing and may have been corrected), others for the rest."""
        wanted = delivery_days(self.first, self.last)
        if name == files.NAME:
            return tuple(wanted)
        enough = 1 if name == SIMULATOR else 1 + self.effort.witnesses
        return tuple(day for day in wanted if self._real(day, name) < enough and name not in self.given.get(day, set()))

    def _real(self, day: dt.date, asking: str) -> int:
        """Sources that gave `day`; a simulated day is open for every real source."""
        return len(self.given.get(day, set()) - (set() if asking == SIMULATOR else {SIMULATOR}))

    def _ask(self, name: str, days: tuple[dt.date, ...], line: Line) -> SourceOutcome:
        entry, module = source(name), module_of(name)
        ask = Ask(self.kind, self.zone, days, self.means.now, entry, self.means.settings)
        pieces = collect(module, ask, line) if entry.url else self._local(getattr(module, self.kind)(ask), name)
        ended, given = Fetched(b"", "", self.means.now, Outcome.OK), set[dt.date]()
        loose: list[pl.DataFrame] = []
        for piece in pieces:
            if not piece.fetched.ok:
                ended = piece.fetched
            found, left = self._record(piece.frames)
            given |= found
            loose.extend(left)
            if found or not piece.fetched.ok:
                how = f"{piece.fetched.outcome} {piece.fetched.reason}".rstrip()
                self.means.progress(f"{self.zone.key} {self.kind} {name}: {len(given)} of {len(days)} days, {how}")
        if loose:  # days whose parts came in several answers
            given |= self._record({TABLES[self.kind]: pl.concat(loose)})[0]
        for day in given:
            self.given[day].add(name)
        return SourceOutcome(name, *_outcome(ended, given, set(days) - given), len(given))

    def _record(self, frames: Mapping[str, pl.DataFrame]) -> tuple[set[dt.date], list[pl.DataFrame]]:
        """Records the whole days (and actual values as far as they go); gives those days and the rows that made no whole day."""
        frame = frames.get(TABLES[self.kind])
        if frame is None or frame.is_empty():
            return set(), []
        given = complete_days(frame, self.kind, self.zone.tz)
        whole = pl.col("delivery_date").is_in(sorted(given))
        taken = whole if self.kind == "prices" else whole | (pl.col("kind") != FORECAST)
        recorded = self.means.warehouse.record(TABLES[self.kind], frame.filter(taken), now=self.means.now, run_id=self.means.run_id)
        self.report.new += recorded.new
        self.report.revised += recorded.revised
        self.report.unchanged += recorded.unchanged
        loose = frame.filter(~taken)
        return given, [loose] if loose.height else []

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
    if not ended.ok or not missing:
        return ended.outcome, ended.reason
    return (Outcome.OK if given else Outcome.NO_DATA), f"{len(missing)} days not complete, first {min(missing)}"
