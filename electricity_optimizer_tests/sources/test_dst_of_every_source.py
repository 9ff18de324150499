"""Prices of every source in every zone that asks it, on every clock change of 2020 to 2027, from the request to the published table.

A source is asked, its writer answers in the wire format, and what the read path of `collect` gives must tile the local day: 23, 24 or 25
hours, 46 or 50 half hours, 92 or 100 quarters. The same rows are then a whole day to the ingest and make the published table.
"""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.sources import source, sources
from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.market.check import check_prices, refused
from electricity_optimizer.market.unify import unify
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.sources.nordpool import AREAS
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.timeline import UTC, delivery_days, interval_count, interval_starts
from electricity_optimizer_tests.sources.as_recorded import KEY, expect_tiled, lively, recorded
from electricity_optimizer_tests.sources.asked import asked
from electricity_optimizer_tests.sources.clock_changes import FIRST, LAST, clock_changes

AFTERWARDS = dt.datetime(2028, 1, 10, 12, tzinfo=UTC)
DAY = dt.timedelta(days=1)
OF_ZONES = [(name, key) for key, entry in zones().items() for name in entry.price_sources if source(name).url]
PAIRS = [*OF_ZONES, *(("nordpool", key) for key in AREAS)]
"""Every source of prices with the zones that ask it; Nord Pool is asked of none but to cross-check, and has these."""
NAMES = sorted({name for name, _ in PAIRS})
ONE_EACH = [next(pair for pair in PAIRS if pair[0] == name) for name in NAMES]
CHANGES = clock_changes("Europe/Brussels")
"""The same days in every zone of the catalogue, at different hours in London."""
HOURLY_LONG, HOURLY_SHORT, LONG, SHORT = (dt.date(2021, 10, 31), dt.date(2022, 3, 27), dt.date(2025, 10, 26), dt.date(2026, 3, 29))


def prices(name, key, *days, value=lively, now=AFTERWARDS, **more):
    """Rows of the price table for the days from the first of `days` to the last, in one asking."""
    ask = asked(name, "prices", min(days).isoformat(), max(days).isoformat(), zone_key=key, now=now)
    return recorded(ask, value, **more)["price_record"]


def minutes_of(name, key):
    """The market time unit by day; aWATTar has gone on with hours."""
    return (lambda _: 60) if name == "awattar" else zone(key).resolution_on


def expect_published(frame, name, key, days, value=lively):
    """The table `price` made of `frame` has the market time units of `days`, finer ones repeat a price, and each day passes its checks."""
    place, rows = zone(key), []
    for day in days:
        unit = place.resolution_on(day)
        coarse = minutes_of(name, key)(day)
        for start in interval_starts(day, place.tz, unit):
            told = start - dt.timedelta(minutes=start.minute % coarse)
            rows.append((day, start, unit, value(told), coarse > unit))
    table = unify(frame, zone=place)
    split = (table["derivation"] == "split_from_coarser").rename("split")
    assert table.select("delivery_day", "start", "resolution_minutes", "price", split).rows() == rows
    assert set(table["source"]) == {name}
    for day in days:
        assert refused(check_prices(table.filter(delivery_day=day), zone=place, day=day)) == []


def same_rows(one, other):
    """Whether two frames hold the same records; Red Electrica says of one day alone when it was published."""
    first, second = (frame.sort(KEY).drop("published_at") for frame in (one, other))
    return first.equals(second)


def test_every_source_of_prices_and_every_zone_take_part():
    assert set(NAMES) == {key for key, entry in sources().items() if "prices" in entry.kinds and entry.url}
    assert {key for _, key in PAIRS} == set(zones())


def test_all_zones_change_their_clocks_on_the_same_16_days():
    assert {clock_changes(entry.tz) for entry in zones().values()} == {CHANGES}
    assert len(CHANGES) == 16
    assert [interval_count(day, "Europe/Brussels", 15) for day in (SHORT, LONG)] == [92, 100]


@pytest.mark.parametrize(("name", "key"), PAIRS)
def test_every_clock_change_is_recorded_as_a_whole_day_and_published_at_the_market_time_unit(name, key):
    frames = [prices(name, key, day) for day in CHANGES]
    for day, frame in zip(CHANGES, frames, strict=True):
        expect_tiled(frame, [day], zone(key).tz, minutes_of(name, key), lively)
        assert set(frame["resolution_s"]) == {minutes_of(name, key)(day) * 60}
        assert frame["price"].min() < 0 < frame["price"].max()
    together = pl.concat(frames)
    assert complete_days(together, "prices", zone(key).tz) == set(CHANGES)
    expect_published(together, name, key, CHANGES)


def expect_both_days(name, key, day):
    """The day before and `day` in one request are the rows of each alone."""
    both = prices(name, key, day - DAY, day)
    expect_tiled(both, [day - DAY, day], zone(key).tz, minutes_of(name, key), lively)
    assert same_rows(both, pl.concat([prices(name, key, day - DAY), prices(name, key, day)]))


@pytest.mark.parametrize(("name", "key"), PAIRS)
def test_the_day_before_and_a_clock_change_come_as_well_in_one_request(name, key):
    for day in (HOURLY_LONG, SHORT):
        expect_both_days(name, key, day)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key"), PAIRS)
def test_the_day_before_and_any_clock_change_come_as_well_in_one_request(name, key):
    for day in CHANGES:
        expect_both_days(name, key, day)


@pytest.mark.parametrize(("name", "key"), [pair for pair in ONE_EACH if pair[0] != "elexon"])
@pytest.mark.parametrize("day", [LONG, SHORT])
def test_a_clock_change_asked_for_on_its_eve_is_the_same_day(name, key, day):
    """Elexon's index is known after the fact. SMARD's newest file is then that of the week which the day ends."""
    eve = dt.datetime.combine(day - DAY, dt.time(15), UTC)
    newest = {"last_monday": day - 6 * DAY} if name == "smard" else {}
    assert same_rows(prices(name, key, day, now=eve, **newest), prices(name, key, day))


@st.composite
def days_with_holes(draw):
    """A source and zone, a day, the level of its prices, and up to four of its intervals without one."""
    name, key = draw(st.sampled_from(PAIRS))
    day = draw(st.sampled_from(CHANGES) | st.dates(FIRST, LAST))
    starts = interval_starts(day, zone(key).tz, minutes_of(name, key)(day))
    level = draw(st.integers(-4_000, 37_000)) / 10  # within the limits of the auction
    return name, key, day, level, draw(st.sets(st.sampled_from(starts), max_size=4))


@given(days_with_holes())
@settings(max_examples=120, deadline=None)
def test_on_any_day_each_interval_has_its_own_price_and_one_without_a_price_gets_none(drawn):
    name, key, day, level, holes = drawn

    def value(start):
        return None if start in holes else round(lively(start) + level, 1)

    frame = prices(name, key, day, value=value)
    known = [start for start in interval_starts(day, zone(key).tz, minutes_of(name, key)(day)) if start not in holes]
    assert frame.filter(pl.col("price").is_not_null()).select("start_utc", "price").rows() == [(start, value(start)) for start in known]
    assert set(frame.filter(pl.col("price").is_null())["start_utc"]) <= holes
    assert complete_days(frame, "prices", zone(key).tz) == (set() if holes else {day})
    assert set(frame["resolution_s"]) == {minutes_of(name, key)(day) * 60}
    if not holes:
        expect_published(frame, name, key, [day], value)


@pytest.mark.parametrize("day", [HOURLY_LONG, HOURLY_SHORT, LONG, SHORT])
@pytest.mark.parametrize(("name", "key"), ONE_EACH)
def test_a_price_that_is_missing_around_the_change_of_the_clock_is_no_price_and_moves_no_other(name, key, day):
    starts = interval_starts(day, zone(key).tz, minutes_of(name, key)(day))
    holes = {starts[0], starts[-1], *(start for start in starts if start.hour == 1 and start.minute == 0)}  # all clocks change at 01:00 UTC
    frame = prices(name, key, day, value=lambda start: None if start in holes else lively(start))
    known = frame.filter(pl.col("price").is_not_null())
    assert known.select("start_utc", "price").rows() == [(start, lively(start)) for start in starts if start not in holes]
    assert not complete_days(frame, "prices", zone(key).tz)


LARGE = [name for name in NAMES if source(name).days_per_request > 1]
"""Sources that give more than a day in an answer."""
WHOLE_YEAR = ("elering", "energinet", "energy-charts", "entsoe", "smard")


def expect_year(name, key, year):
    """A year in as few requests as the source allows is whole, and around its changes the very rows of those days alone."""
    days = list(delivery_days(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    frame = prices(name, key, days[0], days[-1])
    expect_tiled(frame, days, zone(key).tz, minutes_of(name, key), lively)
    assert complete_days(frame, "prices", zone(key).tz) == set(days)
    around = {day + k * DAY for day in (*clock_changes(zone(key).tz), dt.date(2025, 10, 1)) if day.year == year for k in (-1, 0)}
    apart = pl.concat([prices(name, key, day) for day in around])
    assert same_rows(frame.filter(pl.col("delivery_date").is_in(list(around))), apart)


def test_some_sources_give_a_year_in_one_request():
    """SMARD and Energinet take one for hours and one for quarters."""
    large = {}
    for name, key in ONE_EACH:
        found = module_of(name).requests(asked(name, "prices", "2025-01-01", "2025-12-31", zone_key=key, now=AFTERWARDS))
        large[name] = len(found)
    assert {name: count for name, count in large.items() if count <= 2} == dict.fromkeys(WHOLE_YEAR, 1) | {"energinet": 2, "smard": 2}


@pytest.mark.parametrize(("name", "key"), [[pair for pair in PAIRS if pair[0] == name][-1] for name in WHOLE_YEAR])
def test_the_year_in_which_hours_become_quarters_at_once_is_that_year_day_by_day(name, key):
    expect_year(name, key, 2025)


@pytest.mark.slow
@pytest.mark.parametrize("year", [2020, 2025])
@pytest.mark.parametrize(("name", "key"), [pair for pair in PAIRS if pair[0] in LARGE])
def test_any_year_at_once_is_that_year_day_by_day(name, key, year):
    expect_year(name, key, year)
