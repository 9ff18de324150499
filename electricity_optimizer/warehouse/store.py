"""The warehouse as one object: what assets write through and the API reads through."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl
from sqlalchemy import Engine, insert, select

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import publish, read, records
from electricity_optimizer.warehouse.engine import make_engine, writing
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer.warehouse.publish import Part, Published
from electricity_optimizer.warehouse.records import Recorded
from electricity_optimizer.warehouse.tables import payload


class Warehouse:
    """Tables, payload files and model files of one installation."""

    def __init__(self, engine: Engine, payloads: FileStore, models: FileStore) -> None:
        self.engine = engine
        self.payloads = payloads
        self.models = models

    def store_payload(self, body: bytes, *, source: str, request: str, fetched_at: dt.datetime, outcome: str) -> str:
        """Keep the bytes of an answer and where they came from; returns their SHA-256."""
        sha256 = self.payloads.put(body)
        key = {"sha256": sha256, "source": source, "request": request}
        with writing(self.engine) as connection:
            known = connection.execute(select(payload.c.sha256).filter_by(**key)).first()
            if known is None:
                connection.execute(insert(payload).values(**key, fetched_at=fetched_at, outcome=outcome, size_bytes=len(body)))
        return sha256

    def load_payload(self, sha256: str) -> bytes:
        """Bytes of a stored answer."""
        return self.payloads.get(sha256)

    def record(self, table: str, frame: pl.DataFrame, *, now: dt.datetime) -> Recorded:
        """Add to a bitemporal record; see `records.record`."""
        return records.record(self.engine, table, frame, now=now)

    def records(self, table: str, area: str, first: dt.date, last: dt.date, *, as_of: dt.datetime | None = None) -> pl.DataFrame:
        """Current revisions of a record, or those known at `as_of`."""
        return records.records(self.engine, table, area, first, last, as_of)

    def publish(self, asset: str, parts: Iterable[Part], *, run_id: str, now: dt.datetime) -> list[Published]:
        """Publish parts of an asset in one transaction; see `publish.publish`."""
        return publish.publish(self.engine, asset, parts, run_id=run_id, now=now)

    def read(
        self, asset: str, scope: str, first: dt.date | None = None, last: dt.date | None = None, *, as_of: dt.datetime | None = None
    ) -> pl.DataFrame:
        """Published rows by partition day; see `read.read`."""
        return read.read(self.engine, asset, scope, first, last, as_of)

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
