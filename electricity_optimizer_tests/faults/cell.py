"""One cell of the matrix: a warehouse of its own, a zone whose first source has a fault, and what became of the day."""

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.defs.choices import choices, refused_days
from electricity_optimizer.market.choice import Choice
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.admission import SourceOutcome
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.ingest import DEEP, QUICK, Effort, IngestReport, Means, ingest
from electricity_optimizer.sources.records import to_frame
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer.warehouse.engine import make_engine
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer_tests.faults.faults import PATIENT, Fault
from electricity_optimizer_tests.faults.server import FaultServer, Scene
from electricity_optimizer_tests.faults.upstreams import Upstream
from electricity_optimizer_tests.faults.writers import WRITERS
from electricity_optimizer_tests.sources.asked import round_trip
from electricity_optimizer_tests.sources.wire.intervals import Price

WEEK = dt.timedelta(days=7)
"""So many days are published before; the level is judged by five."""
ONE = dt.timedelta(days=1)
COMPILED: dict[Any, Any] = {}
"""Statements are compiled once for all cells, and not once an engine."""
LATER = dt.timedelta(hours=7)
"""After it every breaker of a first failure is half-open again."""
KEYS = {"entsoe": "token-of-entsoe", "esios": "token-of-esios"}


@dataclass(frozen=True, slots=True)
class Round:
    """One ingest and the market step after it: what was reported and chosen, how long the ingest took and what the server was asked."""

    report: IngestReport
    choices: list[Choice]
    published: pl.DataFrame
    seconds: float
    asked: dict[str, int]

    def outcome(self, source: str) -> SourceOutcome | None:
        """How asking `source` ended; None where it was not asked."""
        return next((one for one in self.report.outcomes if one.source == source), None)

    def failed(self) -> dict[str, str]:
        """What each failed check says, by its name."""
        return {result.name: result.detail for choice in self.choices for result in choice.results if not result.passed}


@dataclass
class Templates:
    """Warehouses that hold a week of published prices, made once for each zone, day and price, and copied for each cell."""

    folder: Path
    made: dict[tuple[object, ...], Path] = field(default_factory=dict)

    def copy(self, upstream: Upstream, fault: Fault, place: Zone, home: Path) -> None:
        """A warehouse under `home` that knows the week before the day of `fault`."""
        key = (upstream.fallback, upstream.zone, upstream.minutes, fault.day, fault.true)
        if key not in self.made:
            self.made[key] = self._make(upstream, fault, place, self.folder / f"{len(self.made)}.db")
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.made[key], home / "warehouse.db")

    def empty(self) -> Path:
        """The file of a migrated warehouse that knows nothing."""
        file = self.folder / "empty.db"
        if not file.exists():
            engine = make_engine(f"sqlite:///{file}")
            migrate(engine)
            engine.dispose()
        return file

    def copied(self, home: Path) -> Path:
        """A migrated warehouse of its own under `home` that knows nothing."""
        return Path(shutil.copyfile(self.empty(), home / "warehouse.db"))

    def _make(self, upstream: Upstream, fault: Fault, place: Zone, file: Path) -> Path:
        shutil.copyfile(self.empty(), file)
        first, last = fault.day - WEEK, fault.day - ONE
        with opened(file) as house:
            entry, now = sources()[upstream.fallback], upstream.now(last)
            ask = Ask("prices", place, tuple(delivery_days(first, last)), now, entry, Settings())
            found, _ = round_trip(module_of(entry.key), WRITERS[entry.key], ask, price=fault.true(upstream.price))
            house.record("price_record", to_frame(found), now=now)
            market_step(house, place, first, last, now)
        return file


@dataclass
class Cell:
    """A fault at an upstream, played on the server in a home of its own."""

    server: FaultServer
    upstream: Upstream
    fault: Fault
    place: Zone
    house: Warehouse
    settings: Settings

    @property
    def true(self) -> Price:
        """The true prices."""
        return self.fault.true(self.upstream.price)

    @property
    def now(self) -> dt.datetime:
        """When the day is first asked for."""
        return self.upstream.now(self.fault.day)

    def play(self, effort: Effort = QUICK, now: dt.datetime | None = None) -> Round:
        """An ingest of the day and the market step."""
        now, day = now or self.now, self.fault.day
        before = {name: self.server.count(name) for name in WRITERS}
        started = time.monotonic()
        report = self.ask(effort, now)
        seconds = time.monotonic() - started
        chosen = market_step(self.house, self.place, day, day, now)
        published = self.house.read("prices", self.place.key, day, day)
        asked = {name: self.server.count(name) - count for name, count in before.items()}
        return Round(report, chosen, published, seconds, asked)

    def ask(self, effort: Effort, now: dt.datetime) -> IngestReport:
        """The ingest alone."""
        means = Means(self.house, self.settings, now, judge=partial(refused_days, self.house))
        return ingest("prices", self.place, self.fault.day, self.fault.day, means, effort)

    def resync(self) -> Round:
        """The deep re-sync some hours later."""
        return self.play(DEEP, self.now + LATER)


def market_step(house: Warehouse, place: Zone, first: dt.date, last: dt.date, now: dt.datetime) -> list[Choice]:
    """What the asset `prices` does: chooses from the record, publishes what passes its checks."""
    found = choices(house, place, first, last)
    parts = [Part(place.key, choice.day.isoformat(), choice.frame) for choice in found if choice.frame is not None]
    house.publish("prices", parts, run_id="cell", now=now)
    return found


@contextmanager
def set_up(
    server: FaultServer,
    templates: Templates,
    upstream: Upstream,
    fault: Fault,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    witness: bool = False,
) -> Iterator[Cell]:
    """The cell of `fault` at `upstream`: catalogue, server and home made ready; with a third source where a `witness` is wanted."""
    healthy = [upstream.fallback, *([upstream.witness] if witness else [])]
    place = adjust(upstream, healthy, fault.seconds, monkeypatch)
    true = fault.true(upstream.price)
    faulty = Scene(upstream.source, fault.lie(true), lambda reply, _: fault.spoil(upstream, reply))
    server.begin(faulty, *(Scene(name, true) for name in healthy))
    templates.copy(upstream, fault, place, home)
    addresses = {name.replace("-", "_"): server.address(name) for name in WRITERS}
    addresses[upstream.source.replace("-", "_")] = server.address(upstream.source, fault.address)
    settings = Settings(home=home, source_urls=addresses, keys=KEYS, enable=("nordpool",), allow_simulator=False)
    with opened(home / "warehouse.db") as house:
        yield Cell(server, upstream, fault, place, house, settings)


def adjust(upstream: Upstream, healthy: list[str], seconds: float, monkeypatch: pytest.MonkeyPatch) -> Zone:
    """The catalogue for a cell: these sources in their order and nobody else, without limits, the faulty one with `seconds` a try."""
    known = sources()
    for name in (upstream.source, *healthy):
        tried = seconds if name == upstream.source else PATIENT
        changes = {"limits": (), "timeout_s": tried, "budget_s": 3 * tried}
        monkeypatch.setitem(known, name, known[name].model_copy(update=changes))
    place = zones()[upstream.zone].model_copy(update={"price_sources": (upstream.source, *healthy)})
    monkeypatch.setitem(zones(), upstream.zone, place)
    return place


@contextmanager
def opened(file: Path) -> Iterator[Warehouse]:
    """The warehouse in `file`, closed in the end: those of a process are kept open, and there are hundreds of cells."""
    engine = make_engine(f"sqlite:///{file}")
    engine.update_execution_options(compiled_cache=COMPILED)
    try:
        yield Warehouse(engine, FileStore(file.parent / "payloads"), FileStore(file.parent / "models"))
    finally:
        engine.dispose()
