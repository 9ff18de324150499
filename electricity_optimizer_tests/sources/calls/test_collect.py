"""Asking one source: answers kept and parsed in turn, pages followed, and no defect of an adapter that stops its neighbours."""

import datetime as dt

import httpx
import orjson
import pytest
import respx

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.calls import collect as subject
from electricity_optimizer.sources.calls.collect import collect
from electricity_optimizer.sources.calls.line import Line
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer.warehouse import SourceState
from electricity_optimizer_tests.sources.adapters import URL, adapter, rows
from electricity_optimizer_tests.sources.calls.conftest import upstream
from electricity_optimizer_tests.sources.conftest import NOW, TODAY

DAY = [[int(start.timestamp()), 15, 50.0] for start in interval_starts(TODAY, "Europe/Berlin", 15)]


@pytest.fixture
def line(one_desk):
    with Line.open(one_desk.settings, one_desk.warehouse) as opened:
        yield opened


def gather(module, line, source=None, days=(TODAY,)):
    ask = Ask("prices", zone("DE-LU"), tuple(days), NOW, source or upstream(), Settings())
    return list(collect(module, ask, line))


def ended(pieces):
    return [(piece.fetched.outcome, piece.fetched.reason) for piece in pieces]


def stored(line):
    """Outcome and bytes of what was kept, in the order it came."""
    kept = line.warehouse.kept_payloads("test")
    return [(one.outcome, line.warehouse.load_payload(one.sha256)) for one in kept]


def no_rows(pieces):
    return all(frame.is_empty() for piece in pieces for frame in piece.frames.values())


@respx.mock
def test_an_answer_is_kept_parsed_and_points_to_its_bytes(line):
    respx.get(URL).respond(200, json=DAY)
    (piece,) = gather(adapter(), line)
    frame = piece.frames["price_record"]
    assert frame.height == 96
    assert line.warehouse.load_payload(frame["payload_sha256"][0]) == orjson.dumps(DAY)
    (kept,) = line.warehouse.kept_payloads("test")
    assert (kept.kind, kept.outcome, kept.parser_version, kept.request) == ("prices", "ok", 1, f"{URL}?first=2026-05-04&last=2026-05-04")


@respx.mock
def test_rows_of_days_that_were_not_asked_are_left_out(line):
    before = [[DAY[0][0] - 900, 15, 1.0]]
    respx.get(URL).respond(200, json=before + DAY)
    (piece,) = gather(adapter(), line)
    assert piece.frames["price_record"]["delivery_date"].unique().to_list() == [TODAY]


def breaks_in_the_middle(body, **_):
    yield from rows(body)[:40]
    raise ZeroDivisionError("no price")


@respx.mock
@pytest.mark.parametrize(
    ("parse", "said"),
    [
        (lambda _, **__: {}["price"], "test: defect of the parser: KeyError: 'price' (test_collect.py:"),
        (breaks_in_the_middle, "test: defect of the parser: ZeroDivisionError: no price (test_collect.py:"),
        (lambda _: [], "test: defect of the parser: TypeError: "),
        (lambda body, **_: rows(body, price="50"), "test: defect of the parser: "),
        (
            lambda body, **_: rows(body, start_utc=NOW.replace(tzinfo=None)),
            "test: defect of the parser: TypeError: 'start_utc' has no offset",
        ),
        (lambda body, **_: rows(body, area=None), "test: a field is empty that never is (96 of 96 rows)"),
        (lambda body, **_: rows(body, area="FR"), "test: rows are not of area DE-LU (96 of 96 rows)"),
        (lambda body, **_: rows(body, source="omie"), "test: rows are not of source test (96 of 96 rows)"),
        (lambda body, **_: rows(body, price=float("inf")), "test: a value is no number (96 of 96 rows)"),
        (lambda body, **_: rows(body, price=float("nan")), "test: a value is no number (96 of 96 rows)"),
        (lambda body, **_: rows(body, resolution_s=3600), "test: an interval is not as long as its resolution (96 of 96 rows)"),
        (lambda _, **__: [None], "test: defect of the parser: KeyError"),
    ],
    ids=[
        "looks for a field",
        "in the middle",
        "takes no arguments",
        "text for a number",
        "no offset",
        "no area",
        "another area",
        "another source",
        "infinite",
        "not a number",
        "another resolution",
        "no record",
    ],
)
def test_a_parser_with_a_defect_is_a_changed_schema_with_a_reason_its_bytes_are_kept_and_no_row_is_handed_on(line, parse, said):
    respx.get(URL).respond(200, json=DAY)
    module = adapter(parse=parse, requests=lambda ask: [Request(ask.source.url, about={"area": "DE-LU"})])
    pieces = gather(module, line)
    ((outcome, reason),) = ended(pieces)
    assert outcome is Outcome.SCHEMA_CHANGED
    assert reason.startswith(said)
    assert no_rows(pieces)
    assert stored(line) == [("schema_changed", orjson.dumps(DAY))]
    state = line.warehouse.source_state("test")
    assert (state.failures, state.outcome, state.reason) == (1, "schema_changed", reason)


@respx.mock
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ([*DAY, DAY[-1]], "an interval comes twice (2 of 97 rows)"),
        ([[DAY[0][0] - 60, *DAY[0][1:]], *DAY[1:]], "rows stand under another"),
        ([DAY[0], [DAY[0][0] + 60, 15, 1.0]], "intervals overlap (1 of 2 rows)"),
    ],
)
def test_rows_that_no_correct_parser_makes_are_refused(line, changed, said):
    respx.get(URL).respond(200, json=changed)
    pieces = gather(adapter(parse=lambda body, **_: rows(body, delivery_date=TODAY)), line)
    ((outcome, reason),) = ended(pieces)
    assert (outcome, reason.startswith(f"test: {said}")) == (Outcome.SCHEMA_CHANGED, True), reason
    assert no_rows(pieces)


@respx.mock
@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (SchemaChangedError("no 'price'", where="test"), Outcome.SCHEMA_CHANGED, "test: no 'price'"),
        (UpstreamSaidError(Outcome.NO_DATA, "Reason 999", where="test"), Outcome.NO_DATA, "test: Reason 999"),
        (UpstreamSaidError(Outcome.RATE_LIMITED, "estado 429", where="test", retry_after=60.0), Outcome.RATE_LIMITED, "test: estado 429"),
        (UpstreamSaidError(Outcome.AUTH, "estado 401", where="test"), Outcome.AUTH, "test: estado 401"),
    ],
)
def test_what_a_body_tells_is_the_outcome_whatever_its_status_was(line, error, outcome, said):
    def parse(_body, **_):
        raise error

    respx.get(URL).respond(200, json=DAY)
    assert ended(gather(adapter(parse=parse), line)) == [(outcome, said)]
    state = line.warehouse.source_state("test")
    assert state.outcome == str(outcome)
    assert (state.retry_at is not None) == (outcome in {Outcome.RATE_LIMITED, Outcome.AUTH})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("location_id"), "defect of the adapter: KeyError: 'location_id' (test_collect.py:"),
        (InputError("names no location", where="subscription home"), "subscription home: names no location"),
    ],
)
def test_an_adapter_that_cannot_say_what_to_ask_is_an_outcome_and_no_trouble_of_the_upstream(line, error, said):
    def requests(_ask):
        raise error

    ((outcome, reason),) = ended(gather(adapter(requests=requests), line))
    assert (outcome, reason.startswith(said)) == (Outcome.PERMANENT, True)
    assert line.warehouse.source_state("test") == SourceState("test")


# --- pages and second steps


def paged(_body, request):
    page = int(request.params.get("page", 1))
    return [Request(URL, {"page": page + 1})] if page < 4 else []


@respx.mock
def test_pages_are_followed_in_order_and_each_is_kept(line):
    respx.get(URL).mock(side_effect=lambda request: httpx.Response(200, json=DAY[int(request.url.params.get("page", 1)) :][:1]))
    pieces = gather(adapter(follow=paged), line)
    assert [piece.frames["price_record"]["start_utc"][0].timestamp() for piece in pieces] == [DAY[k][0] for k in (1, 2, 3, 4)]
    assert len(stored(line)) == 4


@respx.mock
def test_pages_without_end_are_a_changed_schema(line, monkeypatch):
    monkeypatch.setattr(subject, "MOST_FOLLOWED", 7)
    route = respx.get(URL).respond(200, json=[])
    pieces = gather(adapter(follow=lambda _body, request: [request]), line)
    assert ended(pieces)[-1] == (Outcome.SCHEMA_CHANGED, f"{URL} leads to more than 7 requests")
    assert route.call_count == 7


@respx.mock
def test_as_many_requests_as_there_are_windows_are_sent_also_where_that_is_many(line):
    route = respx.get(URL).respond(404)
    days = [TODAY - dt.timedelta(days=k) for k in range(300)]
    assert len(gather(adapter(), line, upstream(days_per_request=1), days)) == route.call_count == 300


@respx.mock
def test_a_defect_in_what_follows_hands_no_row_on_and_keeps_the_bytes(line):
    respx.get(URL).respond(200, json=DAY)
    pieces = gather(adapter(follow=lambda body, _request: orjson.loads(body)["next"]), line)
    assert ended(pieces)[0][1].startswith("test: defect of the adapter: TypeError")
    assert no_rows(pieces)
    assert stored(line) == [("schema_changed", orjson.dumps(DAY))]


def two_steps():
    """A login that gives a token, and prices that need it."""

    def requests(_ask):
        return [Request(f"{URL}/login", keep=False)]

    def follow(body, request):
        token = orjson.loads(body)["token"] if request.url.endswith("login") else ""
        return [Request(URL, secrets={"Authorization": f"Bearer {token}"})] if token else []

    return adapter(requests=requests, follow=follow)


@respx.mock
def test_a_login_is_neither_kept_nor_parsed_and_its_token_goes_along(line):
    respx.get(f"{URL}/login").respond(200, json={"token": "tok-123456789"})
    prices = respx.get(URL).respond(200, json=DAY)
    login, answer = gather(two_steps(), line)
    assert (dict(login.frames), answer.frames["price_record"].height) == ({}, 96)
    assert prices.calls[0].request.headers["authorization"] == "Bearer tok-123456789"
    assert stored(line) == [("ok", orjson.dumps(DAY))]


@respx.mock
def test_logins_that_work_do_not_hide_that_the_prices_behind_them_fail(line):
    respx.get(f"{URL}/login").respond(200, json={"token": "tok-123456789"})
    prices = respx.get(URL).respond(500)
    for _ in range(6):
        gather(two_steps(), line)
    assert line.warehouse.source_state("test").failures == 5
    assert prices.call_count == 15  # three tries each, and the sixth time the breaker is open
    line.warehouse.put_source_state(SourceState("test", 5, NOW - dt.timedelta(minutes=1)))
    prices.respond(200, json=DAY)
    assert [outcome for outcome, _ in ended(gather(two_steps(), line))] == [Outcome.OK, Outcome.OK]  # both steps are the probe
    assert line.warehouse.source_state("test").retry_at is None


# --- what ends the asking of a source


@respx.mock
@pytest.mark.parametrize(("status", "asked"), [(404, 3), (204, 3), (500, 1), (401, 1), (429, 1)])
def test_no_data_goes_on_with_the_next_window_and_trouble_ends_it(line, status, asked):
    respx.get(URL).respond(status)
    days = [TODAY - dt.timedelta(days=k) for k in range(3)]
    assert len(gather(adapter(), line, upstream(days_per_request=1), days)) == asked


@respx.mock
def test_after_an_answer_that_was_refused_the_next_question_is_unconditional(line):
    route = respx.get(URL).respond(200, json=[*DAY, DAY[-1]], headers={"ETag": '"7"'})
    gather(adapter(), line)
    gather(adapter(), line)
    assert "if-none-match" not in route.calls[1].request.headers


@respx.mock
def test_an_unchanged_answer_is_read_as_it_was_before(line):
    def respond(request):
        known = request.headers.get("if-none-match")
        return httpx.Response(304) if known else httpx.Response(200, json=DAY, headers={"ETag": '"7"'})

    respx.get(URL).mock(side_effect=respond)
    first, again = gather(adapter(), line)[0], gather(adapter(), line)[0]
    assert again.fetched.unchanged
    assert again.frames["price_record"].equals(first.frames["price_record"])
