"""What the suite of prices looks at: rows of table `price` with what is known beside them."""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.agreement import verdicts
from electricity_optimizer.market.candidates import candidates, of_market
from electricity_optimizer.market.check import LIMITS, LIMITS_OF_TRADE
from electricity_optimizer.quality.columns import DAY, with_calendar, with_days, with_simulated
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.quality.levels import level_columns
from electricity_optimizer.quality.repeats import repeated_columns


def prepare(rows: pl.DataFrame, zone: Zone, known: Evidence) -> pl.DataFrame:
    """`rows` of one zone with the columns that the rules read; `known.others` are the price records of these days."""
    days = (
        _of_days(rows)
        .join(_second_source(rows, known.others, zone), on=DAY, how="left")
        .join(level_columns(rows, known.before), on=DAY, how="left")
        .join(repeated_columns(rows, known.before, ["price"], zone), on=DAY, how="left")
    )
    lowest, highest = limits(zone)
    beyond = pl.max_horizontal(lowest - pl.col("price"), pl.col("price") - highest, 0.0)
    frame = with_simulated(with_days(with_calendar(rows, zone), days))
    return frame.with_columns(beyond_limits=beyond, market_currency=pl.lit(zone.currency))


def limits(zone: Zone) -> tuple[float, float]:
    """Lowest and highest price that the auctions of `zone` allow, in its currency."""
    ranges = [LIMITS.get(auction, LIMITS_OF_TRADE) for auction in zone.auctions]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _of_days(rows: pl.DataFrame) -> pl.DataFrame:
    """Per day: how many different prices, their median, and where they come from in words."""
    how = pl.concat_str(pl.col("source").fill_null("nobody"), pl.lit(" "), pl.col("derivation"), ignore_nulls=True)
    origins = rows.group_by(DAY, how=how, maintain_order=True).len()
    said = pl.concat_str(pl.col("len").cast(pl.String), pl.lit(" of "), "how").sort().str.join(", ")
    return (
        rows.group_by(DAY, maintain_order=True)
        .agg(different_prices=pl.col("price").drop_nulls().n_unique(), median_price=pl.col("price").median())
        .join(origins.group_by(DAY).agg(come_from=said), on=DAY, how="left")
    )


def _second_source(rows: pl.DataFrame, records: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    """Per day that several real sources gave: whether those that agree include the one of `rows`, and what they say in words."""
    mine = of_market(records, zone=zone)
    found = verdicts(mine, candidates(mine, zone=zone)) if mine.height else {}
    sources = rows.filter(~pl.col("synthetic")).select(DAY, "source").unique(DAY, keep="first", maintain_order=True)
    said = [(day, source in found[day].agreeing, found[day].said) for day, source in sources.iter_rows() if day in found]
    return pl.DataFrame(said, schema={DAY: pl.Date, "agrees": pl.Boolean, "second_said": pl.String}, orient="row")
