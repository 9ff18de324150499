"""From records of carbon intensity to one value an interval: what a kWh from the grid of a zone emitted, as far as anybody knows."""

import polars as pl

from electricity_optimizer.catalog.sources import sources_of

SIGNAL = "average"
"""Emissions of the mean kWh: what an account of a site counts. The marginal kWh answers another question."""


def carbon_values(records: pl.DataFrame) -> pl.DataFrame:
    """Start (UTC), carbon_g_kwh and synthetic, ascending, from rows of `carbon_record` of one zone.

    An interval takes a real value before a simulated one, what was before what was forecast, then the first source of the catalogue.
    """
    rank = {entry.key: position for position, entry in enumerate(sources_of("carbon"))}
    known = records.filter((pl.col("signal") == SIGNAL) & pl.col("carbon_g_kwh").is_not_null()).with_columns(
        rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64)
    )
    ordered = known.sort("start_utc", "synthetic", pl.col("kind") != "actual", "rank", "series_id")
    return ordered.unique("start_utc", keep="first", maintain_order=True).select(
        pl.col("start_utc").alias("start"), "carbon_g_kwh", "synthetic"
    )
