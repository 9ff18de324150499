"""Which series may give a zone its price on a delivery day, and in which order they are tried.

Only the market of the zone counts: what consumers pay, imbalance, other auctions, exports and forecasts never become its price. A
candidate is one series on one day. Complete ones come first, real ones before simulated ones, those at the market time unit or finer
before those whose intervals would have to be repeated, then the order of the zone decides.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import UTC_DTYPE, day_bounds

MARKETS = ("day_ahead", "intraday")
KEYS = ("delivery_date", "series_id")
COLUMNS = (
    "delivery_date",
    "series_id",
    "source",
    "market",
    "auction",
    "currency",
    "synthetic",
    "resolution_s",
    "intervals",
    "rank",
    "native",
    "complete",
    "growing",
)
ORDER = (
    "delivery_date",
    "complete",
    "synthetic",
    "coarser",
    "rank",
    "native",
    "auction_rank",
    "intervals",
    "resolution_s",
    "series_id",
)


def of_market(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """The rows of table `price_record` that are prices of the zone's market: per MWh of energy, imported, without tax, not forecast."""
    return records.filter(
        pl.col("market").is_in(MARKETS),
        pl.col("auction").is_in(zone.auctions),
        pl.col("direction") == "import",
        pl.col("components") == "energy",
        pl.col("vat") != "included",
        pl.col("status") != "forecast",
    )


def candidates(records: pl.DataFrame, *, zone: Zone) -> pl.DataFrame:
    """One row per (day, series) of `of_market` rows, by day and then in the order in which they are tried.

    Columns: `COLUMNS`. `intervals` have a price; `complete`: they tile the local day; `native`: at its market time unit; `growing`: an
    intraday index that has no gap but has not come to the end of its day.
    """
    last_to_first = {"complete", "native", "intervals"}
    ordered = _judged(_counted(records), zone).sort(ORDER, descending=[name in last_to_first for name in ORDER])
    return ordered.select(COLUMNS)


def best(ranked: pl.DataFrame) -> pl.DataFrame:
    """The first candidate of each day."""
    return ranked.unique("delivery_date", keep="first", maintain_order=True)


def rows_of(records: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The records of the chosen candidates, ascending."""
    return records.join(chosen.select(KEYS), on=KEYS, how="semi").sort("start_utc")


def _counted(records: pl.DataFrame) -> pl.DataFrame:
    """What each series has of each day. `well_cut`: intervals as long as they say, beginning at multiples of it, none twice."""
    length = (pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds()
    aligned = pl.col("start_utc").to_physical() % (pl.col("resolution_s") * 1_000_000) == 0
    constant = [pl.col(name).first() for name in ("source", "market", "auction", "currency", "resolution_s")]
    return records.group_by(KEYS).agg(
        *constant,
        pl.col("synthetic").any(),
        intervals=pl.col("price").count(),
        rows=pl.len(),
        begin=pl.col("start_utc").min(),
        finish=pl.col("end_utc").max(),
        well_cut=(length == pl.col("resolution_s")).all()
        & aligned.all()
        & (pl.col("resolution_s").min() == pl.col("resolution_s").max())
        & (pl.col("start_utc").n_unique() == pl.len()),
    )


def _judged(held: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    bounds = {day: day_bounds(day, zone.tz) for day in held["delivery_date"].unique()}
    sources = {name: position for position, name in enumerate(zone.price_sources)}
    auctions = {name: position for position, name in enumerate(zone.auctions)}
    day = pl.col("delivery_date")
    held = held.with_columns(
        rank=pl.col("source").replace_strict(sources, default=len(sources), return_dtype=pl.Int64),
        auction_rank=pl.col("auction").replace_strict(auctions, default=len(auctions), return_dtype=pl.Int64),
        unit_s=day.replace_strict({one: zone.resolution_on(one) * 60 for one in bounds}, return_dtype=pl.Int64),
        day_begin=day.replace_strict({one: pair[0] for one, pair in bounds.items()}, return_dtype=UTC_DTYPE),
        day_finish=day.replace_strict({one: pair[1] for one, pair in bounds.items()}, return_dtype=UTC_DTYPE),
    )
    from_midnight = pl.col("well_cut") & (pl.col("begin") == pl.col("day_begin"))
    gapless = pl.col("rows") * pl.col("resolution_s") == (pl.col("finish") - pl.col("begin")).dt.total_seconds()
    ended = pl.col("finish") == pl.col("day_finish")
    return held.with_columns(
        complete=from_midnight & gapless & ended & (pl.col("intervals") == pl.col("rows")),
        growing=from_midnight & gapless & (pl.col("finish") < pl.col("day_finish")) & (pl.col("market") == "intraday"),
        native=pl.col("resolution_s") == pl.col("unit_s"),
        coarser=pl.col("resolution_s") > pl.col("unit_s"),
    )
