"""The rules of a circuit breaker: what opens it, for how long, and what closes it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.sources.calls.breaker import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PROBE,
    TOLERATED,
    after,
    is_open,
    position,
    why_open,
    worth_noting,
)
from electricity_optimizer.sources.calls.limits import PATIENCE_S
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import SourceState

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = dt.timedelta(minutes=1)
CLOSED = SourceState("test")


def fetched(outcome, retry_after=None):
    return Fetched(b"", "asked", NOW, Outcome(outcome), "said so", retry_after)


def failing(times, outcome="transient", state=CLOSED):
    for _ in range(times):
        state = after(state, fetched(outcome), NOW)
    return state


def pause(state):
    return None if state.retry_at is None else state.retry_at - NOW


def test_some_failures_in_a_row_open_nothing_and_the_next_one_does():
    assert position(failing(TOLERATED), NOW) == "closed"
    opened = failing(TOLERATED + 1)
    assert (position(opened, NOW), pause(opened)) == ("open", FIRST_PAUSE)
    assert why_open(opened) == "circuit breaker open until 2026-05-04 12:05 UTC after 5 failures: said so"


def test_a_success_between_failures_counts_them_from_the_start():
    state = after(failing(TOLERATED), fetched("ok"), NOW)
    assert position(failing(TOLERATED, state=state), NOW) == "closed"


@pytest.mark.parametrize(("outcome", "minutes"), [("auth", 60), ("blocked", 30), ("rate_limited", 5)])
def test_a_wrong_key_a_bot_wall_and_a_used_up_budget_open_at_once(outcome, minutes):
    assert pause(failing(1, outcome)) == minutes * MINUTE


@pytest.mark.parametrize("outcome", ["ok", "no_data", "not_yet"])
def test_no_data_comes_from_a_healthy_upstream_and_closes_it(outcome):
    closed = after(failing(7), fetched(outcome), NOW)
    assert (position(closed, NOW), closed.failures, closed.last_ok_at) == ("closed", 0, NOW)


def test_open_becomes_half_open_and_a_probe_that_fails_opens_it_for_twice_as_long_up_to_six_hours():
    state, now, pauses = failing(TOLERATED + 1), NOW, []
    for _ in range(9):
        now = state.retry_at
        assert position(state, now - MINUTE) == "open"
        assert position(state, now) == "half-open"
        state = after(state, fetched("transient"), now, probing=True)
        pauses.append(state.retry_at - now)
    assert pauses == [minutes * MINUTE for minutes in (10, 20, 40, 80, 160, 320, 360, 360, 360)]


def test_the_claim_of_a_probe_does_not_make_its_own_failure_late_news():
    claimed = SourceState("test", failures=5, retry_at=NOW + PROBE)
    assert pause(after(claimed, fetched("transient"), NOW, probing=True)) == 2 * FIRST_PAUSE


def test_calls_that_were_under_way_when_it_opened_lengthen_nothing():
    opened = failing(TOLERATED + 1)
    assert pause(failing(5, state=opened)) == pause(opened)


def test_a_call_under_way_that_succeeds_closes_it():
    assert position(after(failing(TOLERATED + 1), fetched("ok"), NOW), NOW) == "closed"


@pytest.mark.parametrize(
    ("outcome", "seconds", "minutes"),
    [
        ("rate_limited", 3600, 60),
        ("rate_limited", 10, 5),  # our own pause is longer
        ("rate_limited", 86_400, 1440),  # longer than we would
        ("transient", 600, 10),  # 503 with a time: it opens although it is the first failure
        ("transient", 0, None),
    ],
)
def test_the_time_that_an_upstream_says_is_the_least(outcome, seconds, minutes):
    state = after(CLOSED, fetched(outcome, float(seconds)), NOW)
    assert pause(state) == (None if minutes is None else minutes * MINUTE)


def test_a_probe_keeps_others_waiting_longer_than_a_request_may_take():
    assert PROBE.total_seconds() > 120 + PATIENCE_S  # the catalogue allows a budget of 120 s at most


def test_what_changes_is_noted_at_once_and_that_all_is_well_every_five_minutes():
    well = after(CLOSED, fetched("ok"), NOW)
    assert worth_noting(CLOSED, well)
    assert not worth_noting(well, after(well, fetched("ok"), NOW + 4 * MINUTE))
    assert worth_noting(well, after(well, fetched("ok"), NOW + 5 * MINUTE))
    assert worth_noting(well, after(well, fetched("transient"), NOW))
    assert worth_noting(failing(1), failing(2))


@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.none() | st.floats(0, 86_400), st.integers(0, 40_000)), max_size=40))
def test_whatever_happens_a_source_is_asked_again_within_a_day_and_never_closed_by_a_failure(events):
    state, now = CLOSED, NOW
    for outcome, retry_after, seconds in events:
        now += dt.timedelta(seconds=seconds)
        probing = position(state, now) == "half-open"
        was_open, state = is_open(state, now), after(state, fetched(outcome, retry_after), now, probing=probing)
        assert state.retry_at is None or state.retry_at - now <= max(LONGEST_PAUSE, dt.timedelta(days=1))
        if outcome in {Outcome.OK, Outcome.NO_DATA, Outcome.NOT_YET}:
            assert (state.failures, state.retry_at) == (0, None)
        elif was_open:
            assert is_open(state, now)
