"""What a zone has of a day as a whole: whether it is there, came in time, reaches far enough and is fresh.

A day is looked at as it was at its end (or is now, while it goes on), from the versions that were current then. So the report of a day
says the same whenever it is made.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.quality.columns import DAY
from electricity_optimizer.quality.suites import COVERED
from electricity_optimizer.timeline import UTC, UTC_DTYPE, day_bounds, delivery_days
from electricity_optimizer.warehouse import Warehouse

ONE_DAY = dt.timedelta(days=1)
FORTNIGHT = dt.timedelta(days=14)
TOMORROW_FROM = {"prices": dt.time(15), "weather": dt.time(1), "price_forecasts": dt.time(2)}
"""Local time from which on tomorrow must be there: an hour or two after the auction, or after the first runs of the new day."""

COVERAGE_SCHEMA = pl.Schema(
    {
        "zone": pl.String(),
        DAY: pl.Date(),
        "in_time": pl.Boolean(),
        "in_time_said": pl.String(),
        **{
            f"{asset}_{name}": dtype
            for asset in COVERED
            for name, dtype in {
                "there": pl.Boolean(),
                "held": pl.String(),
                "days_behind": pl.Int64(),
                "reach": pl.String(),
                "age_hours": pl.Float64(),
                "newest": UTC_DTYPE,
            }.items()
        },
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an asset of a zone reaches: to the end of day `until` (None: nothing of the last fortnight) where `due` is expected."""

    until: dt.date | None
    due: dt.date
    today: dt.date
    newest: dt.datetime | None

    @property
    def days_behind(self) -> int:
        """Days that are missing at the end; a fortnight where nothing is there."""
        return max(0, (self.due - self.until).days) if self.until else FORTNIGHT.days

    @property
    def has_today(self) -> bool:
        """Whether the running day is there."""
        return self.until is not None and self.until >= self.today

    def __str__(self) -> str:
        """In words."""
        return f"to the end of {self.until}, due to the end of {self.due}" if self.until else f"nothing, due to the end of {self.due}"


def reach(house: Warehouse, asset: str, zone: Zone, moment: dt.datetime, *, as_of: dt.datetime | None = None) -> Reach:
    """How far `asset` of `zone` reaches at `moment`: tomorrow counts only where today is there too."""
    local = moment.astimezone(ZoneInfo(zone.tz))
    today = local.date()
    held = house.versions(asset, zone.key, today - FORTNIGHT, today + ONE_DAY, as_of=as_of)
    days = {dt.date.fromisoformat(day) for day in held["partition"]}
    past = max((day for day in days if day <= today), default=None)
    until = today + ONE_DAY if past == today and today + ONE_DAY in days else past
    due = today + ONE_DAY if local.time() >= TOMORROW_FROM[asset] else today
    return Reach(until, due, today, max(held["committed_at"], default=None))


def coverage(house: Warehouse, zone: Zone, first: dt.date, last: dt.date, now: dt.datetime) -> pl.DataFrame:
    """One row a delivery day with the columns that the rules of `suites.COVERAGE` read; null where nothing is expected."""
    held = {asset: _held(house, asset, zone) for asset in COVERED}
    rows = [
        {"zone": zone.key, DAY: day, **_in_time(house, zone, day, now), **_of_assets(house, zone, day, now, held)}
        for day in delivery_days(first, last)
    ]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA)


def _held(house: Warehouse, asset: str, zone: Zone) -> dict[dt.date, str]:
    """What is published of each day of an asset, in words."""
    columns = house.versions(asset, zone.key).select("partition", "rows", "version")
    return {dt.date.fromisoformat(day): f"{rows} rows, version {version}" for day, rows, version in columns.iter_rows()}


def _of_assets(house: Warehouse, zone: Zone, day: dt.date, now: dt.datetime, held: dict[str, dict[dt.date, str]]) -> dict[str, Any]:
    moment = min(now, day_bounds(day, zone.tz)[1] - dt.timedelta(microseconds=1))
    found: dict[str, Any] = {}
    for asset, days in held.items():
        expected = bool(days) and min(days) <= day <= _last_due(asset, zone, now)
        found |= {f"{asset}_there": day in days if expected else None, f"{asset}_held": days.get(day, "nothing") if expected else None}
        seen = reach(house, asset, zone, moment, as_of=moment)
        if seen.newest is not None:  # else the zone was not worked on at that time
            age = (moment - seen.newest) / dt.timedelta(hours=1)
            found |= {f"{asset}_days_behind": seen.days_behind, f"{asset}_reach": str(seen)}
            found |= {f"{asset}_age_hours": age, f"{asset}_newest": seen.newest}
    return found


def _last_due(asset: str, zone: Zone, now: dt.datetime) -> dt.date:
    local = now.astimezone(ZoneInfo(zone.tz))
    return local.date() + ONE_DAY if local.time() >= TOMORROW_FROM[asset] else local.date()


def _in_time(house: Warehouse, zone: Zone, day: dt.date, now: dt.datetime) -> dict[str, Any]:
    """Whether the prices of `day` were known by the deadline on the day before; nothing where nobody followed the zone then."""
    deadline = dt.datetime.combine(day - ONE_DAY, TOMORROW_FROM["prices"], ZoneInfo(zone.tz)).astimezone(UTC)
    if now < deadline:
        return {}
    then = house.versions("prices", zone.key, day - FORTNIGHT, day, as_of=deadline)["partition"].to_list()
    if not then:
        return {}
    known = day.isoformat() in then
    return {"in_time": known, "in_time_said": f"{'known' if known else 'not known'} by {deadline:%Y-%m-%d %H:%M} UTC"}
