"""Given the schedules of a rate and local days, on every clock of the United States."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.sources.parts.urdb_rate import rate_of
from electricity_optimizer.sources.parts.urdb_schedule import holidays_are_weekend, hours
from electricity_optimizer.timeline import interval_count

CLOCKS = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
          "Pacific/Honolulu", "America/Puerto_Rico")  # fmt: skip
ON_PEAK = [[0] * 12 + [1] * 7 + [0] * 5] * 12
"""Noon to 19:00 in every month."""
BY_HOUR = [list(range(24)) for _ in range(12)]
WEEKEND = [[0] * 24] * 12


def rate(weekday=ON_PEAK, weekend=WEEKEND, periods=2, **more):
    return rate_of({
        "energyratestructure": [[{"rate": number / 100}] for number in range(periods)],
        "energyweekdayschedule": weekday,
        "energyweekendschedule": weekend,
        **more,
    })  # fmt: skip


@given(day=st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)), tz=st.sampled_from(CLOCKS))
def test_a_day_is_tiled_by_hours_that_take_the_column_of_their_own_clock(day, tz):
    found = hours(rate(BY_HOUR, BY_HOUR, 24), [day], tz)
    assert len(found) == interval_count(day, tz, 60)
    assert all(later.start - earlier.start == dt.timedelta(hours=1) for earlier, later in pairwise(found))
    assert [hour.period for hour in found] == [hour.start.astimezone(ZoneInfo(tz)).hour for hour in found]


def test_the_spring_day_skips_column_2_and_the_autumn_day_takes_column_1_twice():
    spring = hours(rate(BY_HOUR, BY_HOUR, 24), [dt.date(2026, 3, 8)], "America/Detroit")
    autumn = hours(rate(BY_HOUR, BY_HOUR, 24), [dt.date(2025, 11, 2)], "America/Detroit")
    assert [hour.period for hour in spring] == [0, 1, *range(3, 24)]
    assert [hour.period for hour in autumn] == [0, 1, 1, *range(2, 24)]


def test_arizona_has_24_hours_on_the_days_on_which_others_change_their_clocks():
    assert len(hours(rate(), [dt.date(2026, 3, 8)], "America/Phoenix")) == 24


def test_the_29th_of_february_is_a_day_of_february():
    by_month = [[month] * 24 for month in range(12)]
    found = hours(rate(by_month, by_month, 12), [dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1)], "America/Los_Angeles")
    assert [hour.period for hour in found] == [1] * 48 + [2] * 24


@pytest.mark.parametrize(
    ("day", "on_peak"),
    [("2026-07-02", 7), ("2026-07-03", 7), ("2026-07-04", 0), ("2026-07-05", 0), ("2026-11-26", 7)],
)
def test_a_schedule_knows_weekdays_and_weekends_and_no_holiday(day, on_peak):
    assert sum(hour.period for hour in hours(rate(), [dt.date.fromisoformat(day)], "America/Denver")) == on_peak


@pytest.mark.parametrize(
    ("day", "on_peak"),
    [("2026-07-02", 7), ("2026-07-03", 0), ("2026-11-26", 0), ("2026-11-27", 7), ("2026-12-25", 0), ("2027-12-31", 0)],
)
def test_where_holidays_count_as_weekend_the_observed_day_is_free(day, on_peak):
    """Independence Day 2026 falls on a Saturday and is observed on the Friday; New Year 2028 likewise on 2027-12-31."""
    found = hours(rate(), [dt.date.fromisoformat(day)], "America/Denver", holidays="weekend")
    assert sum(hour.period for hour in found) == on_peak


def test_the_subscription_overrides_what_the_comments_say():
    said = rate(energycomments="Weekends and holidays are off-peak.")
    thanksgiving = [dt.date(2026, 11, 26)]
    assert sum(hour.period for hour in hours(said, thanksgiving, "America/Denver")) == 0
    assert sum(hour.period for hour in hours(said, thanksgiving, "America/Denver", holidays="schedule")) == 7


@pytest.mark.parametrize(
    ("comments", "weekend"),
    [
        ("On-peak: 3 PM to 8 PM weekdays, excluding holidays", True),
        ("Weekends & designated holidays off-peak", True),
        ("Holidays are billed at the weekend rate", True),
        ("Off-Peak: all other hours and holidays.", True),
        ("Monday through Friday, except on legal holidays", True),
        ("On-peak: weekdays including holidays", False),
        ("Adjustments = Fuel charge", False),
        ("", False),
    ],
)
def test_the_comments_on_energy_may_say_it(comments, weekend):
    assert holidays_are_weekend(rate(energycomments=comments)) is weekend
