"""Observation rows of made days, as the tests of scores, drift and observation need them."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from electricity_optimizer.timeline import interval_starts

TZ = "Europe/Berlin"
FIRST = dt.date(2026, 1, 1)


def day_after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


def rows_of(actual: np.ndarray, forecasts: Mapping[str, np.ndarray], horizon_days: int = 1, first: dt.date = FIRST) -> pl.DataFrame:
    """Hourly observations of `forecasts` (days, 24) by model against `actual`, from `first` on; the hours of a day that the clock has.

    The 90 % band of the ensemble reaches 2 to each side, that of 80 % 1, that of 50 % half.
    """
    parts = []
    for name, values in forecasts.items():
        for offset, (forecast, price) in enumerate(zip(values, actual, strict=True)):
            day = first + dt.timedelta(days=offset)
            starts = interval_starts(day, TZ, 60)
            parts.append(
                pl.DataFrame({"start": starts, "value_eur_mwh": forecast[: len(starts)], "actual_eur_mwh": price[: len(starts)]})
                .with_columns(delivery_day=pl.lit(day), model=pl.lit(name), horizon_days=pl.lit(horizon_days, dtype=pl.Int64))
                .with_columns(pl.lit(60).alias("resolution_minutes"), pl.lit("DE-LU").alias("zone"))
            )
    off = (pl.col("value_eur_mwh") - pl.col("actual_eur_mwh")).abs()
    banded = pl.col("model") == "ensemble"
    return pl.concat(parts).with_columns(
        pl.when(banded).then(off / 2).alias("pinball"),
        *(pl.when(banded).then(off <= reach).alias(name) for name, reach in (("in_50", 0.5), ("in_80", 1.0), ("in_90", 2.0))),
    )
