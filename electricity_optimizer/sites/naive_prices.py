"""Prices of the naive forecast for the steps of a day: what a site would plan with that knows no forecast better than its own memory."""

import datetime as dt

import polars as pl

from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.clock import day_steps

PRICE = "price_eur_mwh"


def naive_prices(market: pl.DataFrame, day: dt.date, tz: str) -> pl.DataFrame:
    """Start (UTC quarter hours of the local `day`) and price_eur_mwh: the same wall clock on the last similar day (`calendar.naive_lag`).

    `market` (start, price_eur_mwh) holds the days before. Where autumn repeated the hour the two are averaged, where spring skipped it the
    quarter hour before stands. Empty where the similar day is not known in full.
    """
    alike = at_steps(market, day_steps(day - dt.timedelta(days=naive_lag(day)), tz), [PRICE])
    if alike[PRICE].null_count():
        return alike.clear()
    clock = pl.col("start").dt.convert_time_zone(tz).dt.time().alias("clock")
    by_clock = alike.group_by(clock).agg(pl.col(PRICE).mean())
    steps = day_steps(day, tz).to_frame().with_columns(clock)
    found = steps.join(by_clock, on="clock", how="left", maintain_order="left").with_columns(pl.col(PRICE).forward_fill())
    return found.select("start", PRICE)
