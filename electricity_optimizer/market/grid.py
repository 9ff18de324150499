"""From records of load, wind and sun to one row an interval: what a zone expects, or what came.

Upstreams send the quantities together or apart, wind whole or as two parts (on land, at sea), in quarter hours or hours. Per quantity
and delivery day one series wins as a whole: a real one before a simulated one, then the first by the order of sources that holds the
whole day, where none does the fullest. So a quantity never mixes sources within a day, but the quantities of a day may come from
several.

The wind of a zone is a series named `wind` or one with every quantity; `wind_onshore` and `wind_offshore` of one source are added up
where both are there. A lone part is never the wind: a zone without turbines at sea has `wind` (see `sources.reading.grid_series`).
"""

from collections.abc import Sequence

import polars as pl

from electricity_optimizer.catalog.sources import sources_of
from electricity_optimizer.market.resample import RESOLUTIONS, resample
from electricity_optimizer.timeline import UTC_DTYPE

QUANTITIES = ("load_mw", "wind_mw", "solar_mw")
SCHEMA = pl.Schema(
    {"start": UTC_DTYPE, "resolution_minutes": pl.Int64(), **dict.fromkeys(QUANTITIES, pl.Float64()), "synthetic": pl.Boolean()}
)
PARTS = {"wind_onshore": "wind_on_land", "wind_offshore": "wind_at_sea"}
"""Series that hold a part of the wind, by the name the part has until it is added up."""
FINEST = RESOLUTIONS[0]


def forecasts(records: pl.DataFrame, *, sources: Sequence[str] | None = None) -> pl.DataFrame:
    """The day-ahead forecasts among `records`; see `quantities`."""
    return quantities(records, "forecast", sources=sources)


def quantities(records: pl.DataFrame, kind: str, *, sources: Sequence[str] | None = None) -> pl.DataFrame:
    """One row per start with load, wind and sun in MW (schema `SCHEMA`), ascending, at the finest resolution that its day has.

    `records` are current rows of `grid_forecast_record` of one zone; `kind` is forecast or actual; `sources` is the order of sources,
    that of the catalogue where it is not given. A quantity that only a coarser series has is repeated: it is a mean power. Null where
    no series has a value. `synthetic` is true where anything simulated is in the row.
    """
    known = records.filter(pl.col("kind") == kind)
    if known.is_empty():
        return SCHEMA.to_frame()
    order = sources if sources is not None else [entry.key for entry in sources_of("grid_forecasts")]
    values = _with_whole_wind(_long(known))
    if values.is_empty():
        return SCHEMA.to_frame()
    won = values.join(_winners(values, order), on=["quantity", "delivery_date", "source", "series"], how="semi")
    return _wide(won)


def _long(known: pl.DataFrame) -> pl.DataFrame:
    """One row per value that is there: quantity, day, start, minutes, source, series, synthetic, value."""
    auction = pl.col("series_id").str.split(":").list.get(3)
    shaped = known.select(
        "delivery_date",
        "source",
        "synthetic",
        pl.col("series_id").alias("series"),
        pl.col("start_utc").alias("start"),
        (pl.col("end_utc") - pl.col("start_utc")).dt.total_minutes().alias("minutes"),
        pl.when(auction.is_in(list(PARTS))).then(auction.replace(PARTS)).otherwise(pl.lit("wind_mw")).alias("wind"),
        *QUANTITIES,
    )
    parts = [shaped.with_columns(quantity=pl.col("wind") if name == "wind_mw" else pl.lit(name), value=name) for name in QUANTITIES]
    return pl.concat(parts).filter(pl.col("value").is_not_null()).drop("wind", *QUANTITIES)


def _with_whole_wind(values: pl.DataFrame) -> pl.DataFrame:
    """The values with the parts of the wind added up and gone; a part without the other is not known wind."""
    land, sea = (values.filter(pl.col("quantity") == name) for name in PARTS.values())
    both = land.join(sea.select("source", "synthetic", "start", "minutes", at_sea="value"), on=["source", "synthetic", "start", "minutes"])
    whole = both.with_columns(
        value=pl.col("value") + pl.col("at_sea"), quantity=pl.lit("wind_mw"), series=pl.format("both parts PT{}M", "minutes")
    )
    return pl.concat([values.filter(~pl.col("quantity").is_in(list(PARTS.values()))), whole.select(values.columns)])


def _winners(values: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """The series that gives each quantity of each day: among those that hold the most of it, the first by the order of sources."""
    rank = {name: position for position, name in enumerate(order)}
    held = values.group_by("quantity", "delivery_date", "source", "series").agg(
        pl.col("synthetic").first(), pl.col("minutes").first(), held=pl.col("minutes").sum()
    )
    ranked = held.with_columns(rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64)).sort(
        ["quantity", "delivery_date", "synthetic", "held", "rank", "minutes", "series"],
        descending=[False, False, False, True, False, False, False],
    )
    return ranked.unique(["quantity", "delivery_date"], keep="first", maintain_order=True)


def _wide(won: pl.DataFrame) -> pl.DataFrame:
    """One row per start, each day at the finest resolution of its quantities (a quarter hour at the finest)."""
    finest = won.group_by("delivery_date").agg(finest=pl.col("minutes").min().clip(lower_bound=FINEST))
    grouped = won.join(finest, on="delivery_date").rename({"minutes": "resolution_minutes"})
    frames = [_at(grouped.filter(pl.col("finest") == minutes), minutes) for minutes in sorted(grouped["finest"].unique())]
    return pl.concat(frames).sort("start")


def _at(days: pl.DataFrame, minutes: int) -> pl.DataFrame:
    """Rows of `days` at `minutes`: each quantity on its own, joined by start."""
    table = pl.DataFrame(schema={"start": UTC_DTYPE})
    flags = []
    for name in QUANTITIES:
        one = days.filter(pl.col("quantity") == name).select("start", "resolution_minutes", pl.col("value").alias(name), "synthetic")
        flags.append(f"{name}_synthetic")
        column = resample(one, minutes).select("start", name, pl.col("synthetic").alias(flags[-1]))
        table = table.join(column, on="start", how="full", coalesce=True)
    synthetic = pl.any_horizontal(pl.col(flags).fill_null(value=False)).alias("synthetic")
    return table.select("start", pl.lit(minutes).alias("resolution_minutes"), *QUANTITIES, synthetic).cast(SCHEMA)
