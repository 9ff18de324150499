"""Prices at another resolution: the mean when it gets coarser, a repeat when it gets finer, never an interpolation."""

import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.market.merged import worst
from electricity_optimizer.timeline import UTC_DTYPE

RESOLUTIONS = (15, 30, 60)


def resample(frame: pl.DataFrame, minutes: int) -> pl.DataFrame:
    """`frame` (start UTC, resolution_minutes, price columns, ...) at `minutes`, ascending.

    Columns of floating numbers are averaged over the parts of a coarser interval; that interval is null unless all its parts are
    there and not null. Its status is the worst of its parts, it is synthetic when one is and redistributable when all are; other
    columns are taken from its first part. Raises InputError for minutes other than 15, 30, 60.
    """
    if minutes not in RESOLUTIONS:
        raise InputError(f"{minutes} minutes is no resolution", where="resolution", remedy="give 15, 30 or 60")
    same = frame.filter(pl.col("resolution_minutes") == minutes)
    return pl.concat([same, _finer(frame, minutes), _coarser(frame, minutes)]).sort("start")


def _finer(frame: pl.DataFrame, minutes: int) -> pl.DataFrame:
    coarse = frame.filter(pl.col("resolution_minutes") > minutes)
    stop = pl.col("start") + pl.duration(minutes=pl.col("resolution_minutes"))
    parts = coarse.with_columns(pl.datetime_ranges(pl.col("start"), stop, f"{minutes}m", closed="left", time_unit="us").alias("start"))
    return parts.explode("start", empty_as_null=False).with_columns(
        pl.lit(minutes, dtype=frame.schema["resolution_minutes"]).alias("resolution_minutes")
    )


def _coarser(frame: pl.DataFrame, minutes: int) -> pl.DataFrame:
    fine = frame.filter(pl.col("resolution_minutes") < minutes)
    step = minutes * 60_000_000
    begin = (pl.col("start").to_physical() // step * step).cast(UTC_DTYPE)
    length = pl.lit(minutes, dtype=frame.schema["resolution_minutes"]).alias("resolution_minutes")
    columns = [_coarsened(name, dtype, minutes) for name, dtype in frame.schema.items() if name not in {"start", "resolution_minutes"}]
    return fine.with_columns(start=begin).group_by("start", maintain_order=True).agg(columns).with_columns(length).select(frame.columns)


def _coarsened(name: str, dtype: pl.DataType, minutes: int) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        parts = minutes // pl.col("resolution_minutes").first()
        return pl.when(column.count() == parts).then(column.implode().list.mean()).alias(name)
    qualified = worst(name)
    return column.first() if qualified is None else qualified
