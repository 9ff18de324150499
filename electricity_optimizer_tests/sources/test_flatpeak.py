"""Given answers of FlatPeak: documented examples of three releases, refusals, and the login that leads to prices."""

import datetime as dt
import json
from itertools import pairwise

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.flatpeak import follow, parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, day_bounds, delivery_days, range_bounds
from electricity_optimizer_tests.sources.wire import flatpeak as wire

ENTRY = subscription("flatpeak-home")
LOCATION = ENTRY.parameters["location_id"]
INTERVAL = {"valid_from": "2026-05-04T00:00:00Z", "valid_to": "2026-05-04T01:30:00Z", "price": {"value": 0.2451, "confidence": 1}}
WHOLE = {
    "object": "price",
    "location_id": LOCATION,
    "location_timezone": "Europe/London",
    "currency_code": "GBP",
    "tariff_direction": "IMPORT",
}


@pytest.fixture
def body(shared):
    return lambda name: (shared / "payloads/flatpeak" / name).read_bytes()


def answer(*intervals, **more):
    return json.dumps({**WHOLE, "data": [{**INTERVAL, **interval} for interval in intervals], **more}).encode()


def ask(days, **parameters):
    return Ask(
        "tariffs", zone("GB"), tuple(days), dt.datetime(2026, 5, 4, tzinfo=UTC), source("flatpeak"), load_settings(),
        parameters={**ENTRY.parameters, **parameters}, subscription=ENTRY.key, local_tz=ENTRY.tz,
    )  # fmt: skip


def fetched(days, price, **parameters):
    """Records of the days as they come through login and price requests of the wire."""
    (login,) = requests(ask(days, **parameters))
    records = []
    for request in follow(wire.answer(login.url, price)[2], login):
        _, _, sent = wire.answer(request.url, price, json.dumps(request.json).encode())
        records += parse(sent, **request.about)
    return records


@pytest.mark.parametrize("name", ["prices_retrieve_busbar.json", "tariffs_rates_zero.json"])
def test_the_documented_answers_of_both_releases_are_one_merged_interval_of_90_minutes(body, name):
    (record,) = parse(body(name))
    assert (record.start_utc, record.end_utc) == (dt.datetime(2022, 12, 28, 1, tzinfo=UTC), dt.datetime(2022, 12, 28, 2, 30, tzinfo=UTC))
    assert (record.resolution_s, record.price, record.price_raw, record.unit_raw) == (5400, 4998.0, "4.998", "EUR/kWh")
    assert (record.direction, record.status, record.market) == ("import", "final", "retail")
    assert record.source_area == "loc_65e42ce4d3b813479b252160"


@pytest.mark.parametrize(("confidence", "status"), [(1, "final"), (1.0, "final"), (0.99, "forecast"), (0, "forecast"), (None, "estimated")])
def test_only_full_confidence_is_a_published_price(confidence, status):
    assert parse(answer({"price": {"value": 0.2, "confidence": confidence}}))[0].status == status


def test_what_is_paid_for_feed_in_is_a_series_of_its_own():
    (record,) = parse(answer({}, tariff_direction="EXPORT"), area="home", direction="EXPORT")
    assert (record.direction, record.series_id) == ("export", "flatpeak:home:retail:none:merged-export:GBP")


def test_negative_prices_are_true_and_null_stays_null():
    later = {"valid_from": "2026-05-04T02:00:00Z", "valid_to": "2026-05-04T02:30:00Z", "price": {"value": None, "confidence": 1}}
    assert [record.price for record in parse(answer({"price": {"value": -0.0355, "confidence": 1}}, later))] == [-35.5, None]


def test_the_day_is_that_of_the_location():
    assert parse(answer({"valid_from": "2026-05-03T23:00:00Z"}))[0].delivery_date == dt.date(2026, 5, 4)


def test_a_login_leads_to_the_prices_with_a_token_that_is_sent_and_not_shown(body):
    (login,) = requests(ask([dt.date(2026, 5, 4)]))
    assert (login.url, login.keep, login.method) == ("https://api.flatpeak.com/login", False, "GET")
    (request,) = follow(body("login.json"), login)
    assert (request.url, request.method, request.keep) == ("https://api.flatpeak.com/prices", "POST", True)
    assert request.json == {
        "location_id": LOCATION, "start_time": "2026-05-03T23:00:00Z", "end_time": "2026-05-04T23:00:00Z", "tariff_direction": "IMPORT",
    }  # fmt: skip
    assert request.secrets == {"Authorization": "Bearer <token>"}
    assert "<token>" not in repr(request)
    assert follow(answer({}), request) == []


def test_a_year_is_one_login_and_windows_of_at_most_90_days_also_in_autumn():
    (login,) = requests(ask(delivery_days(dt.date(2025, 8, 1), dt.date(2026, 7, 31))))
    found = follow(b'{"bearer_token": "t", "expires_in": 3600}', login)
    spans = [tuple(dt.datetime.fromisoformat(str(request.json[name])) for name in ("start_time", "end_time")) for request in found]
    assert all(end - start <= dt.timedelta(days=90) for start, end in spans)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == range_bounds(dt.date(2025, 8, 1), dt.date(2026, 7, 31), "Europe/London")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("no_tariff_connected", Outcome.NO_DATA),
        ("pending_connect", Outcome.NO_DATA),
        ("no_price_data", Outcome.NO_DATA),
        ("account_disabled", Outcome.PERMANENT),
    ],
)
def test_a_422_says_what_to_do(code, outcome):
    sent = json.dumps({"object": "error", "type": "api_error", "code": code, "message": "so it is"}).encode()
    told, reason = refusal(422, sent)
    assert told is outcome
    assert reason.startswith(f"{code}: so it is (")
    with pytest.raises(UpstreamSaidError) as said:
        parse(sent)
    assert said.value.outcome is outcome


def test_the_recorded_error_and_the_rate_limit_are_outcomes(body):
    assert refusal(422, body("error.json"))[0] is Outcome.PERMANENT
    assert refusal(429, b'{"object": "error", "type": "rate_limit", "message": "Too many"}') == (Outcome.RATE_LIMITED, "Too many")
    assert refusal(401, b'{"object": "error", "type": "invalid_request", "code": "unauthorised"}') is None
    assert refusal(502, b"<html>") is None


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        (b"<html>", {}),
        (b"[]", {}),
        (b'{"bearer_token": "t"}', {}),
        (answer({}, object="tariff"), {}),
        (answer({}, currency_code=None), {}),
        (answer({}, location_timezone="Mars/Base"), {}),
        (answer({}, data={}), {}),
        (answer({}), {"location_id": "loc_other"}),
        (answer({}, tariff_direction="EXPORT"), {"direction": "IMPORT"}),
        (answer({}, tariff_direction="SIDEWAYS"), {}),
        (answer({"valid_from": "2026-05-04T00:00:00"}), {}),
        (answer({"valid_to": "2026-05-04T00:00:00Z"}), {}),
        (answer({}, {}), {}),
        (answer({"price": {"value": "0.2", "confidence": 1}}), {}),
        (answer({"price": {"confidence": 1}}), {}),
        (answer({"price": {"value": 0.2, "confidence": "high"}}), {}),
        (answer({"price": None}), {}),
    ],
)
def test_another_shape_location_or_direction_is_said_and_not_guessed(wrong, about):
    with pytest.raises(SchemaChangedError, match="flatpeak: "):
        parse(wrong, **about)


def test_a_login_without_a_token_and_a_refused_one_are_said(body):
    (login,) = requests(ask([dt.date(2026, 5, 4)]))
    with pytest.raises(SchemaChangedError, match="bearer_token"):
        follow(b"{}", login)
    with pytest.raises(UpstreamSaidError, match="account_disabled"):
        follow(body("error.json"), login)


def test_a_subscription_without_a_location_is_told_what_to_write():
    with pytest.raises(InputError, match="location_id"):
        requests(ask([dt.date(2026, 5, 4)], location_id=""))
    with pytest.raises(InputError, match="IMPORT or EXPORT"):
        requests(ask([dt.date(2026, 5, 4)], direction="LOCAL"))


def rising(moment):
    """A price that changes every minute, so that nothing is merged."""
    return round((moment.timestamp() // 60) % 4001 / 10 - 50, 2)


@pytest.mark.parametrize(
    ("day", "count"), [("2025-10-26", 50), ("2026-03-29", 46), ("2021-10-31", 50), ("2022-03-27", 46), ("2026-05-04", 48)]
)
@pytest.mark.parametrize("direction", ["IMPORT", "EXPORT"])
def test_what_the_wire_sends_comes_back(day, count, direction):
    records = fetched([dt.date.fromisoformat(day)], rising, direction=direction)
    start, end = day_bounds(dt.date.fromisoformat(day), "Europe/London")
    assert len(records) == count
    assert (records[0].start_utc, records[-1].end_utc) == (start, end)
    assert [record.price for record in records] == [rising(record.start_utc) for record in records]
    assert {record.area for record in records} == {"flatpeak-home"}


def test_equal_neighbours_come_as_one_interval_and_stay_one():
    records = fetched([dt.date(2025, 10, 26)], lambda moment: 100.0 if moment.hour < 12 else -5.0)
    assert [(record.price, record.resolution_s // 3600) for record in records] == [(-5.0, 1), (100.0, 12), (-5.0, 12)]


def test_a_hole_stays_a_hole():
    records = fetched([dt.date(2026, 5, 4)], lambda moment: None if moment.hour == 7 else rising(moment))
    assert len(records) == 46
