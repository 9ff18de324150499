"""The price now, the next one, when it next changes in earnest, and how it stands within its day."""

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl

from electricity_optimizer.api.envelope import Answer, meta, told
from electricity_optimizer.api.query import UNITS, Asked
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.series import CURVE, Series, of_day, series
from electricity_optimizer.timeline import day_bounds, delivery_day, floor

LEVELS = ((0.2, "very_low"), (0.4, "low"), (0.6, "normal"), (0.8, "high"), (1.0, "very_high"))
FLAT_SHARE, FLAT_EUR_MWH = 0.05, 5.0
"""A day whose prices differ by less has no cheap hours worth naming: nobody shall run for half a cent."""


def current(store: Store, asked: Asked, now: dt.datetime, version: str) -> Answer:
    """{meta, data: {now, next, next_change, rank, of, quantile, level}} with the day's numbers null when its prices are flat or missing."""
    moment = floor(asked.as_of or now, asked.minutes)
    day = day_bounds(delivery_day(moment, asked.zone.tz), asked.zone.tz)
    horizon_end = day[1] + dt.timedelta(days=1)
    found = series(store, CURVE, of_day(asked, day[0], horizon_end), now)
    rows = found.rows.with_columns(pl.col("kind").replace("settled", "day_ahead"))  # the running interval is not over
    later = rows.filter(pl.col("start") >= moment)
    present = later.row(0, named=True)
    upcoming = later.row(1, named=True) if later.height > 1 else None
    here = replace(found, rows=later.head(1), end=moment + dt.timedelta(minutes=asked.minutes))
    data = {
        "now": _told(present, asked.tz),
        "next": _told(upcoming, asked.tz),
        "next_change": _told(_next_change(later), asked.tz),
        **_standing(rows.filter(pl.col("start") < day[1]), present["value"], asked.unit),
    }
    return {"meta": meta(_at(here, moment), version, now) | _stale_now(found, present, now), "data": data, "links": {"self": None}}


def _at(found: Series, moment: dt.datetime) -> Series:
    return replace(found, asked=replace(found.asked, start=moment))


def _stale_now(found: Series, present: dict[str, Any], now: dt.datetime) -> Answer:
    """The present price is stale when what is known has ended before now."""
    ended = found.known.end is not None and present["value"] is None and found.known.end <= now
    return {"stale": ended, "stale_reason": f"nothing is known after {told(found.known.end, found.asked.tz)}" if ended else None}


def _next_change(later: pl.DataFrame) -> dict[str, Any] | None:
    """The first later interval with another price."""
    value = later.item(0, "value")
    changed = later.filter(pl.col("value") != value) if value is not None else later.clear()
    return changed.row(0, named=True) if changed.height else None


def _standing(day: pl.DataFrame, value: float | None, unit: str) -> Answer:
    """Rank (1 is the cheapest), place between the day's extremes, and a level in words."""
    known = day["value"].drop_nulls()
    if value is None or known.is_empty():
        return {"rank": None, "of": 0, "quantile": None, "level": None}
    low, high = float(known.min()), float(known.max())  # type: ignore[arg-type]  # extremes of a column of floats
    rank = int((known < value).sum()) + 1
    if high - low < max(FLAT_EUR_MWH / UNITS[unit][0], FLAT_SHARE * abs(high)):
        return {"rank": None, "of": known.len(), "quantile": None, "level": "flat"}
    quantile = (value - low) / (high - low)
    level = next(name for bound, name in LEVELS if quantile <= bound)
    return {"rank": rank, "of": known.len(), "quantile": round(quantile, 4), "level": level}


def _told(row: dict[str, Any] | None, tz: str) -> Answer | None:
    if row is None:
        return None
    kept = ("value", "kind", "p10", "p90", "source")
    return {"start": told(row["start"], tz), "end": told(row["end"], tz)} | {name: row[name] for name in kept}
