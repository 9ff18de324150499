"""Prices in euros: as they are, or at the euro reference rate of their day; never at a guess."""

import datetime as dt

import polars as pl

EURO = "EUR"
RATE_DAYS = 10
"""A rate holds so many days: the longest time without one is Easter or Christmas with a weekend. Older ones say nothing."""


def in_euros(prices: pl.DataFrame, rates: pl.DataFrame | None) -> pl.DataFrame:
    """`prices` (delivery_date, price, currency, ...) with price_eur_mwh, fx_rate and fx_date, in the same order.

    `rates` are rows of table `exchange_rate_record`: currency in `area`, `delivery_date` on which it was fixed, `rate` in units for one
    euro. The newest one not after the delivery day converts; without one the euro price is null. Euros need none.
    """
    pairs = prices.select("currency", "delivery_date").unique().filter(pl.col("currency") != EURO).sort("delivery_date")
    if pairs.is_empty():
        none = pl.lit(None, pl.Float64).alias("fx_rate"), pl.lit(None, pl.Date).alias("fx_date")
        return prices.with_columns(*none, price_eur_mwh=pl.col("price"))
    fixed = pairs.join_asof(
        _fixings(rates),
        left_on="delivery_date",
        right_on="fx_date",
        by="currency",
        tolerance=dt.timedelta(days=RATE_DAYS),
        coalesce=False,
        check_sortedness=False,  # both sides are sorted by day
    )
    euros = pl.when(pl.col("currency") == EURO).then(pl.col("price")).otherwise(pl.col("price") / pl.col("fx_rate"))
    return prices.join(fixed, on=["currency", "delivery_date"], how="left", maintain_order="left").with_columns(price_eur_mwh=euros)


def _fixings(rates: pl.DataFrame | None) -> pl.DataFrame:
    """One rate per currency and day, ascending by day."""
    if rates is None:
        return pl.DataFrame(schema={"currency": pl.String, "fx_date": pl.Date, "fx_rate": pl.Float64})
    named = rates.select(pl.col("area").alias("currency"), pl.col("delivery_date").alias("fx_date"), pl.col("rate").alias("fx_rate"))
    return named.filter(pl.col("fx_rate") > 0).unique(["currency", "fx_date"], keep="first", maintain_order=True).sort("fx_date")
