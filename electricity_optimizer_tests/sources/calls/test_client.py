"""Given upstreams that answer well, badly, late or not at all."""

import datetime as dt
import time

import httpx
import pytest
import respx
import stamina

from electricity_optimizer.catalog.sources import Source, source
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import client as subject
from electricity_optimizer.sources.client import fetch, make_client, reachable
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC

URL = "https://upstream.test/price"
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)
UPSTREAM = Source(key="test", name="Test", kinds=("prices",), url=URL, licence="none", redistributable=False, production=True, timeout_s=5)


@pytest.fixture(autouse=True)
def _no_waiting_between_tries():
    with stamina.set_testing(True, attempts=3):
        yield


def ask(url=URL):
    with make_client() as client:
        return fetch(client, UPSTREAM, url, {"bzn": "DE-LU"}, now=NOW)


@respx.mock
def test_an_answer_is_kept_as_sent_with_its_request():
    route = respx.get(URL).respond(200, json={"price": [1.0]})
    fetched = ask()
    assert (fetched.outcome, fetched.body, fetched.fetched_at) == (Outcome.OK, b'{"price":[1.0]}', NOW)
    assert fetched.request == "https://upstream.test/price?bzn=DE-LU"
    assert route.calls[0].request.headers["user-agent"].startswith("electricity-optimizer/")


@respx.mock
@pytest.mark.parametrize(
    ("status", "outcome", "tries"),
    [
        (204, Outcome.NO_DATA, 1),
        (400, Outcome.PERMANENT, 1),
        (401, Outcome.AUTH, 1),
        (403, Outcome.BLOCKED, 1),
        (404, Outcome.NO_DATA, 1),
        (410, Outcome.PERMANENT, 1),
        (429, Outcome.RATE_LIMITED, 3),
        (500, Outcome.TRANSIENT, 3),
        (503, Outcome.TRANSIENT, 3),
    ],
)
def test_a_status_has_one_meaning_and_only_what_may_pass_is_tried_again(status, outcome, tries):
    route = respx.get(URL).respond(status, text="said so")
    fetched = ask()
    assert (fetched.outcome, route.call_count) == (outcome, tries)
    assert fetched.reason == f"HTTP {status}: said so"


@respx.mock
def test_html_where_data_was_due_is_a_block_although_its_status_is_200():
    respx.get(URL).respond(200, html="<!DOCTYPE html><title>Are you human?</title>")
    assert ask().outcome is Outcome.BLOCKED


@respx.mock
def test_an_empty_body_is_no_data():
    respx.get(URL).respond(200, content=b"  ")
    assert ask().outcome is Outcome.NO_DATA


@respx.mock
def test_a_transient_failure_that_passes_ends_well():
    respx.get(URL).mock(side_effect=[httpx.ConnectError("refused"), httpx.Response(502), httpx.Response(200, json=[])])
    assert ask().outcome is Outcome.OK


@respx.mock
@pytest.mark.parametrize(
    "error", [httpx.ConnectTimeout("slow"), httpx.ReadTimeout("slow"), httpx.ConnectError("Name or service not known")]
)
def test_a_connection_that_fails_is_transient_and_names_the_error(error):
    respx.get(URL).mock(side_effect=error)
    fetched = ask()
    assert fetched.outcome is Outcome.TRANSIENT
    assert fetched.reason == f"{type(error).__name__}: {error}"


@respx.mock
def test_retry_after_beyond_the_budget_is_not_waited_for_but_told():
    route = respx.get(URL).respond(429, headers={"Retry-After": "600"})
    fetched = ask()
    assert (fetched.outcome, fetched.retry_after, route.call_count) == (Outcome.RATE_LIMITED, 600.0, 1)


@respx.mock
def test_retry_after_may_be_a_date():
    respx.get(URL).respond(429, headers={"Retry-After": "Mon, 04 May 2026 12:02:00 GMT"})
    assert ask().retry_after == 120.0


@respx.mock
def test_a_body_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(subject, "MAX_BYTES", 1000)
    respx.get(URL).respond(200, content=b"1" * 2000)
    fetched = ask()
    assert (fetched.outcome, fetched.body) == (Outcome.PERMANENT, b"")


@respx.mock
def test_a_body_that_is_not_compressed_as_said_is_permanent():
    respx.get(URL).mock(return_value=httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip")))
    assert ask().outcome is Outcome.PERMANENT


@respx.mock
def test_requests_to_one_source_keep_their_spacing():
    respx.get(URL).respond(200, json=[])
    slow = UPSTREAM.model_copy(update={"key": "spaced", "minimum_spacing_s": 0.05})
    with make_client() as client:
        begin = time.monotonic()
        for _ in range(3):
            fetch(client, slow, URL, {}, now=NOW)
    assert time.monotonic() - begin >= 0.1


@respx.mock
def test_reach_tells_who_answers_and_why_others_do_not():
    respx.head(source("energy-charts").url).respond(404)
    respx.head(source("open-meteo").url).mock(side_effect=httpx.ConnectError("Name or service not known"))
    reach = reachable(Settings())
    assert reach.answering == {"energy-charts"}
    assert reach.reasons == {"open-meteo": "ConnectError: Name or service not known"}


def test_offline_asks_nobody():
    reach = reachable(Settings(offline=True))
    assert not reach
    assert set(reach.reasons) == {"energy-charts", "open-meteo"}


def test_an_upstream_that_never_answers_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(subject, "PROBE_TOTAL_SECONDS", 0.2)
    monkeypatch.setattr(subject, "_probe", lambda _: time.sleep(2) or "")
    begin = time.monotonic()
    assert reachable(Settings(), [UPSTREAM]).reasons == {"test": "no answer in time"}
    assert time.monotonic() - begin < 1
