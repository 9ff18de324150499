"""From records to what is published: one price for each interval of a zone, at the market time unit of its day.

Per delivery day one source gives the price as a whole (`market.candidates` says which is tried first, `market.choice` which one it is).
Prices are never interpolated: from an hour its quarters repeat it, from quarters the hour is their mean, each flagged in `derivation`.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.candidates import best, candidates, of_market, rows_of
from electricity_optimizer.market.euros import in_euros
from electricity_optimizer.market.merged import worst
from electricity_optimizer.timeline import UTC_DTYPE

PRICE_SCHEMA = pl.Schema(
    {
        "zone": pl.String(),
        "delivery_day": pl.Date(),
        "start": UTC_DTYPE,
        "resolution_minutes": pl.Int64(),
        "price_eur_mwh": pl.Float64(),
        "price": pl.Float64(),
        "currency": pl.String(),
        "fx_rate": pl.Float64(),
        "fx_date": pl.Date(),
        "source": pl.String(),
        "derivation": pl.String(),
        "status": pl.String(),
        "licence": pl.String(),
        "redistributable": pl.Boolean(),
        "synthetic": pl.Boolean(),
    }
)
"""Columns of the table `price`, without its version."""


def unify(records: pl.DataFrame, *, zone: Zone, rates: pl.DataFrame | None = None, chosen: pl.DataFrame | None = None) -> pl.DataFrame:
    """Rows of the table `price`, ascending, from current `price_record` rows of `zone`: of each day the first candidate.

    Days that nobody completes are there as far as they are known, so that the checks can say what is missing. `rates` are rows of
    `exchange_rate_record` for a zone that is not priced in euros, see `market.euros`; `chosen` are other candidates, at most one a day.
    """
    if chosen is None:
        records = of_market(records, zone=zone)
        chosen = best(candidates(records, zone=zone))
    return at_unit(rows_of(records, chosen), zone=zone, rates=rates)


def at_unit(won: pl.DataFrame, *, zone: Zone, rates: pl.DataFrame | None = None) -> pl.DataFrame:
    """Rows of the table `price`, ascending, from records of at most one series a day."""
    if won.is_empty():
        return PRICE_SCHEMA.to_frame()
    units = {day: zone.resolution_on(day) * 60 for day in won["delivery_date"].unique()}
    won = won.with_columns(unit_s=pl.col("delivery_date").replace_strict(units, return_dtype=pl.Int64))
    as_sent = won.filter(pl.col("resolution_s") == pl.col("unit_s")).select(_COLUMNS)
    others = [] if as_sent.height == won.height else [_split(won), _mean(won)]
    frame = in_euros(pl.concat([as_sent, *others]).sort("start_utc"), rates)
    named = {
        "zone": pl.lit(zone.key),
        "delivery_day": pl.col("delivery_date"),
        "start": pl.col("start_utc"),
        "resolution_minutes": pl.col("unit_s") // 60,
    }
    return frame.select(named.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in PRICE_SCHEMA.items())


_COLUMNS = (
    "delivery_date",
    "start_utc",
    "unit_s",
    "price",
    "currency",
    "source",
    "derivation",
    "status",
    "licence",
    "redistributable",
    "synthetic",
)


def _split(won: pl.DataFrame) -> pl.DataFrame:
    """Intervals longer than the market time unit: each part repeats the whole."""
    coarse = won.filter(pl.col("resolution_s") > pl.col("unit_s"))
    starts = pl.datetime_ranges("start_utc", "end_utc", "15m", closed="left", time_unit="us")
    fine = coarse.with_columns(start_utc=starts, begin="start_utc").explode("start_utc", empty_as_null=False)
    aligned = (pl.col("start_utc") - pl.col("begin")).dt.total_seconds() % pl.col("unit_s") == 0
    return fine.filter(aligned).with_columns(derivation=pl.lit("split_from_coarser")).select(_COLUMNS)


def _mean(won: pl.DataFrame) -> pl.DataFrame:
    """Intervals shorter than the market time unit: their mean; null unless each of them is there once and has a price."""
    fine = won.filter(pl.col("resolution_s") < pl.col("unit_s"))
    unit = pl.col("unit_s") * 1_000_000
    begin = (pl.col("start_utc").to_physical() // unit * unit).cast(UTC_DTYPE)
    parts = pl.col("unit_s").first() // pl.col("resolution_s").first()
    whole = (pl.col("price").count() == parts) & (pl.len() == parts) & (pl.col("part").n_unique() == parts)
    others = [_merged(name) for name in _COLUMNS if name not in {"start_utc", "price", "derivation"}]
    grouped = fine.with_columns(start_utc=begin, part="start_utc").group_by("start_utc", maintain_order=True)
    means = grouped.agg(*others, price=pl.when(whole).then(pl.col("price").implode().list.mean()))
    return means.with_columns(derivation=pl.lit("mean_of_finer")).select(_COLUMNS)


def _merged(name: str) -> pl.Expr:
    expression = worst(name)
    return pl.col(name).first() if expression is None else expression
