"""Calendar arithmetic: every delivery day of every zone is tiled once, on DST days too."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer import timeline
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import UTC

BERLIN = "Europe/Berlin"
SPRING = dt.date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = dt.date(2025, 10, 26)  # 03:00 becomes 02:00
ZONES = sorted({zone.tz for zone in zones().values()} | {"Europe/London", "Europe/Helsinki", "Australia/Sydney", "America/New_York"})
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31))
MINUTES = st.sampled_from([5, 15, 30, 60])


@pytest.mark.parametrize(("day", "quarters", "hours"), [(SPRING, 92, 23), (AUTUMN, 100, 25), (dt.date(2026, 5, 4), 96, 24)])
def test_a_day_has_23_24_or_25_hours(day: dt.date, quarters: int, hours: int) -> None:
    assert timeline.interval_count(day, BERLIN, 15) == quarters
    assert timeline.interval_count(day, BERLIN, 60) == len(timeline.interval_starts(day, BERLIN, 60)) == hours


@pytest.mark.parametrize("tz", ZONES)
def test_every_day_2020_to_2027_begins_where_the_day_before_ends(tz: str) -> None:
    days = list(timeline.delivery_days(dt.date(2020, 1, 1), dt.date(2027, 12, 31)))
    bounds = [timeline.day_bounds(day, tz) for day in days]
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    lengths = {(end - start) / dt.timedelta(hours=1) for start, end in bounds}
    assert lengths == {23, 24, 25}
    assert sum(timeline.interval_count(day, tz, 15) for day in days) == (bounds[-1][1] - bounds[0][0]) / dt.timedelta(minutes=15)


@given(day=DAYS, tz=st.sampled_from(ZONES), minutes=MINUTES)
def test_the_intervals_of_a_day_tile_it_and_belong_to_it(day: dt.date, tz: str, minutes: int) -> None:
    start, end = timeline.day_bounds(day, tz)
    starts = timeline.interval_starts(day, tz, minutes)
    assert starts[0] == start
    assert starts[-1] + dt.timedelta(minutes=minutes) == end
    assert {after - before for before, after in pairwise(starts)} == {dt.timedelta(minutes=minutes)}
    assert {timeline.delivery_day(instant, tz) for instant in starts} == {day}


@given(day=DAYS, tz=st.sampled_from(ZONES), minutes=MINUTES)
def test_frames_and_lists_agree(day: dt.date, tz: str, minutes: int) -> None:
    grid = timeline.grid(*timeline.day_bounds(day, tz), minutes)
    assert grid.dtype == timeline.UTC_DTYPE
    assert grid.to_list() == timeline.interval_starts(day, tz, minutes)
    table = pl.DataFrame({"start": grid}).select(day=timeline.local_day("start", tz), hour=timeline.local_hour("start", tz))
    assert table["day"].unique().to_list() == [day]
    assert table["hour"].to_list() == [instant.astimezone(ZoneInfo(tz)).hour for instant in grid]


@given(first=DAYS, length=st.integers(-3, 40), tz=st.sampled_from(ZONES))
def test_a_range_of_days_covers_them_and_a_range_in_the_wrong_order_holds_none(first: dt.date, length: int, tz: str) -> None:
    last = first + dt.timedelta(days=length)
    days = list(timeline.delivery_days(first, last))
    assert len(days) == max(0, length + 1)
    if days:
        assert timeline.range_bounds(first, last, tz) == (timeline.day_start(days[0], tz), timeline.day_bounds(days[-1], tz)[1])


@given(seconds=st.floats(0, 2e9), minutes=MINUTES)
def test_an_instant_is_floored_to_its_interval_in_utc(seconds: float, minutes: int) -> None:
    instant = dt.datetime.fromtimestamp(seconds, ZoneInfo(BERLIN))
    floored = timeline.floor(instant, minutes)
    assert floored.tzinfo is UTC
    assert dt.timedelta(0) <= instant - floored < dt.timedelta(minutes=minutes)
    assert floored.timestamp() % (minutes * 60) == 0


@pytest.mark.parametrize(
    ("day", "closure"),
    [(dt.date(2026, 5, 4), "2026-05-03T10:00:00+00:00"), (SPRING, "2026-03-28T11:00:00+00:00"), (AUTUMN, "2025-10-25T10:00:00+00:00")],
)
def test_gate_closure_is_noon_local_on_the_day_before(day: dt.date, closure: str) -> None:
    assert timeline.gate_closure(day, BERLIN).isoformat() == closure


def test_a_naive_time_has_no_delivery_day() -> None:
    with pytest.raises(InputError, match="has no offset"):
        timeline.delivery_day(dt.datetime(2025, 10, 26, 2, 30), BERLIN)  # noqa: DTZ001 - naive on purpose


def test_a_day_is_written_in_iso_order() -> None:
    assert timeline.parse_day("2026-05-04") == dt.date(2026, 5, 4)
    with pytest.raises(InputError, match=r"day: '04\.05\.2026' is not a day"):
        timeline.parse_day("04.05.2026")
