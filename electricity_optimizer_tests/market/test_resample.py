"""Prices at another resolution."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import InputError
from electricity_optimizer.market.resample import resample
from electricity_optimizer.market.unify import unify
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.market.records_of_prices import DE, records

DAY = dt.date(2026, 5, 4)


def day(minutes=15, date=DAY, **more):
    frame = unify(records(date, 15, **more), zone=DE)
    return frame if minutes == 15 else resample(frame, minutes)


def test_coarser_is_the_mean():
    assert day(60)["price"].to_list() == [4 * k + 1.5 for k in range(24)]
    assert day(30)["price"].to_list() == [2 * k + 0.5 for k in range(48)]


def test_finer_repeats():
    assert resample(day(60), 15)["price"].to_list() == [4 * (k // 4) + 1.5 for k in range(96)]


def test_the_same_resolution_changes_nothing():
    assert resample(day(), 15).equals(day())


def test_a_missing_part_makes_the_coarser_one_null():
    assert day(60, prices=[None] + [1.0] * 95)["price"].to_list() == [None] + [1.0] * 23
    assert resample(day()[1:], 60)["price"][0] is None


def test_a_coarser_one_is_as_good_as_the_worst_of_its_parts():
    first = pl.int_range(pl.len()) == 1
    status = pl.when(first).then(pl.lit("preliminary")).otherwise("status")
    hours = resample(day().with_columns(status=status, redistributable=~first, synthetic=first), 60)
    rows = hours.select("status", "redistributable", "synthetic").head(2).rows()
    assert rows == [("preliminary", False, True), ("final", True, False)]


@pytest.mark.parametrize("minutes", [0, 5, 45, 120])
def test_other_resolutions_are_refused(minutes):
    with pytest.raises(InputError, match=f"{minutes} minutes is no resolution"):
        resample(day(), minutes)


@settings(max_examples=20, deadline=None)
@given(date=st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)), first=st.sampled_from([15, 30, 60]), then=st.sampled_from([15, 30, 60]))
def test_any_day_stays_tiled_and_keeps_its_mean(date, first, then):
    quarters = resample(unify(records(date, 15), zone=DE), 15)
    frame = resample(resample(quarters, first), then)
    assert frame["start"].to_list() == interval_starts(date, DE.tz, then)
    assert frame["price"].mean() == pytest.approx(quarters["price"].mean())
    assert frame["resolution_minutes"].unique().to_list() == [then]
