"""Conversion at the euro reference rate, and never at a guess."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.euros import RATE_DAYS, in_euros
from electricity_optimizer.market.unify import unify
from electricity_optimizer_tests.market.records_of_prices import DE, rates, records

GB = zone("GB")
DAY = dt.date(2026, 5, 20)  # a Wednesday


def ago(days):
    return DAY - dt.timedelta(days=days)


def converted(fixed):
    return unify(records(DAY, 30, "elexon", [85.0] * 48, place=GB, market="intraday"), zone=GB, rates=fixed)


def test_pounds_become_euros_at_the_newest_rate_and_say_which():
    """85 GBP at 0.85 GBP for a euro are 100 EUR."""
    frame = converted(rates((ago(3), 0.90), (ago(1), 0.85), (ago(2), 0.80)))
    assert frame["price_eur_mwh"].unique().to_list() == [pytest.approx(100.0)]
    assert frame.select("price", "currency", "fx_rate", "fx_date").unique().rows() == [(85.0, "GBP", 0.85, ago(1))]


def test_a_rate_of_the_delivery_day_itself_counts_and_a_later_one_does_not():
    assert converted(rates((DAY, 0.8), (ago(-1), 0.5)))["fx_date"].unique().to_list() == [DAY]
    assert converted(rates((ago(-1), 0.5)))["price_eur_mwh"].null_count() == 48


def test_a_rate_holds_ten_days_and_then_there_is_no_euro_price():
    assert converted(rates((ago(RATE_DAYS), 0.85)))["price_eur_mwh"].null_count() == 0
    assert converted(rates((ago(RATE_DAYS + 1), 0.85)))["price_eur_mwh"].null_count() == 48


@pytest.mark.parametrize("none", [None, rates((ago(1), 0.85)).clear(), rates((ago(1), 11.3), currency="SEK"), rates((ago(1), 0.0))])
def test_without_a_rate_the_price_stays_in_its_currency(none):
    frame = converted(none)
    assert frame.select(pl.all().null_count()).row(0, named=True)["price_eur_mwh"] == 48
    assert frame.select("price", "currency", "fx_rate", "fx_date").unique().rows() == [(85.0, "GBP", None, None)]


def test_euros_are_never_converted():
    frame = unify(records(DAY, 15), zone=DE, rates=rates((ago(1), 2.0), currency="EUR"))
    assert frame["price_eur_mwh"].equals(frame["price"].alias("price_eur_mwh"))
    assert frame["fx_rate"].null_count() == frame["fx_date"].null_count() == 96


def test_a_null_price_has_no_euros_either():
    frame = unify(records(DAY, 30, "elexon", [None] + [85.0] * 47, place=GB, market="intraday"), zone=GB, rates=rates((ago(1), 0.85)))
    assert frame["price_eur_mwh"].to_list()[0] is None


@settings(max_examples=50, deadline=None)
@given(
    days=st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 1)), min_size=1, max_size=10),
    fixed=st.dictionaries(st.dates(dt.date(2023, 12, 1), dt.date(2024, 3, 1)), st.floats(0.5, 1.5), max_size=20),
)
def test_any_day_takes_the_newest_rate_of_the_ten_days_before(days, fixed):
    prices = pl.DataFrame({"delivery_date": days, "price": 10.0, "currency": "GBP"})
    found = in_euros(prices, rates(*fixed.items()) if fixed else None)
    for day, rate in zip(days, found["fx_rate"], strict=True):
        known = [one for one in fixed if dt.timedelta(0) <= day - one <= dt.timedelta(days=RATE_DAYS)]
        assert rate == (fixed[max(known)] if known else None)
    assert found["delivery_date"].to_list() == days
