"""Naive prices: the wall clock of the last similar day, on DST days too."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.sites import day_steps
from electricity_optimizer.sites.naive_prices import naive_prices

BERLIN = "Europe/Berlin"
ONE_DAY = dt.timedelta(days=1)


def market(*days: dt.date) -> pl.DataFrame:
    """Each price is the day of the month and, behind the point, the quarter hour of the day."""
    return pl.concat(
        (steps := day_steps(day, BERLIN)).to_frame().with_columns(price_eur_mwh=pl.Series([day.day + k / 1000 for k in range(len(steps))]))
        for day in days
    )


@pytest.mark.parametrize(("day", "alike"), [(dt.date(2026, 5, 5), 4), (dt.date(2026, 5, 4), 27), (dt.date(2026, 5, 9), 2)])
def test_a_tuesday_is_like_monday_and_a_monday_or_saturday_like_a_week_ago(day: dt.date, alike: int) -> None:
    found = naive_prices(market(*(day - k * ONE_DAY for k in range(8, 0, -1))), day, BERLIN)
    assert found["price_eur_mwh"].to_list() == pytest.approx([alike + k / 1000 for k in range(96)])
    assert found["start"].to_list() == day_steps(day, BERLIN).to_list()


def test_an_hour_that_the_similar_day_skipped_takes_the_quarter_before_and_a_repeated_one_its_mean() -> None:
    spring, autumn = dt.date(2026, 3, 29), dt.date(2025, 10, 26)
    after_spring = naive_prices(market(spring), spring + 7 * ONE_DAY, BERLIN)["price_eur_mwh"].to_list()
    assert after_spring[7:13] == pytest.approx([29.007, 29.007, 29.007, 29.007, 29.007, 29.008])
    after_autumn = naive_prices(market(autumn), autumn + 7 * ONE_DAY, BERLIN)["price_eur_mwh"].to_list()
    assert after_autumn[8:13] == pytest.approx([26.010, 26.011, 26.012, 26.013, 26.016])
    on_autumn = naive_prices(market(autumn - 7 * ONE_DAY), autumn, BERLIN)
    assert on_autumn.height == 100
    assert on_autumn["price_eur_mwh"].null_count() == 0


def test_a_gap_in_the_similar_day_gives_no_prices_at_all() -> None:
    day = dt.date(2026, 5, 5)
    assert naive_prices(market(day - ONE_DAY)[:-1], day, BERLIN).is_empty()
    assert naive_prices(market(day - 2 * ONE_DAY), day, BERLIN).is_empty()
