"""Years of a zone: only what is missing is asked for, in requests as large as the source allows, and nothing of it twice."""

import datetime as dt
import itertools
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.sources import source, sources
from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.sources.ask import windows
from electricity_optimizer.sources.ingest import BACKFILL, DEEP
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer_tests.sources.conftest import NOW, TODAY, only
from electricity_optimizer_tests.sources.wire import awattar, energy_charts

DE = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts",)})
ENERGY_CHARTS = only("energy-charts")
DAY = dt.timedelta(days=1)


def price(start):
    return round((int(start.timestamp()) // 900) % 4001 / 10 - 30, 1)


def answering(asked, price=price):
    """energy-charts at its own address; `asked` collects the first and last day of each request."""

    def respond(request):
        asked.append(tuple(dt.date.fromisoformat(request.url.params[name]) for name in ("start", "end")))
        status, kind, body = energy_charts.answer(str(request.url), price)
        return httpx.Response(status, content=body, headers={"content-type": kind})

    return respx.get(source("energy-charts").url).mock(side_effect=respond)


def without_waiting(monkeypatch):
    monkeypatch.setattr("electricity_optimizer.sources.calls.line.acquire", lambda *_: 0.0)


@given(st.sets(st.integers(0, 400), min_size=1), st.integers(1, 400))
def test_windows_hold_every_missing_day_once_begin_and_end_on_one_and_are_never_too_large(missing, size):
    days = {TODAY + k * DAY for k in missing}
    found = windows(days, size)
    covered = [day for first, last in found for day in delivery_days(first, last)]
    assert days <= set(covered)
    assert len(covered) == len(set(covered))
    for first, last in found:
        assert first in days
        assert last in days
        assert (last - first).days < size
    for (first, _), (following, _) in itertools.pairwise(found):
        assert (following - first).days >= size  # none could have been asked with the one before


STARTS = itertools.count(0, 60)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 39), max_size=39))
def test_whatever_is_held_the_rest_is_asked_for_and_no_held_day_at_its_ends(desk, monkeypatch, held):
    without_waiting(monkeypatch)
    desk, first = desk(allow_simulator=False), dt.date(2019, 1, 1) + next(STARTS) * DAY
    days = [first + k * DAY for k in range(40)]
    asked: list = []
    with respx.mock:
        answering(asked)
        for k in sorted(held):
            desk("prices", days[k], reach=None, place=DE)
        asked.clear()
        report = desk("prices", days[0], days[-1], reach=None, place=DE)
        missing = [day for k, day in enumerate(days) if k not in held]
        assert asked == ([(missing[0], missing[-1])] if missing else [])
        assert (report.held_days, report.missing_days) == (len(held), [])
        assert report.revised == 0
        asked.clear()
        assert desk("prices", days[0], days[-1], reach=None, place=DE).held_days == 40
        assert asked == []


@respx.mock
def test_requests_are_as_large_as_the_source_allows(desk, monkeypatch):
    without_waiting(monkeypatch)
    asked: list = []
    answering(asked)
    report = desk()("prices", dt.date(2020, 1, 1), dt.date(2022, 6, 30), reach=None, place=DE)
    assert [(last - first).days + 1 for first, last in asked] == [365, 365, 182]
    assert report.new == 912 * 24 - 1  # three springs and two autumns


class Hanging(BaseHTTPRequestHandler):
    """energy-charts over a socket, whose second answer never comes."""

    def do_GET(self):
        self.server.count += 1
        if self.server.count == 2:
            self.server.over.wait(30)
            return
        _, kind, body = energy_charts.answer(f"http://127.0.0.1{self.path}", price)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads it."""


@pytest.fixture
def hanging():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hanging)
    server.count, server.over = 0, threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_backfill_that_was_killed_goes_on_where_it_stopped(desk, hanging):
    desk, first, last = desk(allow_simulator=False), dt.date(2019, 1, 1), dt.date(2020, 1, 20)  # two requests
    command = [
        sys.executable,
        "-m",
        "electricity_optimizer_tests.sources.backfiller",
        str(desk.settings.home),
        hanging,
        str(first),
        str(last),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        said = child.stdout.readline()
        child.kill()
    assert said == "DE-LU prices energy-charts: 365 of 385 days, ok\n"
    assert desk.prices(first, last).height == 365 * 24
    with respx.mock:
        answering(asked := [])
        report = desk("prices", first, last, reach=None, place=DE, effort=BACKFILL)
    assert asked == [(first + 365 * DAY, last)]
    assert (report.held_days, report.new, report.missing_days) == (365, 20 * 24, [])
    assert desk.prices(first, last)["revision"].unique().to_list() == [1]


# --- parts of days, revisions, witnesses


@respx.mock
def test_a_day_whose_parts_come_in_several_answers_is_joined(desk, monkeypatch):
    """Lisbon's market days begin an hour before Berlin's end: an upstream that answers by Berlin days cuts each in two."""
    without_waiting(monkeypatch)
    moved = source("energy-charts").model_copy(update={"days_per_request": 1})
    monkeypatch.setitem(sources(), "energy-charts", moved)
    place = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts",), "tz": "Europe/London"})
    monkeypatch.setitem(zones(), "DE-LU", place)
    halves: list = []

    def respond(request):
        first = dt.date.fromisoformat(request.url.params["start"])
        halves.append(first)
        _, kind, body = energy_charts.answer(f"{request.url.copy_with(params={'bzn': 'DE-LU', 'start': first, 'end': first})}", price)
        return httpx.Response(200, content=body, headers={"content-type": kind})

    respx.get(moved.url).mock(side_effect=respond)
    desk = desk(allow_simulator=False)
    report = desk("prices", TODAY - 3 * DAY, TODAY - DAY, reach=None, place=place)
    assert len(halves) == 3
    assert report.missing_days == [TODAY - DAY]  # its last hour is in the answer of the next Berlin day
    rows = desk.prices(TODAY - 3 * DAY, TODAY - DAY)
    assert rows.height == 2 * 96
    assert rows["payload_sha256"].n_unique() == 3


@respx.mock
def test_a_deep_ingest_picks_up_a_revision_and_what_was_known_before_can_still_be_read(desk, monkeypatch):
    without_waiting(monkeypatch)
    desk = desk(allow_simulator=False)
    answering([])
    desk("prices", TODAY, reach=ENERGY_CHARTS, place=DE)
    answering([], lambda start: price(start) + 1)
    later = NOW + dt.timedelta(hours=6)
    assert desk("prices", TODAY, reach=ENERGY_CHARTS, now=later, place=DE).held_days == 1  # held: not asked
    report = desk("prices", TODAY, reach=ENERGY_CHARTS, now=later, place=DE, effort=DEEP)
    assert (report.new, report.revised, report.held_days) == (0, 96, 0)
    assert desk.prices()["revision"].unique().to_list() == [2]
    before, now = (desk.prices(as_of=moment) for moment in (later - DAY / 24, later + DAY / 24))
    assert before["revision"].unique().to_list() == [1]
    assert (now["price"] - before["price"]).round(6).unique().to_list() == [1.0]


@respx.mock
def test_a_deep_ingest_asks_a_second_real_source_as_a_witness_and_no_third(desk, monkeypatch):
    without_waiting(monkeypatch)
    answering([])
    witness = respx.get(source("awattar").url).mock(
        side_effect=lambda request: httpx.Response(200, content=awattar.answer(str(request.url), price)[2])
    )
    place = zone("DE-LU").model_copy(update={"price_sources": ("files", "energy-charts", "awattar", "smard", "simulator")})
    report = desk()("prices", TODAY, reach=None, place=place, effort=DEEP)
    assert {entry.source: entry.days for entry in report.outcomes} == {"files": 0, "energy-charts": 1, "awattar": 1}
    assert witness.called


@respx.mock
@pytest.mark.parametrize("status", [429, 500, 401, 404, 200])
def test_a_source_in_trouble_ends_with_its_reason_and_the_next_one_is_asked_for_its_days(desk, monkeypatch, status):
    without_waiting(monkeypatch)
    respx.get(source("energy-charts").url).respond(status, json={"nothing": "of use"})
    respx.get(source("awattar").url).mock(
        side_effect=lambda request: httpx.Response(200, content=awattar.answer(str(request.url), price)[2])
    )
    place = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts", "awattar")})
    told: list = []
    report = desk()("prices", TODAY - DAY, TODAY, reach=None, place=place, progress=told.append)
    assert [(entry.source, entry.days) for entry in report.outcomes] == [("energy-charts", 0), ("awattar", 2)]
    assert report.outcomes[0].reason
    assert told[0].startswith("DE-LU prices energy-charts: 0 of 2 days, ")
    assert told[1] == "DE-LU prices awattar: 2 of 2 days, ok"


@respx.mock
def test_a_defect_in_one_parser_stops_no_neighbour_and_loses_no_bytes(desk, monkeypatch):
    without_waiting(monkeypatch)

    def defect(_body, **_):
        raise KeyError("price")

    monkeypatch.setattr("electricity_optimizer.sources.energy_charts.parse", defect)
    answering([])
    respx.get(source("awattar").url).mock(
        side_effect=lambda request: httpx.Response(200, content=awattar.answer(str(request.url), price)[2])
    )
    place = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts", "awattar")})
    desk = desk()
    broken, well = desk("prices", TODAY, reach=None, place=place).outcomes
    assert (str(broken.outcome), str(well.outcome)) == ("schema_changed", "ok")
    assert "defect of the parser: KeyError: 'price' (test_gaps.py:" in broken.reason
    (kept,) = desk.warehouse.kept_payloads("energy-charts")
    assert b"unix_seconds" in desk.warehouse.load_payload(kept.sha256)
    assert desk.prices()["source"].unique().to_list() == ["awattar"]


@respx.mock
def test_an_adapter_that_cannot_be_loaded_stops_no_neighbour(desk, monkeypatch):
    without_waiting(monkeypatch)
    monkeypatch.setitem(sources(), "not-written", source("energy-charts").model_copy(update={"key": "not-written"}))
    answering([])
    place = zone("DE-LU").model_copy(update={"price_sources": ("not-written", "energy-charts")})
    absent, there = desk()("prices", TODAY, reach=None, place=place).outcomes
    assert absent.reason == "its adapter cannot be loaded: No module named 'electricity_optimizer.sources.not_written'"
    assert there.days == 1


@respx.mock
def test_a_refresh_that_fails_leaves_what_is_held_and_simulates_nothing_beside_it(desk, monkeypatch):
    without_waiting(monkeypatch)
    place = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts", "simulator")})
    desk = desk()
    answering([])
    desk("prices", TODAY, reach=ENERGY_CHARTS, place=place)
    before = desk.prices()
    respx.get(source("energy-charts").url).respond(503)
    report = desk("prices", TODAY, reach=ENERGY_CHARTS, place=place, effort=DEEP)
    assert report.missing_days == []
    assert [entry.source for entry in report.outcomes] == ["energy-charts"]
    assert desk.prices().equals(before)


@respx.mock
def test_a_poll_that_finds_everything_held_asks_nobody_and_costs_a_few_milliseconds(desk, monkeypatch):
    without_waiting(monkeypatch)
    desk = desk(allow_simulator=False)
    route = answering([])
    for _ in range(2):  # the second one warms what the measured ones use
        desk("prices", TODAY - DAY, TODAY, reach=None, place=DE)
    calls = route.call_count
    began = time.process_time()
    for _ in range(20):
        assert desk("prices", TODAY - DAY, TODAY, reach=None, place=DE).held_days == 2
    assert (time.process_time() - began) / 20 < 0.02
    assert route.call_count == calls
