"""Interval starts and prices made records: lengths, and what is refused."""

import datetime as dt

import pytest

from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.reading.day_ahead import Series
from electricity_optimizer.timeline import interval_starts


def seconds(day, minutes, tz="Europe/Berlin"):
    return [int(start.timestamp()) for start in interval_starts(dt.date.fromisoformat(day), tz, minutes)]


def series(area="DK1"):
    return Series.of("energinet", area, 1)


def lengths(starts, area="DK1"):
    return {record.resolution_s for record in series(area).records(starts, [1.0] * len(starts))}


@pytest.mark.parametrize(("day", "minutes"), [("2025-09-30", 60), ("2025-10-01", 15), ("2025-10-26", 15), ("2022-03-27", 60)])
def test_an_interval_is_as_long_as_the_spacing_of_its_day(day, minutes):
    assert lengths(seconds(day, minutes)) == {minutes * 60}


def test_a_day_of_quarter_hours_with_holes_holds_no_hours():
    assert lengths(seconds("2026-05-04", 15)[::4]) == {900}


def test_a_zone_that_trades_hours_has_hours():
    assert lengths(seconds("2026-05-04", 60), area="CH") == {3600}


def test_a_single_price_is_as_long_as_the_unit_of_its_day():
    assert lengths(seconds("2026-05-04", 15)[:1]) == {900}
    assert lengths(seconds("2024-05-04", 60)[:1]) == {3600}


def test_the_change_of_the_unit_at_midnight_is_seen():
    starts = seconds("2025-09-30", 60) + seconds("2025-10-01", 15)
    records = series().records(starts, [1.0] * len(starts))
    assert [record.resolution_s for record in records] == [3600] * 24 + [900] * 96
    assert records[23].end_utc == records[24].start_utc


def test_an_area_that_is_no_zone_of_ours_has_central_european_days():
    starts = seconds("2025-10-26", 15, "Europe/Oslo")
    assert {record.delivery_date for record in series("NO3").records(starts, [1.0] * 100)} == {dt.date(2025, 10, 26)}


def test_a_price_keeps_its_text_and_a_null_stays_null():
    first, second, third = series().records(seconds("2026-05-04", 15)[:3], [-0.5, None, 12])
    assert (first.price, first.price_raw) == (-0.5, "-0.5")
    assert (second.price, second.price_raw) == (None, None)
    assert (third.price, third.price_raw) == (12.0, "12")


@pytest.mark.parametrize(
    ("starts", "prices", "why"),
    [
        ([1777845600, 1777845600], [1, 2], "ascend"),
        ([1777846500, 1777845600], [1, 2], "ascend"),
        ([1777845600_000], [1], "this century"),
        ([1777845600.0], [1], "whole second"),
        ([True], [1], "whole second"),
        ([1777845660], [1], "beside its market time unit"),
        ([1777845600, 1777845900], [1, 2], "no market time unit"),
        ([1777845600], ["1"], "not a number"),
        ([1777845600], [True], "not a number"),
    ],
)
def test_what_cannot_be_a_market_is_refused(starts, prices, why):
    with pytest.raises(SchemaChangedError, match=why):
        series().records(starts, prices)


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ([(1777845600, 1777849200, 1), (1777848300, 1777849200, 1)], "overlap"),
        ([(1777845600, 1777845600, 1)], "market time unit"),
        ([(1777845600, 1777932000, 1)], "market time unit"),
        ([(1777846500, 1777850100, 1)], "beside"),
    ],
)
def test_stated_ends_must_fit(spans, why):
    with pytest.raises(SchemaChangedError, match=why):
        series().of_spans(spans)
