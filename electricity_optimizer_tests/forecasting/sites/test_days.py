"""A meter as a table of days: the wall clock on DST days, what is known at the issue, how old readings are."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.sites.days import SATURDAY, SUNDAY, WORKDAY, MeterDays, meter_days
from electricity_optimizer.timeline import grid, range_bounds
from electricity_optimizer_tests.forecasting.sites.meters import simulated

TZ = "Europe/Berlin"


def table(first: dt.date, last: dt.date) -> MeterDays:
    """Each quarter hour reads its number since the first midnight."""
    start = grid(*range_bounds(first, last, TZ), 15)
    numbers = np.arange(len(start), dtype=float)
    return meter_days(pl.DataFrame({"start": start, "value": numbers, "prior": numbers}), TZ, (first, last), lambda _day: False)


def test_an_ordinary_day_is_a_row_of_96() -> None:
    days = table(dt.date(2026, 5, 4), dt.date(2026, 5, 5))
    assert days.value.ravel().tolist() == list(range(192))


def test_in_autumn_the_repeated_hour_is_the_mean_of_both() -> None:
    autumn = table(dt.date(2025, 10, 26), dt.date(2025, 10, 26))
    assert autumn.value[0, 8] == (8 + 12) / 2  # 02:00 twice
    steps = autumn.steps(autumn.value[0])
    assert (len(steps), steps[8], steps[12], steps[99]) == (100, 10, 10, 99)


def test_in_spring_the_skipped_hour_is_unknown_and_has_no_step() -> None:
    spring = table(dt.date(2026, 3, 29), dt.date(2026, 3, 29))
    assert np.isnan(spring.value[0, 8:12]).all()
    steps = spring.steps(spring.value[0])
    assert (len(steps), np.isnan(steps).any()) == (92, False)


def test_at_the_issue_readings_end_at_noon_of_the_day_before() -> None:
    days = table(dt.date(2026, 5, 4), dt.date(2026, 5, 9))
    known = days.known_for(dt.date(2026, 5, 8))
    assert known.last_day == dt.date(2026, 5, 8)
    assert np.isfinite(known.value).sum(axis=1).tolist() == [96, 96, 96, 48, 0]
    assert np.isfinite(days.value).all()  # the table itself is untouched


@pytest.mark.parametrize(("unread", "age"), [(0, 0), (48, 1), (96, 2), (144, 3)])
def test_age_counts_the_half_days_that_readings_are_late(unread: int, age: int) -> None:
    days = table(dt.date(2026, 5, 4), dt.date(2026, 5, 9))
    flat = days.value.ravel()
    end = 4 * 96 + 48  # noon of the day before the last
    flat[end - unread :] = np.nan
    assert days.known_for(dt.date(2026, 5, 9)).age == age


def test_a_holiday_is_a_sunday() -> None:
    frame = pl.DataFrame({"start": grid(*range_bounds(dt.date(2026, 5, 1), dt.date(2026, 5, 4), TZ), 15)}).with_columns(
        value=1.0, prior=1.0
    )
    days = meter_days(frame, TZ, (dt.date(2026, 5, 1), dt.date(2026, 5, 4)), lambda day: day == dt.date(2026, 5, 1))
    assert days.kinds.tolist() == [SUNDAY, SATURDAY, SUNDAY, WORKDAY]


def test_the_tail_is_the_same_table_without_its_first_days() -> None:
    days = simulated(20)
    tail = days.tail(5)
    assert (tail.first_day, tail.last_day, len(tail)) == (days.first_day + dt.timedelta(days=15), days.last_day, 5)
    assert tail.inputs["temperature_c"].shape == (5, 96)
    assert len(days.tail(50)) == 20
