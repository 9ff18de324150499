"""Which issue of a day's forecast stands: the one that was published, or the one just made.

A forecast is judged by what it said when it could still be acted on. So the day-ahead issue is frozen when the gate of its day closes, an
issue whose values have not changed keeps its time, and a nearer one is never replaced by one from further away. Until gate closure
the day ahead is issued anew with every change; the days after it when a new price day is known, and else every six hours at most.

An issue made after gate closure (a backfill of the past) is a reconstruction and may be made again.
"""

import datetime as dt

import polars as pl

from electricity_optimizer.warehouse.tables import QUANTILES

OUTLOOK_EVERY = dt.timedelta(hours=6)
DAY_AHEAD = 1
SAID = ("start", "resolution_minutes", "model", "horizon_days", "value_eur_mwh", *QUANTILES, "synthetic")
"""What an issue says; the rest is when and for whom."""


def standing_issue(issued: pl.DataFrame, fresh: pl.DataFrame, *, gate: dt.datetime, now: dt.datetime) -> pl.DataFrame:
    """`issued` or `fresh`, rows of the table `forecast` for one zone and delivery day, whose `gate` closes then; `issued` may be empty."""
    if issued.is_empty():
        return fresh
    before, after = int(issued["horizon_days"][0]), int(fresh["horizon_days"][0])
    if is_frozen(issued, gate=gate, now=now) or after > before or _said(issued).equals(_said(fresh)):
        return issued
    waits = after == before > DAY_AHEAD and now - issued["issued_at"][0] < OUTLOOK_EVERY
    return issued if waits else fresh


def is_frozen(issued: pl.DataFrame, *, gate: dt.datetime, now: dt.datetime) -> bool:
    """Whether `issued` is the last word: the forecast of the day ahead, made before gate closure, which is over."""
    if issued.is_empty() or int(issued["horizon_days"][0]) != DAY_AHEAD:
        return False
    return bool(issued["issued_at"][0] < gate <= now)


def with_bands(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with every column of quantiles; null where a forecast has no band yet."""
    return frame.with_columns(pl.lit(None, pl.Float64()).alias(name) for name in QUANTILES if name not in frame.columns)


def _said(frame: pl.DataFrame) -> pl.DataFrame:
    counts = {"resolution_minutes": pl.Int64, "horizon_days": pl.Int64}
    return with_bands(frame).select(SAID).cast(counts).sort("start", "model")  # type: ignore[arg-type]  # a mapping by name
