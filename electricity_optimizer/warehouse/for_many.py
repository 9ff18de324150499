"""Reading for many sites at once: what each of a shard's sites asks for alone is answered from one query for all of them.

A query costs milliseconds whatever it returns, and a site asks ten of them before it can be planned.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl

from electricity_optimizer.warehouse import read
from electricity_optimizer.warehouse.store import Warehouse


class ForMany(Warehouse):
    """A warehouse that looks for all of `scopes` when one of them is asked for, and remembers what it saw.

    What is published after the first look at an asset is not seen: it is for as long as a shard is being read, not for longer.
    """

    def __init__(self, house: Warehouse, scopes: Iterable[str]) -> None:
        super().__init__(house.engine, house.payloads, house.models)
        self._scopes = frozenset(scopes)
        self._seen: dict[Any, dict[str, pl.DataFrame]] = {}

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
        """Published rows by partition day, as `Warehouse.read`."""
        narrowed = (tuple(sorted((name, tuple(values)) for name, values in (where or {}).items())), tuple(only) if only else None)
        key = (asset, first, last, as_of, narrowed)
        return self._look(key, scope, lambda scopes: read.read_each(self.engine, asset, scopes, first, last, as_of, where, only))

    def versions(
        self,
        asset: str,
        scope: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
        *,
        as_of: dt.datetime | None = None,
    ) -> pl.DataFrame:
        """Versions of an asset, as `Warehouse.versions`."""
        if scope is None:
            return super().versions(asset, None, first, last, as_of=as_of)
        key = ("versions", asset, first, last, as_of)
        return self._look(key, scope, lambda scopes: read.versions_each(self.engine, asset, scopes, first, last, as_of))

    def _look(self, key: Any, scope: str, look: Callable[[Sequence[str]], dict[str, pl.DataFrame]]) -> pl.DataFrame:
        """The frame of `scope`; one that is not of the shard (its zone) is looked for alone, and once as well."""
        together = scope in self._scopes
        key = (key, None if together else scope)
        if key not in self._seen:
            self._seen[key] = look(sorted(self._scopes) if together else [scope])
        return self._seen[key][scope]
