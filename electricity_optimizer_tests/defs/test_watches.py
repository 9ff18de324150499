"""When tomorrow is asked for: in its window, not in step, not again once found, and named when it is late."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from electricity_optimizer.catalog.subscriptions import subscriptions
from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.defs.watches import (
    EVERY,
    JITTER,
    LATE_EVERY,
    after_poll,
    is_due,
    now_waiting,
    read_cursor,
    watches,
    write_cursor,
)
from electricity_optimizer.timeline import UTC

DE = watches([zone("DE-LU")], ())[0]
BERLIN = ZoneInfo("Europe/Berlin")


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def polls_of_a_day(watch, found_at=None, day="2026-05-04"):
    """Instants at which a sensor that ticks every 20 seconds asks, from 00:00 to 23:59 local."""
    now, waiting, asked = at(f"{day} 00:00"), None, []
    while now < at(f"{day} 23:59"):
        waiting = now_waiting(watch, waiting, now)
        if is_due(watch, waiting, now):
            asked.append(now)
            waiting = after_poll(watch, waiting, now, found=found_at is not None and now >= found_at)
        now += dt.timedelta(seconds=20)
    return asked, waiting


def test_nothing_is_asked_before_the_window_opens():
    asked, _ = polls_of_a_day(DE)
    assert asked[0] >= at("2026-05-04 12:45")
    assert asked[0] < at("2026-05-04 12:46:30")


def test_it_stops_when_tomorrow_was_found():
    asked, waiting = polls_of_a_day(DE, found_at=at("2026-05-04 13:10"))
    assert waiting.found
    assert at("2026-05-04 13:10") <= asked[-1] <= at("2026-05-04 13:13")


def test_pauses_are_jittered_within_bounds_and_longer_after_the_deadline():
    asked, waiting = polls_of_a_day(DE)
    deadline = DE.deadline(dt.date(2026, 5, 5))
    pauses = [(later - earlier, earlier >= deadline) for earlier, later in itertools.pairwise(asked)]
    tick = dt.timedelta(seconds=20)
    early = [pause for pause, late in pauses if not late]
    assert all(EVERY * (1 - JITTER) <= pause <= EVERY * (1 + JITTER) + tick for pause in early)
    assert len(set(early)) > 2
    assert all(pause >= LATE_EVERY * (1 - JITTER) for pause, late in pauses if late)
    assert waiting.late


def test_two_zones_do_not_ask_in_step():
    asked = {key: polls_of_a_day(watches([zone(key)], ())[0])[0][1:20] for key in ("DE-LU", "NL")}
    assert asked["DE-LU"] != asked["NL"]


def test_the_next_day_is_waited_for_anew():
    _, waiting = polls_of_a_day(DE, found_at=at("2026-05-04 13:10"))
    assert now_waiting(DE, waiting, at("2026-05-05 00:01")).day == "2026-05-06"
    assert not now_waiting(DE, waiting, at("2026-05-05 00:01")).found


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_the_window_follows_the_local_clock_when_it_changes(day):
    asked, _ = polls_of_a_day(DE, day=day)
    assert at(f"{day} 12:45") <= asked[0] < at(f"{day} 12:46:30")


def test_every_zone_and_every_active_tariff_with_a_window_is_watched():
    known = {watch.name for watch in watches(zones().values(), subscriptions().values())}
    assert set(zones()) - known <= {"GB"}  # half-hourly index prices come all day
    day = dt.date(2026, 5, 5)
    assert all(watch.opens(day) < watch.deadline(day) for watch in watches(zones().values(), subscriptions().values()))


def test_a_cursor_says_the_same_after_a_restart():
    _, waiting = polls_of_a_day(DE)
    assert read_cursor(write_cursor({"DE-LU": waiting})) == {"DE-LU": waiting}
    assert read_cursor(None) == {}
