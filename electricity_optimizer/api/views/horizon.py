"""How far a zone is known: the end of its prices, the end of its forecast, and when they came."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.api.store import Store
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import day_bounds, delivery_day, floor, gate_closure
from electricity_optimizer.warehouse import Warehouse

ASSETS = ("prices", "price_forecasts")
ENSEMBLE = "ensemble"
PUBLICATION = dt.timedelta(hours=1)
"""Day-ahead results come about an hour after gate closure; late auctions take up to three hours more."""
WEEK = dt.timedelta(days=7)
"""So far reaches a forecast."""
NEWEST = 5
"""How many of the newest partitions are looked at for a value: the very newest may hold none."""


@dataclass(frozen=True)
class Horizon:
    """Ends (exclusive, UTC) of what is known, and the newest issue of a day ahead; all None in an empty warehouse."""

    known_until: dt.datetime | None = None
    forecast_until: dt.datetime | None = None
    issued_at: dt.datetime | None = None
    committed_at: dt.datetime | None = None

    @property
    def end(self) -> dt.datetime | None:
        """End of prices and forecast together."""
        ends = [end for end in (self.known_until, self.forecast_until) if end is not None]
        return max(ends, default=None)


def horizon(store: Store, zone: Zone, as_of: dt.datetime | None) -> Horizon:
    """The horizon of `zone`, now or as it was known at `as_of`."""
    if as_of is not None:
        return _horizon(store.warehouse, zone, as_of)
    return store.remembered(("horizon", zone.key), store.token(ASSETS, zone.key), lambda: _horizon(store.warehouse, zone, None))


def _horizon(warehouse: Warehouse, zone: Zone, as_of: dt.datetime | None) -> Horizon:
    price_end, price_commit, _ = _newest(warehouse, "prices", zone.key, as_of)
    forecast_end, forecast_commit, issued_at = _newest(warehouse, "price_forecasts", zone.key, as_of)
    commits = [commit for commit in (price_commit, forecast_commit) if commit is not None]
    return Horizon(price_end, forecast_end, issued_at, max(commits, default=None))


def expected(zone: Zone, known_until: dt.datetime | None, now: dt.datetime) -> tuple[bool, dt.datetime]:
    """Whether tomorrow's prices are all there, and when the next ones are due (never in the past: overdue means any quarter-hour now)."""
    tomorrow = delivery_day(now, zone.tz) + dt.timedelta(days=1)
    available = known_until is not None and known_until >= day_bounds(tomorrow, zone.tz)[1]
    due = gate_closure(tomorrow + dt.timedelta(days=1) if available else tomorrow, zone.tz) + PUBLICATION
    return available, max(due, floor(now, 15) + dt.timedelta(minutes=15))


def _newest(
    warehouse: Warehouse, asset: str, scope: str, as_of: dt.datetime | None
) -> tuple[dt.datetime | None, dt.datetime | None, dt.datetime | None]:
    """End of the last value, last commit, and last issue of an asset."""
    versions = warehouse.versions(asset, scope, as_of=as_of)
    filled = versions.filter(pl.col("rows") > 0)["partition"].to_list()
    for partition in filled[: -NEWEST - 1 : -1]:
        day = dt.date.fromisoformat(partition)
        rows = warehouse.read(asset, scope, day, day, as_of=as_of)
        known = rows.filter(pl.col("price_eur_mwh").is_not_null() if asset == "prices" else pl.col("model") == ENSEMBLE)
        if known.height:
            ends = known.select((pl.col("start") + pl.duration(minutes="resolution_minutes")).max()).item()
            issued_at = None if asset == "prices" else _newest_issue(warehouse, scope, versions, day, as_of)
            return ends, versions["committed_at"].max(), issued_at  # type: ignore[return-value]  # max of an instant column
    return None, None, None


def _newest_issue(warehouse: Warehouse, scope: str, versions: pl.DataFrame, last: dt.date, as_of: dt.datetime | None) -> dt.datetime | None:
    """When the forecast of one of the days up to `last` was issued last: each day has an issue of its own."""
    ahead = versions.filter(pl.col("partition") > (last - WEEK).isoformat()).sort("committed_at")
    day = dt.date.fromisoformat(ahead["partition"][-1])
    rows = warehouse.read("price_forecasts", scope, day, day, as_of=as_of)
    return rows["issued_at"].max()  # type: ignore[return-value]  # max of an instant column
