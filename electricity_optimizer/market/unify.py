"""From records to what is published: one price for each interval of a zone, at the market time unit of its day.

Per delivery day one source wins as a whole: the first in the zone's order that tiles the day; a real one before a simulated one by
that order. When none tiles it the fullest is given, so that the check says what is missing. Prices are never interpolated: from an
hour its quarters repeat it, from quarters the hour is their mean, each flagged in `derivation`.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import UTC_DTYPE, day_bounds

PRICE_SCHEMA = pl.Schema(
    {
        "zone": pl.String(),
        "delivery_day": pl.Date(),
        "start": UTC_DTYPE,
        "resolution_minutes": pl.Int64(),
        "price_eur_mwh": pl.Float64(),
        "price": pl.Float64(),
        "currency": pl.String(),
        "source": pl.String(),
        "derivation": pl.String(),
        "licence": pl.String(),
        "synthetic": pl.Boolean(),
    }
)
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
"""Columns of the tables `price` and `weather`, without their version."""


def unify(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """Rows of the table `price`, ascending, from the current `price_record` rows of `zone` (several sources, several days)."""
    if records.is_empty():
        return PRICE_SCHEMA.to_frame()
    return _at_unit(_winners(records, zone), zone)


def other_sources(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """Rows as of `unify` from real series that tile their day but did not win it, for the check that sources agree."""
    real = records.filter(~pl.col("synthetic"))
    if real.is_empty():
        return PRICE_SCHEMA.to_frame()
    ranked = candidates(real, zone=zone)
    losers = ranked.filter(pl.col("complete") & ~pl.col("delivery_date").is_first_distinct())
    mine = real.join(losers.select("delivery_date", "series_id"), on=["delivery_date", "series_id"], how="semi")
    series = mine.partition_by("series_id")
    return pl.concat([_at_unit(one, zone) for one in series]) if series else PRICE_SCHEMA.to_frame()


def _at_unit(won: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    """Rows of the table `price` from at most one series a day."""
    units = {day: zone.resolution_on(day) * 60 for day in won["delivery_date"].unique()}
    won = won.with_columns(unit_s=pl.col("delivery_date").replace_strict(units, return_dtype=pl.Int64))
    frame = pl.concat([_as_sent(won), _split(won), _mean(won)]).sort("start_utc")
    euros = pl.when(pl.col("currency") == "EUR").then(pl.col("price"))
    return frame.select(
        pl.lit(zone.key).alias("zone"),
        pl.col("delivery_date").alias("delivery_day"),
        pl.col("start_utc").alias("start"),
        (pl.col("unit_s") // 60).alias("resolution_minutes"),
        euros.alias("price_eur_mwh"),
        *(pl.col(name) for name in ("price", "currency", "source", "derivation", "licence", "synthetic")),
    ).cast(PRICE_SCHEMA)


def candidates(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """One row per (day, series): source, rank in the zone's order, intervals, whether it tiles its day; the winner of a day first."""
    rank = {name: position for position, name in enumerate(zone.price_sources)}
    bounds = {day: day_bounds(day, zone.tz) for day in records["delivery_date"].unique()}
    held = records.group_by("delivery_date", "series_id").agg(
        pl.col("source").first(),
        pl.col("resolution_s").first(),
        intervals=pl.col("price").count(),
        seconds=pl.when(pl.col("price").is_not_null()).then(pl.col("resolution_s")).sum(),
        begin=pl.col("start_utc").min(),
        finish=pl.col("end_utc").max(),
    )
    held = held.with_columns(
        rank=pl.col("source").replace_strict(rank, default=len(rank), return_dtype=pl.Int64),
        day_begin=pl.col("delivery_date").replace_strict({day: pair[0] for day, pair in bounds.items()}, return_dtype=UTC_DTYPE),
        day_finish=pl.col("delivery_date").replace_strict({day: pair[1] for day, pair in bounds.items()}, return_dtype=UTC_DTYPE),
        unit_s=pl.col("delivery_date").replace_strict({day: zone.resolution_on(day) * 60 for day in bounds}, return_dtype=pl.Int64),
    ).with_columns(
        complete=(pl.col("begin") == pl.col("day_begin"))
        & (pl.col("finish") == pl.col("day_finish"))
        & (pl.col("seconds") == (pl.col("day_finish") - pl.col("day_begin")).dt.total_seconds()),
        native=pl.col("resolution_s") == pl.col("unit_s"),
    )
    ranked = held.sort(
        ["delivery_date", "complete", "rank", "native", "seconds", "resolution_s", "series_id"],
        descending=[False, True, False, True, True, False, False],
    )
    return ranked.select("delivery_date", "series_id", "source", "rank", "intervals", "resolution_s", "complete", "native")


def weather_frame(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """Rows of the table `weather`, hourly and ascending, from `weather_record` rows of `zone`.

    An hour comes from a real source before a simulated one, and from a forecast before an actual value: the table says what was known
    ahead, so that what learns from it sees no more than it would have seen then.
    """
    if records.is_empty():
        return WEATHER_SCHEMA.to_frame()
    chosen = records.sort("start_utc", "synthetic", pl.col("kind") != "forecast", "series_id").unique(
        "start_utc", keep="first", maintain_order=True
    )
    return chosen.select(
        pl.lit(zone.key).alias("zone"),
        pl.col("delivery_date").alias("delivery_day"),
        pl.col("start_utc").alias("start"),
        pl.lit(60).alias("resolution_minutes"),
        *(pl.col(name) for name in ("temperature_c", "wind_speed_ms", "radiation_w_m2", "kind", "source", "synthetic")),
    ).cast(WEATHER_SCHEMA)


def _winners(records: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    best = candidates(records, zone=zone).unique("delivery_date", keep="first", maintain_order=True)
    return records.join(best.select("delivery_date", "series_id"), on=["delivery_date", "series_id"], how="semi")


def _as_sent(won: pl.DataFrame) -> pl.DataFrame:
    return won.filter(pl.col("resolution_s") == pl.col("unit_s")).select(_COLUMNS)


def _split(won: pl.DataFrame) -> pl.DataFrame:
    """Intervals longer than the market time unit: each part repeats the whole."""
    coarse = won.filter(pl.col("resolution_s") > pl.col("unit_s"))
    step = pl.duration(seconds=pl.col("unit_s"))
    starts = pl.datetime_ranges("start_utc", "end_utc", "15m", closed="left", time_unit="us")
    fine = coarse.with_columns(start_utc=starts, begin="start_utc").explode("start_utc", empty_as_null=False)
    aligned = (pl.col("start_utc") - pl.col("begin")).dt.total_seconds() % pl.col("unit_s") == 0
    return fine.filter(aligned).with_columns(end_utc=pl.col("start_utc") + step, derivation=pl.lit("split_from_coarser")).select(_COLUMNS)


def _mean(won: pl.DataFrame) -> pl.DataFrame:
    """Intervals shorter than the market time unit: their mean; null when one of them is null or not there."""
    fine = won.filter(pl.col("resolution_s") < pl.col("unit_s"))
    unit = pl.col("unit_s") * 1_000_000
    begin = (pl.col("start_utc").to_physical() // unit * unit).cast(UTC_DTYPE)
    whole = (pl.col("price").count() * pl.col("resolution_s").first()) == pl.col("unit_s").first()
    others = [pl.col(name).first() for name in _COLUMNS if name not in {"start_utc", "price", "derivation", "synthetic"}]
    grouped = fine.with_columns(start_utc=begin).group_by("start_utc", maintain_order=True)
    means = grouped.agg(*others, price=pl.when(whole).then(pl.col("price").implode().list.mean()), synthetic=pl.col("synthetic").any())
    return means.with_columns(derivation=pl.lit("mean_of_finer")).select(_COLUMNS)


_COLUMNS = ("delivery_date", "start_utc", "unit_s", "price", "currency", "source", "derivation", "licence", "synthetic")
