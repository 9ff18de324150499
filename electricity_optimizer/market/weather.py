"""From weather records of several sources to one row an hour: each quantity from the first source in the catalogue's order that has it.

A source without radiation (a weather service of towns) thus never hides the radiation of the next one; a real value comes before a
simulated one.
"""

import polars as pl

from electricity_optimizer.catalog.sources import sources_of

QUANTITIES = ("temperature_c", "wind_speed_ms", "radiation_w_m2")


def weather_values(records: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows (delivery_date, start, kind, source, synthetic and the quantities) of one kind, `forecast` or `actual`, ascending by start.

    `records` are rows of `weather_record` of one zone. `source` is the first that gave anything of the row; `synthetic` is true where
    any of its values is simulated.
    """
    rank = {entry.key: position for position, entry in enumerate(sources_of("weather"))}
    ordered = (
        records.filter(pl.col("kind") == kind)
        .with_columns(rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64))
        .sort("start_utc", "synthetic", "rank", "series_id")
    )
    first = [pl.col(name).drop_nulls().first() for name in QUANTITIES]
    simulated = [pl.col("synthetic").filter(pl.col(name).is_not_null()).first().fill_null(value=False) for name in QUANTITIES]
    return (
        ordered.group_by("start_utc", maintain_order=True)
        .agg(
            pl.col("delivery_date", "kind", "source").first(),
            *first,
            *(flag.alias(f"_{name}") for flag, name in zip(simulated, QUANTITIES, strict=True)),
        )
        .rename({"start_utc": "start"})
        .select(
            "delivery_date",
            "start",
            "kind",
            "source",
            *QUANTITIES,
            pl.any_horizontal(f"_{name}" for name in QUANTITIES).alias("synthetic"),
        )
    )
