"""Series of any resolution read at the steps of a plan."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

LONGEST = dt.timedelta(hours=1)
"""The coarsest series we read: hourly."""


def at_steps(frame: pl.DataFrame, starts: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
    """`columns` of `frame` (start UTC) at the ascending UTC `starts`: an hourly value holds for its four quarters.

    A step that no interval covers is null: a gap is never bridged. The resolution is the smallest distance between two rows around
    the steps, so that a frame may hold hourly days before its quarter-hourly ones.
    """
    around = (pl.col("start") > starts[0] - LONGEST) & (pl.col("start") <= starts[-1])
    known = frame.select("start", *columns).filter(around).sort("start")
    steps = starts.rename("start").to_frame()
    if known.is_empty():
        return steps.with_columns(pl.lit(None, pl.Float64).alias(column) for column in columns)
    return steps.join_asof(known, on="start", strategy="backward", tolerance=_resolution(known["start"]) - dt.timedelta(microseconds=1))


def _resolution(starts: pl.Series) -> dt.timedelta:
    shortest = starts.diff().min() if len(starts) > 1 else None
    return shortest if isinstance(shortest, dt.timedelta) else LONGEST
