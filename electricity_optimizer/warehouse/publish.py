"""Versioned writing: the rows of a partition and its version in one transaction, seen whole or not at all.

A part is one scope (zone or site) of one partition (delivery day, month). Its version is made only when its content differs from the
current one, so a run that was killed and starts again ends with the same rows and the same versions.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
from sqlalchemy import Connection, Engine, Table, insert, select, update

from electricity_optimizer.warehouse.engine import writing
from electricity_optimizer.warehouse.frames import conformed, execute_many
from electricity_optimizer.warehouse.tables import PUBLISHED, asset_version

STOPWATCHES = ("solve_seconds",)
"""Columns that tell how long something took: the same content took another time on each run."""


@dataclass(frozen=True)
class Part:
    """New content of one scope of one partition; `frame` has the columns of the asset's table without `version_id`."""

    scope: str
    partition: str
    frame: pl.DataFrame


@dataclass(frozen=True)
class Published:
    """What became of a part: its version number, its rows, and whether it differed from the version before."""

    scope: str
    partition: str
    version: int
    rows: int
    changed: bool


def publish(engine: Engine, asset: str, parts: Iterable[Part], *, run_id: str, now: dt.datetime) -> list[Published]:
    """Publish all `parts` of `asset` in one transaction. Raises WarehouseError; then nothing is changed."""
    table = PUBLISHED[asset]
    prepared = [(part, conformed(part.frame, table, without=("version_id",))) for part in parts]
    if not prepared:
        return []
    with writing(engine) as connection:
        current = _current_versions(connection, asset, [part for part, _ in prepared])
        return [_publish_part(connection, table, asset, part, frame, current, run_id, now) for part, frame in prepared]


def _current_versions(connection: Connection, asset: str, parts: Sequence[Part]) -> dict[tuple[str, str], Any]:
    version = asset_version.c
    query = (
        select(version.id, version.scope, version.partition, version.version, version.content_hash)
        .where(version.asset == asset, version.superseded_at.is_(None), version.scope.in_({part.scope for part in parts}))
        .where(version.partition >= min(part.partition for part in parts), version.partition <= max(part.partition for part in parts))
    )
    return {(row.scope, row.partition): row for row in connection.execute(query)}


def _publish_part(
    connection: Connection,
    table: Table,
    asset: str,
    part: Part,
    frame: pl.DataFrame,
    current: dict[tuple[str, str], Any],
    run_id: str,
    now: dt.datetime,
) -> Published:
    digest = content_hash(frame)
    before = current.get((part.scope, part.partition))
    if before is not None and before.content_hash == digest:
        return Published(part.scope, part.partition, before.version, frame.height, changed=False)
    if before is not None:
        connection.execute(update(asset_version).where(asset_version.c.id == before.id).values(superseded_at=now))
    number = before.version + 1 if before is not None else 1
    synthetic = bool(frame["synthetic"].any()) if "synthetic" in frame.columns else False
    header = {
        "asset": asset, "scope": part.scope, "partition": part.partition, "version": number, "content_hash": digest,
        "rows": frame.height, "synthetic": synthetic, "run_id": run_id, "committed_at": now,
    }  # fmt: skip
    version_id = connection.execute(insert(asset_version).values(header)).inserted_primary_key[0]  # type: ignore[index]  # one row, one key
    execute_many(connection, insert(table), frame.with_columns(version_id=pl.lit(version_id, dtype=pl.Int64)))
    return Published(part.scope, part.partition, number, frame.height, changed=True)


def content_hash(frame: pl.DataFrame) -> str:
    """SHA-256 of the rows without their stopwatches, the same in every process and release of polars."""
    digest = hashlib.sha256()
    for row in frame.drop(STOPWATCHES, strict=False).iter_rows():
        digest.update(orjson.dumps(row, default=_plain))
    return digest.hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return str(value)
