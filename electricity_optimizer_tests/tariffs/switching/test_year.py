"""A year of quarter hours: whole days by the wall clock, DST days among them, and stand-ins for days without prices."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.switching.year import YearSteps, price_days, season_distance, year_prices
from electricity_optimizer_tests.tariffs.switching.years import TZ, YEAR, hourly_market

SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2025, 10, 26)


def test_a_year_has_365_days_of_92_96_or_100_quarter_hours() -> None:
    counts = dict(zip(YEAR.days, YEAR.by_day(np.ones(len(YEAR.starts))), strict=True))
    assert len(counts) == 365
    assert sum(counts.values()) == len(YEAR.starts) == 365 * 96
    assert (counts[SPRING], counts[AUTUMN]) == (92, 100)
    assert YEAR.table(np.ones(len(YEAR.starts)))[YEAR.days.index(AUTUMN)].max() == 2
    assert set(YEAR.month) == set(range(13))


def test_dst_days_are_whole_days_of_the_wall_clock() -> None:
    known = price_days(hourly_market(YEAR.first, YEAR.last), TZ)
    assert known.days == tuple(YEAR.days)
    spring, autumn = (known.prices[known.row[day]] for day in (SPRING, AUTUMN))
    assert np.isfinite(known.prices).all()
    assert (spring[8:12] == spring[7]).all(), "02:00 to 03:00 did not exist: it takes the price before it"
    assert autumn[8] == autumn[11], "02:00 to 03:00 was there twice, at one price each"


def test_known_days_keep_their_prices_and_others_take_those_of_a_day_like_them() -> None:
    market = hourly_market(YEAR.first + dt.timedelta(days=100), YEAR.last)
    frame, known_days = year_prices(price_days(market, TZ), market, YEAR)
    assert known_days == 265
    assert frame["price_eur_mwh"].null_count() == 0
    joined = frame.join(market, on="start", suffix="_sent")
    assert (joined["price_eur_mwh"] == joined["price_eur_mwh_sent"]).all()
    first = frame.head(96)["price_eur_mwh"].to_numpy()
    days_like_it = [
        price_days(market, TZ).prices[price_days(market, TZ).row[day]] for day in YEAR.days[100:] if day.weekday() == YEAR.first.weekday()
    ]
    assert any((first == other).all() for other in days_like_it)


def test_an_hourly_past_before_a_quarter_hourly_present_is_one_series() -> None:
    hourly = hourly_market(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    starts = hourly_market(dt.date(2025, 10, 1), dt.date(2025, 10, 5))["start"]
    quarters = pl.DataFrame({"start": pl.concat([starts.dt.offset_by(f"{k}m") for k in (0, 15, 30, 45)]).sort()}).with_columns(
        resolution_minutes=15, price_eur_mwh=pl.int_range(pl.len()).cast(pl.Float64)
    )
    known = price_days(pl.concat([hourly, quarters.cast(hourly.schema)]), TZ)
    assert known.days[-1] == dt.date(2025, 10, 5)
    assert (known.prices[known.row[dt.date(2025, 10, 1)]] == np.arange(96)).all()


def test_too_few_days_of_prices_are_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="27 whole days of prices are known, 28 are needed"):
        price_days(hourly_market(dt.date(2026, 1, 1), dt.date(2026, 1, 27)), TZ)


def test_the_season_goes_around_the_year() -> None:
    assert season_distance(dt.date(2025, 12, 31), dt.date(2026, 1, 1)) == 1
    assert season_distance(dt.date(2024, 2, 29), dt.date(2026, 3, 1)) == 0
    assert season_distance(dt.date(2026, 1, 1), dt.date(2026, 7, 2)) == 182


def test_a_short_year_is_a_year_too() -> None:
    assert len(YearSteps(dt.date(2026, 3, 1), dt.date(2026, 3, 14), TZ).starts) == 14 * 96
