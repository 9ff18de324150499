"""Reading what was published: the rows of the current versions, or of those that were current at `as_of`."""

import datetime as dt
from collections.abc import Sequence

import polars as pl
from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select

from electricity_optimizer.warehouse.engine import reading
from electricity_optimizer.warehouse.frames import fetch_frame
from electricity_optimizer.warehouse.tables import PUBLISHED, asset_version


def read(engine: Engine, asset: str, scope: str, first: dt.date | None, last: dt.date | None, as_of: dt.datetime | None) -> pl.DataFrame:
    """Rows of one scope, of the partitions `first` to `last` (all when None), ascending by partition and key."""
    table = PUBLISHED[asset]
    columns = [column for column in table.columns if column.name != "version_id"]
    query = _within(_joined(asset, scope, as_of), first, last)
    order = [asset_version.c.partition, *(column for column in table.primary_key.columns if column.name != "version_id")]
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(*order), columns)


def read_between(engine: Engine, asset: str, scope: str, start: dt.datetime, end: dt.datetime, as_of: dt.datetime | None) -> pl.DataFrame:
    """Rows of one scope with `start` in `[start, end)`, ascending."""
    table = PUBLISHED[asset]
    columns = [column for column in table.columns if column.name != "version_id"]
    day = dt.timedelta(days=1)  # the local day of an instant is at most one day off its UTC day
    query = _within(_joined(asset, scope, as_of), start.date() - day, end.date() + day).where(table.c.start >= start, table.c.start < end)
    order = [column for column in table.primary_key.columns if column.name != "version_id"]
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(*order), columns)


def versions(
    engine: Engine, asset: str, scope: str | None, first: dt.date | None, last: dt.date | None, as_of: dt.datetime | None
) -> pl.DataFrame:
    """Versions of an asset, current or as of then, by scope and partition."""
    columns = [column for column in asset_version.columns if column.name not in {"id", "superseded_at"}]
    query = _within(select(*columns).where(asset_version.c.asset == asset, _current_at(as_of)), first, last)
    if scope is not None:
        query = query.where(asset_version.c.scope == scope)
    with reading(engine) as connection:
        return fetch_frame(connection, query.order_by(asset_version.c.scope, asset_version.c.partition), columns)


def version_token(engine: Engine, assets: Sequence[str], scope: str) -> str:
    """Short text that changes whenever something is published for `scope` in one of `assets`.

    The time stands beside the number: a warehouse made anew counts from one again.
    """
    newest = select(func.max(asset_version.c.id), func.max(asset_version.c.committed_at))
    with reading(engine) as connection:
        number, moment = connection.execute(newest.where(asset_version.c.asset.in_(assets), asset_version.c.scope == scope)).one()
    return "0" if number is None else f"{number}-{moment:%Y%m%dT%H%M%S}"


def _joined(asset: str, scope: str, as_of: dt.datetime | None) -> Select[tuple[object, ...]]:
    table = PUBLISHED[asset]
    return (
        select(table)
        .join(asset_version, asset_version.c.id == table.c.version_id)
        .where(asset_version.c.asset == asset, asset_version.c.scope == scope, _current_at(as_of))
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
