"""The line to an upstream, given a warehouse: tries, the breaker, conditional requests, and no secret anywhere."""

import datetime as dt
import logging
import time
from dataclasses import replace

import httpx
import pytest
import respx
import stamina

from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.calls import body
from electricity_optimizer.sources.calls.breaker import PROBE
from electricity_optimizer.sources.calls.line import Line, name_of
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import KeptPayload, SourceState
from electricity_optimizer_tests.sources.calls.conftest import upstream

URL = "https://upstream.test/price"
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = "k3y-0f-the-installation"
UPSTREAM = upstream()
KEYED = upstream(key_in="query:securityToken")
REQUEST = Request(URL, {"bzn": "DE-LU"})
NAMED = f"{URL}?bzn=DE-LU"


@pytest.fixture
def line(one_desk):
    with Line.open(Settings(home=one_desk.settings.home, keys={"test": KEY}), one_desk.warehouse) as opened:
        yield opened


def call(line, request=REQUEST, source=UPSTREAM, now=NOW):
    fetched = line.call(source, request, now=now)
    line.note(source, fetched, now)
    return fetched


def state(line):
    return line.warehouse.source_state("test")


@respx.mock
def test_a_call_is_named_without_its_key_and_dated_by_the_clock_that_goes_on(line):
    route = respx.get(URL).respond(200, json=[])
    fetched = call(line, source=KEYED)
    assert fetched.request == NAMED
    assert route.calls[0].request.url.params["securityToken"] == KEY
    assert NOW < fetched.fetched_at < NOW + dt.timedelta(minutes=1)


@respx.mock
@pytest.mark.parametrize(("status", "tries"), [(200, 1), (204, 1), (400, 1), (401, 1), (403, 1), (404, 1), (429, 1), (500, 3), (503, 3)])
def test_only_what_may_pass_is_tried_again(line, status, tries):
    route = respx.get(URL).respond(status, text="[]")
    call(line)
    assert route.call_count == tries


@respx.mock
def test_a_transient_failure_that_passes_ends_well_and_leaves_the_breaker_closed(line):
    respx.get(URL).mock(side_effect=[httpx.ConnectError("refused"), httpx.Response(502), httpx.Response(200, json=[])])
    assert call(line).outcome is Outcome.OK
    assert state(line).failures == 0


@respx.mock
def test_retry_after_within_the_budget_is_waited_for_also_where_it_is_a_date(line):
    now = dt.datetime.now(UTC)
    headers = {"Retry-After": (now + dt.timedelta(seconds=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    answers = [httpx.Response(429, headers={"Retry-After": "1"}), httpx.Response(503, headers=headers), httpx.Response(200, json=[])]
    respx.get(URL).mock(side_effect=answers)
    with stamina.set_testing(False):
        began = time.monotonic()
        assert call(line, now=now).outcome is Outcome.OK
    assert 1 <= time.monotonic() - began < 4


@respx.mock
def test_retry_after_beyond_the_budget_is_not_waited_for_but_opens_the_breaker_for_that_long(line):
    route = respx.get(URL).respond(429, headers={"Retry-After": "900"})
    assert (call(line).retry_after, route.call_count) == (900.0, 1)
    assert state(line).retry_at - NOW >= dt.timedelta(seconds=900)
    assert call(line, now=NOW + dt.timedelta(seconds=890)).asked is False
    assert route.call_count == 1


@respx.mock
def test_the_whole_life_of_the_breaker(line):
    route = respx.get(URL).respond(500)
    for _ in range(5):
        assert call(line).asked
    assert route.call_count == 15
    refused = call(line)
    assert (refused.outcome, refused.asked, route.call_count) == (Outcome.TRANSIENT, False, 15)
    assert refused.reason.startswith("circuit breaker open until 2026-05-04 12:05 UTC after 5 failures: HTTP 500")
    half_open = NOW + dt.timedelta(minutes=6)
    assert call(line, now=half_open).asked  # one try alone
    assert route.call_count == 16
    assert state(line).retry_at - half_open >= dt.timedelta(minutes=10)
    route.respond(200, json=[])
    assert call(line, now=half_open + dt.timedelta(minutes=11)).outcome is Outcome.OK
    assert (state(line).failures, state(line).retry_at) == (0, None)


@respx.mock
def test_of_two_lines_that_find_it_half_open_one_asks_and_the_other_says_why_not(line):
    respx.get(URL).respond(200, json=[])
    line.warehouse.put_source_state(SourceState("test", 5, NOW - dt.timedelta(minutes=1)))
    other = Line.open(line.settings, line.warehouse)
    assert line.call(UPSTREAM, REQUEST, now=NOW).asked  # its body is being read
    waiting = other.call(UPSTREAM, REQUEST, now=NOW)
    assert (waiting.asked, waiting.reason.partition(" UTC")[0]) == (False, "circuit breaker open until 2026-05-04 12:03")
    assert line.call(UPSTREAM, REQUEST, now=NOW).asked  # its second step: it holds the probe
    assert other.call(UPSTREAM, REQUEST, now=NOW + PROBE + dt.timedelta(minutes=1)).asked  # whoever probed has died


@respx.mock
def test_what_is_not_asked_says_nothing_about_the_upstream(line):
    limited = upstream(limits=("1/day",))
    respx.get(URL).respond(200, json=[])
    assert call(line, source=limited).asked
    refused = call(line, source=limited)
    assert (refused.outcome, refused.asked) == (Outcome.RATE_LIMITED, False)
    assert refused.reason == "our own limit 1/day is used up, next turn in 86400 s"
    assert state(line).failures == 0


@respx.mock
def test_a_try_for_which_no_turn_is_left_ends_with_what_the_one_before_said(line):
    route = respx.get(URL).respond(500)
    fetched = call(line, source=upstream(limits=("2/day",)))
    assert (fetched.outcome, fetched.asked, route.call_count) == (Outcome.TRANSIENT, True, 2)


@respx.mock
def test_all_calls_together_end_by_the_deadline_of_the_line_and_their_lack_of_time_is_not_the_upstreams_fault(one_desk, serve):
    silent = serve(lambda _connection, _head: silent.over.wait(10))
    slow = upstream(silent.url)
    respx.route(host="127.0.0.1").pass_through()
    with Line.open(one_desk.settings, one_desk.warehouse, 0.5) as short:
        began = time.monotonic()
        assert call(short, Request(silent.url), slow).outcome is Outcome.TRANSIENT
        assert call(short, Request(silent.url), slow).reason == "no time is left"
    assert time.monotonic() - began < 2
    assert one_desk.warehouse.source_state("test").failures == 0


def test_a_request_with_all_its_tries_ends_within_its_budget(one_desk, serve):
    drip = serve(lambda connection, _head: [connection.sendall(b"x") for _ in range(200) if not drip.over.wait(0.02)])
    with Line.open(one_desk.settings, one_desk.warehouse) as opened:
        began = time.monotonic()
        fetched = call(opened, Request(drip.url), upstream(drip.url, timeout_s=0.4, budget_s=1.0))
    assert (fetched.outcome, fetched.reason) == (Outcome.TRANSIENT, "no whole answer within 1 s")
    assert time.monotonic() - began < 1.5


# --- conditional requests


def conditional(route):
    """Answers with an ETag, and 304 to whoever knows it."""

    def respond(request):
        known = request.headers.get("if-none-match") == '"7"'
        return httpx.Response(304) if known else httpx.Response(200, json=[7], headers={"ETag": '"7"'})

    route.mock(side_effect=respond)
    return route


def keep(line, fetched):
    kept = KeptPayload("", "test", fetched.request, fetched.fetched_at, "ok", validators=fetched.validators)
    return line.warehouse.store_payload(fetched.body, kept)


@respx.mock
def test_an_answer_that_has_not_changed_is_given_from_the_store(line):
    route = conditional(respx.get(URL))
    keep(line, call(line))
    again = call(line)
    assert (again.outcome, again.unchanged, again.body, again.validators) == (Outcome.OK, True, b"[7]", ('"7"', ""))
    assert route.calls[1].request.headers["if-none-match"] == '"7"'
    assert call(line, Request(URL, {"bzn": "FR"})).unchanged is False  # another question


@respx.mock
@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_an_answer_whose_bytes_are_lost_is_asked_for_anew_and_is_there_again(line, harm):
    conditional(respx.get(URL))
    sha256 = keep(line, call(line))
    (path,) = (one for one in line.warehouse.payloads.folder.rglob("*") if one.is_file())
    path.unlink() if harm == "lost" else path.write_bytes(b"x")
    again = call(line)
    assert (again.outcome, again.unchanged, again.body) == (Outcome.OK, False, b"[7]")
    keep(line, again)
    assert line.warehouse.load_payload(sha256) == b"[7]"


@respx.mock
def test_a_login_and_a_posted_question_are_never_conditional(line):
    route = conditional(respx.route(url=URL))
    keep(line, replace(call(line), request=NAMED))
    for request in (replace(REQUEST, keep=False), replace(REQUEST, method="POST", json={})):
        call(line, request)
        assert "if-none-match" not in route.calls.last.request.headers


# --- secrets


@respx.mock
@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (KEYED, httpx.Response(401, text=f"the key {KEY} is not known")),
        (KEYED, httpx.Response(200, json={"request": {"securityToken": KEY}})),
        (KEYED, httpx.Response(302, headers={"Location": f"https://elsewhere.test/{KEY}?securityToken={KEY}"})),
        (KEYED, httpx.Response(302, headers={"Location": f"https://upstream.test:{KEY}/"})),
        (KEYED, httpx.ConnectError(f"no route to {URL}?securityToken={KEY}")),
        (upstream(key_in="header:x-api-key"), httpx.LocalProtocolError(f"Illegal header value b'{KEY}'")),
        (upstream(key_in="bearer"), httpx.Response(403, text=f"Authorization: Bearer {KEY}")),
        (upstream(key_in="basic"), httpx.Response(500, text=f"{KEY}")),
    ],
)
def test_a_key_is_nowhere_in_what_is_handed_on_written_down_or_logged(line, source, answer, caplog):
    respx.get(url__startswith=URL).mock(side_effect=[answer] * 3)
    with caplog.at_level(logging.DEBUG):
        fetched = call(line, source=source)
    assert KEY not in repr(fetched)
    assert KEY not in repr(state(line))
    assert KEY not in caplog.text


@respx.mock
def test_tries_are_neither_printed_nor_logged(line, caplog, capfd):
    answers = [httpx.Response(503, text=f"busy, {KEY}", headers={"Retry-After": "0"}), httpx.Response(200, json=[])]
    respx.get(URL).mock(side_effect=answers)
    with caplog.at_level(logging.DEBUG), stamina.set_testing(False):
        assert call(line, source=KEYED).outcome is Outcome.OK
    assert KEY not in f"{caplog.text} {[vars(record) for record in caplog.records]}"
    assert (*capfd.readouterr(),) == ("", "")


@pytest.mark.parametrize("address", ["localhost:8080", "ftp://127.0.0.1/", "https://127.0.0.1:port", "https://"])
def test_an_address_of_the_settings_that_is_none_is_an_outcome_that_names_the_setting(one_desk, address):
    settings = Settings(home=one_desk.settings.home, source_urls={"test": address})
    with Line.open(settings, one_desk.warehouse) as opened:
        fetched = call(opened)
    assert (fetched.outcome, fetched.asked) == (Outcome.PERMANENT, False)
    assert fetched.reason == "EO_SOURCE_URLS__TEST: is no address (write it like https://host/path)"


@respx.mock
def test_a_link_that_repeats_the_key_is_named_without_it_and_the_token_of_a_login_is_not_repeated(line):
    route = respx.get(URL).respond(400, text="token tok-123456789 has expired")
    following = Request(f"{URL}?page=2&securityToken={KEY}", secrets={"Authorization": "Bearer tok-123456789"})
    fetched = call(line, following, KEYED)
    assert fetched.request == f"{URL}?page=2&securityToken=[key]"
    assert fetched.reason == "HTTP 400: token [key] has expired"
    sent = route.calls[0].request
    assert (sent.url.params.get_list("securityToken"), sent.headers["authorization"]) == ([KEY], "Bearer tok-123456789")


@respx.mock(assert_all_called=False)
def test_a_link_to_a_foreign_host_is_refused_and_nothing_is_sent(line, respx_mock):
    foreign = respx_mock.route(host="elsewhere.test")
    fetched = call(line, Request("https://elsewhere.test/page/2"), KEYED)
    assert (fetched.outcome, fetched.asked, fetched.reason) == (Outcome.PERMANENT, False, "a link leads away from Test")
    assert not foreign.called


@pytest.mark.parametrize("location", ["https://elsewhere.test/price", "http://upstream.test/price", "//elsewhere.test/price"])
@pytest.mark.parametrize("key_in", ["query:securityToken", "header:x-api-key", "basic", ""])
def test_a_redirect_away_from_home_is_not_followed_with_or_without_a_key(line, location, key_in):
    with respx.mock as router:
        route = router.route(url__startswith=URL).respond(307, headers={"Location": location})  # any other address would raise
        assert call(line, source=upstream(key_in=key_in)).outcome is Outcome.PERMANENT
    assert route.call_count == 1


@respx.mock
def test_a_redirect_to_another_host_of_the_same_source_is_followed(line):
    respx.get(URL).respond(301, headers={"Location": "https://archive.upstream.test/price"})
    respx.get("https://archive.upstream.test/price").respond(200, json=[])
    assert call(line, source=upstream(archive_url="https://archive.upstream.test/")).outcome is Outcome.OK


def test_a_key_that_cannot_be_sent_is_an_outcome(one_desk):
    settings = Settings(home=one_desk.settings.home, keys={"test": "schlüssel-mit-umlaut"})
    with Line.open(settings, one_desk.warehouse) as opened:
        fetched = call(opened, source=upstream(key_in="header:x-api-key"))
    assert fetched.outcome is Outcome.PERMANENT
    assert "umlaut" not in repr(fetched)


# --- bodies over the wire


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n[", Outcome.PERMANENT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2", Outcome.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1, 2", Outcome.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 3000, Outcome.PERMANENT),
        (b"\x16\x03\x01 is this TLS?", Outcome.TRANSIENT),
        (b"", Outcome.TRANSIENT),
        (b"HTTP/1.1 200 OK\r\nX: " + b"h" * 200_000, Outcome.TRANSIENT),
    ],
    ids=["announces 100 MB", "cut off", "chunk cut off", "too long, unannounced", "no HTTP", "closes at once", "headers without end"],
)
def test_a_body_that_is_no_answer_is_an_outcome(one_desk, serve, monkeypatch, sent, outcome):
    monkeypatch.setattr(body, "MAX_BYTES", 2000)
    server = serve(lambda connection, _head: connection.sendall(sent))
    with Line.open(one_desk.settings, one_desk.warehouse) as opened:
        assert call(opened, Request(server.url), upstream(server.url)).outcome is outcome


def test_the_name_of_a_request_tells_its_method_its_parameters_and_its_question():
    assert name_of(Request(f"{URL}?a=1&a=2", {"b": "x y"})) == f"{URL}?a=1&a=2&b=x+y"
    assert name_of(Request(URL, method="POST", json={"day": "2026-05-04"})) == f'POST {URL} {{"day":"2026-05-04"}}'
