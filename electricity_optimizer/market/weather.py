"""From weather records of several sources to one row an hour: each quantity from the first source in the catalogue's order that has it.

A source without radiation (a weather service of towns) thus never hides the radiation of the next one; a real value comes before a
simulated one.
"""

import polars as pl

from electricity_optimizer.catalog.sources import sources_of
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import UTC_DTYPE

QUANTITIES = ("temperature_c", "wind_speed_ms", "radiation_w_m2")
WEATHER_SCHEMA = pl.Schema(
    {
        "zone": pl.String(),
        "delivery_day": pl.Date(),
        "start": UTC_DTYPE,
        "resolution_minutes": pl.Int64(),
        "temperature_c": pl.Float64(),
        "wind_speed_ms": pl.Float64(),
        "radiation_w_m2": pl.Float64(),
        "kind": pl.String(),
        "source": pl.String(),
        "synthetic": pl.Boolean(),
    }
)
"""Columns of the table `weather`, without its version."""


def weather_frame(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """Rows of the table `weather`, hourly and ascending, from `weather_record` rows of `zone`.

    An hour comes from a real source before a simulated one, and from a forecast before an actual value: the table says what was known
    ahead, so that what learns from it sees no more than it would have seen then.
    """
    both = pl.concat([weather_values(records, "forecast"), weather_values(records, "actual")])
    chosen = both.sort("start", "synthetic", pl.col("kind") != "forecast").unique("start", keep="first", maintain_order=True)
    return (
        chosen.rename({"delivery_date": "delivery_day"})
        .select(
            pl.lit(zone.key).alias("zone"),
            "delivery_day",
            "start",
            pl.lit(60).alias("resolution_minutes"),
            *QUANTITIES,
            "kind",
            "source",
            "synthetic",
        )
        .cast(WEATHER_SCHEMA)
    )


def weather_values(records: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows (delivery_date, start, kind, source, synthetic and the quantities) of one kind, `forecast` or `actual`, ascending by start.

    `records` are rows of `weather_record` of one zone. `source` is the first that gave anything of the row. Simulated values stand only
    in hours of which nothing real is known: they never fill a gap in real weather.
    """
    rank = {entry.key: position for position, entry in enumerate(sources_of("weather"))}
    ordered = (
        records.filter(pl.col("kind") == kind)
        .filter(~pl.col("synthetic") | pl.col("synthetic").all().over("start_utc"))
        .with_columns(rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64))
        .sort("start_utc", "rank", "series_id")
    )
    values = [pl.col(name).drop_nulls().first() for name in QUANTITIES]
    hours = ordered.group_by("start_utc", maintain_order=True).agg(pl.col("delivery_date", "kind", "source", "synthetic").first(), *values)
    return hours.rename({"start_utc": "start"}).select("delivery_date", "start", "kind", "source", *QUANTITIES, "synthetic")
