"""Reading what was published: the current versions, those that were current at `as_of`, or the issues superseded since."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Column, ColumnElement, Engine, Select, Table, and_, func, or_, select

from electricity_optimizer.warehouse.engine import reading
from electricity_optimizer.warehouse.frames import fetch_frame
from electricity_optimizer.warehouse.tables import PUBLISHED, asset_version

_ORDER = (asset_version.c.scope, asset_version.c.partition)

Wanted = Mapping[str, Sequence[object]]
"""Values by column: only rows that have one of them in each."""


def read(
    engine: Engine,
    asset: str,
    scope: str,
    first: dt.date | None,
    last: dt.date | None,
    as_of: dt.datetime | None,
    where: Wanted | None = None,
    only: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Rows of one scope, of the partitions `first` to `last` (all when None), ascending by partition and key; see `Wanted`.

    `only` are the columns wanted, all when None: reading a row of thirty takes three times as long as one of five.
    """
    columns, query = _rows(asset, [scope], first, last, as_of, where, only)
    with reading(engine) as connection:
        return fetch_frame(connection, query, columns)


def read_each(
    engine: Engine,
    asset: str,
    scopes: Sequence[str],
    first: dt.date | None,
    last: dt.date | None,
    as_of: dt.datetime | None,
    where: Wanted | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """What `read` gives of each of `scopes`, from one query."""
    columns, query = _rows(asset, scopes, first, last, as_of, where, only)
    with reading(engine) as connection:
        frame = fetch_frame(connection, query, [*columns, asset_version.c.scope])
    return {scope: rows.drop("scope") for scope, rows in _by_scope(frame, scopes).items()}


def read_between(engine: Engine, asset: str, scope: str, start: dt.datetime, end: dt.datetime, as_of: dt.datetime | None) -> pl.DataFrame:
    """Rows of one scope with `start` in `[start, end)`, ascending."""
    table = PUBLISHED[asset]
    columns = [column for column in table.columns if column.name != "version_id"]
    day = dt.timedelta(days=1)  # the local day of an instant is at most one day off its UTC day
    query = _within(_joined(asset, [scope], as_of), start.date() - day, end.date() + day).where(table.c.start >= start, table.c.start < end)
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(*_key(table)), columns)


def issues(engine: Engine, asset: str, scope: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Rows of the last issue of each partition and horizon, superseded since or not, with the `committed_at` of their version.

    A version is one issue: all its rows have the same `horizon_days`. What was said a week ahead of a day is still there after the
    day-ahead forecast came; of several issues with the same horizon the last one counts.
    """
    table = PUBLISHED[asset]
    columns = [column for column in table.columns if column.name != "version_id"]
    ahead = select(table.c.horizon_days).where(table.c.version_id == asset_version.c.id).limit(1).correlate(asset_version).scalar_subquery()
    candidates = _within(
        select(asset_version.c.id, asset_version.c.partition, asset_version.c.version, ahead.label("ahead")).where(
            asset_version.c.asset == asset, asset_version.c.scope == scope, asset_version.c.rows > 0
        ),
        first,
        last,
    ).subquery()
    newest_first = func.row_number().over(partition_by=[candidates.c.partition, candidates.c.ahead], order_by=candidates.c.version.desc())
    ranked = select(candidates.c.id, newest_first.label("rank")).subquery()
    query = (
        select(table)
        .join(ranked, ranked.c.id == table.c.version_id)
        .join(asset_version, asset_version.c.id == table.c.version_id)
        .where(ranked.c.rank == 1)
        .order_by(asset_version.c.partition, asset_version.c.version, *_key(table))
    )
    with reading(engine) as connection:
        return fetch_frame(connection, query, [*columns, asset_version.c.committed_at])


def versions_each(
    engine: Engine, asset: str, scopes: Sequence[str], first: dt.date | None, last: dt.date | None, as_of: dt.datetime | None
) -> dict[str, pl.DataFrame]:
    """What `versions` gives of each of `scopes`, from one query."""
    return _by_scope(_versions(engine, asset, scopes, first, last, as_of), scopes)


def versions(
    engine: Engine, asset: str, scope: str | None, first: dt.date | None, last: dt.date | None, as_of: dt.datetime | None
) -> pl.DataFrame:
    """Versions of an asset, current or as of then, by scope and partition."""
    return _versions(engine, asset, None if scope is None else [scope], first, last, as_of)


def _versions(
    engine: Engine, asset: str, scopes: Sequence[str] | None, first: dt.date | None, last: dt.date | None, as_of: dt.datetime | None
) -> pl.DataFrame:
    columns = [column for column in asset_version.columns if column.name not in {"id", "superseded_at"}]
    query = _within(select(*columns).where(asset_version.c.asset == asset, _current_at(as_of)), first, last)
    if scopes is not None:
        query = query.where(asset_version.c.scope.in_(scopes))
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(*_ORDER), columns)


def version_token(engine: Engine, assets: Sequence[str], scope: str) -> str:
    """Short text that changes whenever something is published for `scope` in one of `assets`.

    The time stands beside the number: a warehouse made anew counts from one again.
    """
    newest = select(func.max(asset_version.c.id), func.max(asset_version.c.committed_at))
    with reading(engine) as connection:
        number, moment = connection.execute(newest.where(asset_version.c.asset.in_(assets), asset_version.c.scope == scope)).one()
    return "0" if number is None else f"{number}-{moment:%Y%m%dT%H%M%S}"


def _key(table: Table) -> list[ColumnElement[object]]:
    return [column for column in table.primary_key.columns if column.name != "version_id"]


def _rows(
    asset: str,
    scopes: Sequence[str],
    first: dt.date | None,
    last: dt.date | None,
    as_of: dt.datetime | None,
    where: Wanted | None,
    only: Sequence[str] | None,
) -> tuple[list[Column[Any]], Select[tuple[object, ...]]]:
    """Columns and query of `read`."""
    table = PUBLISHED[asset]
    columns = [column for column in table.columns if column.name != "version_id" and (only is None or column.name in only)]
    query = _within(_joined(asset, scopes, as_of), first, last)
    query = query.where(*(table.c[name].in_(values) for name, values in (where or {}).items()))
    return columns, query.order_by(*_ORDER, *_key(table))


def _by_scope(frame: pl.DataFrame, scopes: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Rows of each scope, of a frame that is sorted by them: slices, since a column of Python objects knows no grouping."""
    runs = frame["scope"].rle().struct.unnest()
    ends = runs["len"].cum_sum()
    found = {scope: frame[end - count : end] for scope, count, end in zip(runs["value"], runs["len"], ends, strict=True)}
    return {scope: found[scope] if scope in found else frame[:0] for scope in scopes}


def _joined(asset: str, scopes: Sequence[str], as_of: dt.datetime | None) -> Select[tuple[object, ...]]:
    table = PUBLISHED[asset]
    return (
        select(table)
        .join(asset_version, asset_version.c.id == table.c.version_id)
        .where(asset_version.c.asset == asset, asset_version.c.scope.in_(scopes), _current_at(as_of))
    )


def _current_at(as_of: dt.datetime | None) -> ColumnElement[bool]:
    if as_of is None:
        return asset_version.c.superseded_at.is_(None)
    return and_(asset_version.c.committed_at <= as_of, or_(asset_version.c.superseded_at.is_(None), asset_version.c.superseded_at > as_of))


def _within(query: Select[tuple[object, ...]], first: dt.date | None, last: dt.date | None) -> Select[tuple[object, ...]]:
    if first is not None:
        query = query.where(asset_version.c.partition >= first.isoformat())
    if last is not None:
        query = query.where(asset_version.c.partition <= last.isoformat())
    return query
