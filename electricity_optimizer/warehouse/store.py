"""The warehouse as one object: what assets write through and the API reads through."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

import polars as pl
from sqlalchemy import Engine

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import kept as kept_payloads
from electricity_optimizer.warehouse import publish, read, records, source_states
from electricity_optimizer.warehouse.engine import make_engine
from electricity_optimizer.warehouse.kept import KeptPayload
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer.warehouse.publish import Part, Published
from electricity_optimizer.warehouse.records import Recorded
from electricity_optimizer.warehouse.source_states import SourceState


class Warehouse:
    """Tables, payload files and model files of one installation."""

    def __init__(self, engine: Engine, payloads: FileStore, models: FileStore) -> None:
        self.engine = engine
        self.payloads = payloads
        self.models = models

    def store_payload(self, body: bytes, kept: KeptPayload) -> str:
        """Keep the bytes of an answer and what `kept` says of them (its `sha256` is filled in here); returns their SHA-256."""
        sha256 = self.payloads.put(body)
        kept_payloads.note(self.engine, replace(kept, sha256=sha256), len(body))
        return sha256

    def kept_payload(self, source: str, request: str) -> KeptPayload | None:
        """The last good answer of `source` to `request`; None when there is none or something went wrong since."""
        return kept_payloads.newest(self.engine, source, request)

    def kept_payloads(self, source: str, *, since: dt.datetime | None = None, older_than_parser: int | None = None) -> list[KeptPayload]:
        """Stored answers of `source`, oldest first, to be parsed again."""
        return kept_payloads.every(self.engine, source, since, older_than_parser)

    def mark_read(self, kept: KeptPayload, parser_version: int) -> None:
        """Note that a parser of this version has read a stored answer."""
        kept_payloads.mark_read(self.engine, kept, parser_version)

    def mark_recorded(self, kept: KeptPayload) -> None:
        """Note that every row of a stored answer is in the record."""
        kept_payloads.mark_recorded(self.engine, kept)

    def source_state(self, source: str) -> SourceState:
        """How `source` is doing."""
        return source_states.read_state(self.engine, source)

    def put_source_state(self, state: SourceState) -> None:
        """Write down how a source is doing."""
        source_states.put_state(self.engine, state)

    def change_source_state(self, source: str, change: Callable[[SourceState], SourceState | None]) -> None:
        """Change how a source is doing, with no other process in between; see `source_states.change_state`."""
        source_states.change_state(self.engine, source, change)

    def claim_probe(self, state: SourceState, until: dt.datetime) -> bool:
        """Whether the caller may try the half-open source of `state`; see `source_states.claim_probe`."""
        return source_states.claim_probe(self.engine, state, until)

    def load_payload(self, sha256: str) -> bytes:
        """Bytes of a stored answer."""
        return self.payloads.get(sha256)

    def find_payload(self, sha256: str) -> bytes | None:
        """Bytes of a stored answer; None when its file is missing or damaged, see `FileStore.find`."""
        return self.payloads.find(sha256)

    def record(self, table: str, frame: pl.DataFrame, *, now: dt.datetime, run_id: str | None = None) -> Recorded:
        """Add to a bitemporal record; see `records.record`."""
        return records.record(self.engine, table, frame, now=now, run_id=run_id)

    def records(self, table: str, area: str, first: dt.date, last: dt.date, *, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """Current revisions of a record, or those known at `as_of`."""
        return records.records(self.engine, table, area, first, last, as_of)

    def held(self, table: str, area: str, first: dt.date, last: dt.date) -> pl.DataFrame:
        """What is there of each series and delivery day of a record; see `records.held`."""
        return records.held(self.engine, table, area, first, last)

    def has_real(self, table: str, area: str, since: dt.date) -> bool:
        """Whether a record holds a value of `area` that is not synthetic, for a delivery day from `since` on."""
        return records.has_real(self.engine, table, area, since)

    def publish(self, asset: str, parts: Iterable[Part], *, run_id: str, now: dt.datetime) -> list[Published]:
        """Publish parts of an asset in one transaction; see `publish.publish`."""
        return publish.publish(self.engine, asset, parts, run_id=run_id, now=now)

    def read(
        self,
        asset: str,
        scope: str,
        first: dt.date | None = None,
        last: dt.date | None = None,
        *,
        as_of: dt.datetime | None = None,
        where: read.Wanted | None = None,
        only: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Published rows by partition day; see `read.read`."""
        return read.read(self.engine, asset, scope, first, last, as_of, where, only)

    def issues(self, asset: str, scope: str, first: dt.date, last: dt.date) -> pl.DataFrame:
        """The last issue of each delivery day and horizon, superseded since or not; see `read.issues`."""
        return read.issues(self.engine, asset, scope, first, last)

    def read_between(
        self, asset: str, scope: str, start: dt.datetime, end: dt.datetime, *, as_of: dt.datetime | None = None
    ) -> pl.DataFrame:
        """Published rows by instant; see `read.read_between`."""
        return read.read_between(self.engine, asset, scope, start, end, as_of)

    def versions(
        self,
        asset: str,
        scope: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
        *,
        as_of: dt.datetime | None = None,
    ) -> pl.DataFrame:
        """Versions of an asset, current or as of then."""
        return read.versions(self.engine, asset, scope, first, last, as_of)

    def version_token(self, assets: Sequence[str], scope: str) -> str:
        """Short text that changes whenever something is published."""
        return read.version_token(self.engine, assets, scope)


def open_warehouse(settings: Settings) -> Warehouse:
    """Warehouse of these settings, migrated; opened once per process and place."""
    return _open(settings.warehouse_url, FileStore(settings.home / "payloads"), FileStore(settings.home / "models"))


def _open(url: str, payloads: FileStore, models: FileStore) -> Warehouse:
    return Warehouse(_migrated_engine(url), payloads, models)


@cache
def _migrated_engine(url: str) -> Engine:
    engine = make_engine(url)
    migrate(engine)
    return engine
