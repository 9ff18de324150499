"""Given upstreams that answer well, badly or not at all: one attempt and what it is judged to be."""

import datetime as dt

import httpx
import pytest
import respx

from electricity_optimizer.sources.calls import body
from electricity_optimizer.sources.calls.client import LONGEST_RETRY_AFTER, attempt
from electricity_optimizer.sources.calls.keys import origin
from electricity_optimizer.sources.calls.wire import make_client
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC

URL = "https://upstream.test/price"
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)


def ask(url=URL, refusal=None, headers=None):
    def allowed(there):
        return origin(there) == origin(httpx.URL(url))

    with make_client() as client:
        request = client.build_request("GET", url, headers=headers)
        return attempt(client, request, name="asked", seconds=5, now=NOW, allowed=allowed, refusal=refusal)


@respx.mock
def test_an_answer_is_kept_as_sent_with_its_request_and_its_validators():
    route = respx.get(URL).respond(200, json={"price": [1.0]}, headers={"ETag": '"7"', "Last-Modified": "Mon, 04 May 2026 10:58:00 GMT"})
    fetched = ask()
    assert (fetched.outcome, fetched.body, fetched.fetched_at, fetched.request) == (Outcome.OK, b'{"price":[1.0]}', NOW, "asked")
    assert fetched.validators == ('"7"', "Mon, 04 May 2026 10:58:00 GMT")
    sent = route.calls[0].request.headers
    assert sent["user-agent"].startswith("electricity-optimizer/")
    assert sent["accept-encoding"] == "gzip, deflate"  # what can be decoded within bounds


@respx.mock
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Outcome.NO_DATA),
        (300, Outcome.PERMANENT),
        (400, Outcome.PERMANENT),
        (401, Outcome.AUTH),
        (403, Outcome.BLOCKED),
        (404, Outcome.NO_DATA),
        (407, Outcome.AUTH),
        (408, Outcome.TRANSIENT),
        (410, Outcome.PERMANENT),
        (425, Outcome.TRANSIENT),
        (429, Outcome.RATE_LIMITED),
        (500, Outcome.TRANSIENT),
        (502, Outcome.TRANSIENT),
        (503, Outcome.TRANSIENT),
        (504, Outcome.TRANSIENT),
        (599, Outcome.TRANSIENT),
    ],
)
def test_a_status_has_one_meaning_and_its_reason_holds_what_was_said(status, outcome):
    respx.get(URL).respond(status, text="said so")
    fetched = ask()
    assert (fetched.outcome, fetched.reason) == (outcome, f"HTTP {status}: said so")


@respx.mock
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Are you human?</title>", b" \n<HTML>", b"\xef\xbb\xbf<!doctype HTML>"])
@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", "application/xml"])
def test_html_where_data_was_due_is_a_block_although_its_status_is_200(body, kind):
    respx.get(URL).respond(200, content=body, headers={"content-type": kind})
    assert ask().outcome is Outcome.BLOCKED


@respx.mock
@pytest.mark.parametrize("body", [b'{"price": []}', b"[1]", b"<?xml version='1.0'?><Publication/>", b"MARGINALPDBC;"])
@pytest.mark.parametrize("kind", ["text/html", "image/png", ""])
def test_data_under_a_wrong_content_type_is_data(body, kind):
    respx.get(URL).respond(200, content=body, headers={"content-type": kind})
    assert ask().outcome is Outcome.OK


@respx.mock
def test_an_empty_body_is_no_data():
    respx.get(URL).respond(200, content=b"  ")
    assert (ask().outcome, ask().reason) == (Outcome.NO_DATA, "empty body")


@respx.mock
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectTimeout("slow"), Outcome.TRANSIENT),
        (httpx.ReadTimeout("slow"), Outcome.TRANSIENT),
        (httpx.ConnectError("[Errno -2] Name or service not known"), Outcome.TRANSIENT),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"), Outcome.TRANSIENT),
        (httpx.RemoteProtocolError("peer closed connection without sending complete message body"), Outcome.TRANSIENT),
        (OSError("no buffer space"), Outcome.TRANSIENT),
        (httpx.LocalProtocolError("Illegal header value"), Outcome.PERMANENT),
        (httpx.UnsupportedProtocol("ftp"), Outcome.PERMANENT),
    ],
)
def test_a_connection_that_fails_is_an_outcome_that_names_the_error(error, outcome):
    respx.get(URL).mock(side_effect=error)
    fetched = ask()
    assert (fetched.outcome, fetched.reason) == (outcome, f"{type(error).__name__}: {error}")


@respx.mock
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("600", 600.0),
        ("0", 0.0),
        ("Mon, 04 May 2026 12:02:00 GMT", 120.0),
        ("Mon, 04 May 2026 14:02:00 +0200", 120.0),
        ("Mon, 04 May 2026 11:00:00 GMT", 0.0),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("Mon, 04 May 2099 12:02:00 GMT", LONGEST_RETRY_AFTER),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("Mon, 99 May 2026 12:02:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_as_if_it_had_not_been_said(header, seconds):
    respx.get(URL).respond(503, headers=[("Retry-After", header.encode("latin-1"))])
    fetched = ask()
    assert (fetched.outcome, fetched.retry_after) == (Outcome.TRANSIENT, seconds)


@respx.mock
def test_a_body_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(body, "MAX_BYTES", 1000)
    respx.get(URL).respond(200, content=b"1" * 2000)
    fetched = ask()
    assert (fetched.outcome, fetched.body) == (Outcome.PERMANENT, b"")
    assert fetched.reason == "TooLargeError: body of 2000 bytes exceeds 1000"


@respx.mock
def test_not_modified_is_good_only_where_something_was_said_to_be_known():
    respx.get(URL).respond(304)
    known = ask(headers={"If-None-Match": '"7"'})
    assert (known.outcome, known.unchanged) == (Outcome.OK, True)
    assert ask().outcome is Outcome.TRANSIENT


@respx.mock
def test_what_the_adapter_knows_of_an_error_comes_before_the_general_rule_and_its_defect_does_not():
    respx.get(URL).respond(400, text="Reason 999")

    def defect(_status, body):
        return {}[body]

    assert ask(refusal=lambda _status, body: (Outcome.NO_DATA, body.decode())).reason == "HTTP 400: Reason 999"
    assert ask(refusal=lambda _status, _body: None).outcome is Outcome.PERMANENT
    assert ask(refusal=defect).outcome is Outcome.PERMANENT


@respx.mock
def test_a_redirect_at_home_is_followed():
    respx.get(URL).respond(301, headers={"Location": "/v2/price"})
    respx.get("https://upstream.test/v2/price").respond(200, json=[])
    assert ask().outcome is Outcome.OK


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "there", ["https://elsewhere.test", "http://upstream.test", "https://upstream.test:8443", "gopher://upstream.test"]
)
def test_a_redirect_to_another_host_or_a_less_secure_one_is_not_followed_and_the_reason_holds_the_host_alone(status, there):
    with respx.mock(assert_all_called=False) as router:
        router.get(URL).respond(status, headers={"Location": f"{there}/price?securityToken=secret"})
        elsewhere = router.route(url__startswith=there)
        fetched = ask()
    assert fetched.outcome is Outcome.PERMANENT
    assert fetched.reason == f"HTTP {status} redirects to {there.removesuffix(':8443')}, which is not its own"
    assert not elsewhere.called


@respx.mock
def test_redirects_in_a_circle_end():
    route = respx.get(URL).respond(302, headers={"Location": URL})
    assert (ask().outcome, route.call_count) == (Outcome.PERMANENT, 6)


@respx.mock
@pytest.mark.parametrize("location", ["https://[broken/", "https://upstream.test:99999999/", "gopher:", "//", "https://\x00/"])
def test_a_redirect_to_nonsense_is_an_outcome(location):
    respx.get(URL).respond(302, headers={"Location": location})
    assert ask().outcome in {Outcome.PERMANENT, Outcome.TRANSIENT}
