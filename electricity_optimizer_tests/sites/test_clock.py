"""Wall clock to steps, on the two DST days above all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.sites.clock import closing_step, day_steps, opening_step, weekday

TZ = "Europe/Berlin"
PLAIN, SPRING, AUTUMN = dt.date(2026, 5, 4), dt.date(2026, 3, 29), dt.date(2025, 10, 26)


@pytest.mark.parametrize(("day", "steps"), [(PLAIN, 96), (SPRING, 92), (AUTUMN, 100)])
def test_a_day_has_92_96_or_100_quarters(day: dt.date, steps: int) -> None:
    assert len(day_steps(day, TZ)) == closing_step(day, 1440, TZ) == steps


@pytest.mark.parametrize(("day", "step"), [(PLAIN, 72), (SPRING, 68), (AUTUMN, 76)])
def test_six_in_the_evening_moves_with_the_clock_change(day: dt.date, step: int) -> None:
    assert opening_step(day, 18 * 60, TZ) == closing_step(day, 18 * 60, TZ) == step


def test_a_skipped_time_is_the_moment_of_the_jump() -> None:
    assert [opening_step(SPRING, minutes, TZ) for minutes in (120, 135, 150, 180)] == [8, 8, 8, 8]


def test_a_repeated_time_opens_at_its_first_and_closes_at_its_second_pass() -> None:
    assert (opening_step(AUTUMN, 150, TZ), closing_step(AUTUMN, 150, TZ)) == (10, 14)


def test_between_steps_a_window_opens_later_and_closes_earlier() -> None:
    assert (opening_step(PLAIN, 7 * 60 + 10, TZ), closing_step(PLAIN, 7 * 60 + 10, TZ)) == (29, 28)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)), st.integers(0, 1440), st.integers(0, 1440))
def test_a_later_time_never_comes_earlier(day: dt.date, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert 0 <= opening_step(day, early, TZ) <= opening_step(day, late, TZ) <= len(day_steps(day, TZ))
    assert closing_step(day, early, TZ) <= closing_step(day, late, TZ)


def test_weekdays_are_named_as_in_the_catalogue() -> None:
    assert (weekday(PLAIN), weekday(SPRING)) == ("mon", "sun")
