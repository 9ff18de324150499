"""The publication sensor against a day of the market: one run when tomorrow is there, an alarm when it is late."""

import datetime as dt

import dagster as dg
import httpx
import pytest
import respx
import stamina

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.late import tomorrow_published
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.sensors import evaluate
from electricity_optimizer.defs.watches import watches
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.wire import energy_charts

OPEN = dt.datetime(2026, 5, 4, 11, 0, tzinfo=UTC)  # 13:00 in Berlin
DEADLINE = watches([zone("DE-LU")], ())[0].deadline(dt.date(2026, 5, 5))


class Clock:
    """A clock that a test moves."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def _no_waiting_between_tries():
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def clock():
    return Clock(OPEN)


@pytest.fixture
def desk(tmp_path, clock):
    return Desk(load_settings(home=tmp_path / "home", zones=("DE-LU",), allow_simulator=False), clock)


def published(request):
    status, kind, body = energy_charts.answer(str(request.url), lambda start: 50.0 + start.hour)
    return httpx.Response(status, content=body, headers={"content-type": kind})


@pytest.fixture
def upstream():
    """energy-charts and nobody else: every other host is down."""
    with respx.mock(assert_all_called=False) as router:
        route = router.get(host="api.energy-charts.info").mock(return_value=httpx.Response(404, text="no content available"))
        router.route().mock(side_effect=httpx.ConnectError("down"))
        yield route


def test_before_the_window_nobody_is_asked(desk, clock, upstream):
    clock.now = OPEN - dt.timedelta(hours=2)
    result = evaluate(desk, None)
    assert (upstream.call_count, result.run_requests) == (0, [])
    assert "waiting for DE-LU" in str(result.skip_reason)


def test_one_run_for_tomorrow_when_it_is_there_and_none_after(desk, clock, upstream):
    first = evaluate(desk, None)
    assert (upstream.call_count, first.run_requests) == (1, [])
    upstream.mock(side_effect=published)
    clock.now += dt.timedelta(minutes=3)
    second = evaluate(desk, first.cursor)
    [run] = second.run_requests
    assert run.tags["dagster/asset_partition_range_start"] == "2026-05-05"
    assert run.run_config["ops"]["prices"]["config"] == {"zones": ["DE-LU"]}
    assert len(desk.warehouse.records("price_record", "DE-LU", dt.date(2026, 5, 5), dt.date(2026, 5, 5))) == 96
    clock.now += dt.timedelta(minutes=30)
    third = evaluate(desk, second.cursor)
    assert (upstream.call_count, third.run_requests) == (2, [])


def test_a_pause_is_kept_between_polls(desk, clock, upstream):
    first = evaluate(desk, None)
    clock.now += dt.timedelta(seconds=20)
    evaluate(desk, first.cursor)
    assert upstream.call_count == 1


def test_after_the_deadline_it_is_told_once(desk, clock, upstream):
    clock.now = DEADLINE + dt.timedelta(minutes=1)
    late = evaluate(desk, None)
    [event] = late.asset_events
    assert (event.check_name, event.passed, event.severity) == ("tomorrow_published", False, dg.AssetCheckSeverity.ERROR)
    assert "DE-LU for 2026-05-05 were due at" in event.description
    clock.now += dt.timedelta(hours=1)
    assert evaluate(desk, late.cursor).asset_events == []
    assert upstream.call_count == 2


def test_the_check_says_the_same(desk, clock):
    assert tomorrow_published(desk).passed
    clock.now = DEADLINE
    result = tomorrow_published(desk)
    assert not result.passed
    assert "DE-LU 2026-05-05" in result.description


def test_offline_nobody_is_asked(tmp_path, clock, upstream):
    desk = Desk(load_settings(home=tmp_path / "home", zones=("DE-LU",), offline=True), clock)
    assert evaluate(desk, None).skip_reason.skip_message == "EO_OFFLINE is set"
    assert upstream.call_count == 0
