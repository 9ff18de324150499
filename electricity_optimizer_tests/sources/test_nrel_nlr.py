"""Given answers of the laboratory's utility rates: averages of 2012, a statistic and nothing else."""

import datetime as dt
import json

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import subscription, subscriptions
from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.nrel_nlr import parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import StatisticRecord
from electricity_optimizer.timeline import UTC

OUTPUTS = {"company_id": "8333", "utility_name": "A", "commercial": 0.0977, "industrial": 0.0862, "residential": 0.123}


@pytest.fixture
def body(shared):
    return lambda name: (shared / "payloads/nrel-nlr" / name).read_bytes()


def answer(outputs=None, **more):
    return json.dumps({"errors": [], "outputs": OUTPUTS if outputs is None else outputs, **more}).encode()


def ask(parameters):
    entry = subscription("us-golden-average")
    return Ask(
        "statistics", zone("DE-LU"), (dt.date(2026, 5, 4),), dt.datetime(2026, 5, 4, tzinfo=UTC), source("nrel-nlr"), load_settings(),
        parameters=parameters, subscription=entry.key, local_tz=entry.tz,
    )  # fmt: skip


def test_the_documented_answer_is_three_stale_averages_of_2012(body):
    records = parse(body("utility_rates_v3.json"))
    assert [(record.series_id, record.value) for record in records] == [
        ("nrel-nlr:35.45,-82.98:statistic:none:residential-P1Y:USD", 0.123),
        ("nrel-nlr:35.45,-82.98:statistic:none:commercial-P1Y:USD", 0.0977),
        ("nrel-nlr:35.45,-82.98:statistic:none:industrial-P1Y:USD", 0.0862),
    ]
    assert {record.status for record in records} == {"stale"}
    assert {record.unit for record in records} == {"USD/kWh"}
    assert {(record.start_utc, record.end_utc) for record in records} == {
        (dt.datetime(2012, 1, 1, 5, tzinfo=UTC), dt.datetime(2013, 1, 1, 5, tzinfo=UTC))
    }


def test_utilities_joined_by_a_pipe_are_taken_apart(body):
    found = parse(body("utility_rates_v3.json"), area="us-place")[0]
    assert found.indicator == "average residential price of Haywood Electric Member Corp (8333), Tennessee Valley Authority (18642)"
    assert found.area == "us-place"


def test_it_can_not_be_a_price_feed(body):
    entry = source("nrel-nlr")
    assert entry.kinds == ("statistics",)
    assert all(isinstance(record, StatisticRecord) for record in parse(body("utility_rates_v3.json")))
    assert not any(entry.key in place.price_sources for place in zones().values())
    assert {known.kind for known in subscriptions().values() if known.source == entry.key} == {"statistics"}


def test_no_data_is_null():
    records = parse(answer({**OUTPUTS, "industrial": "no data", "commercial": None}))
    assert [record.value for record in records] == [0.123, None, None]


def test_the_year_is_the_one_that_the_data_name():
    assert parse(answer(metadata={"sources": ["Ventyx Research (2031)"]}))[0].delivery_date == dt.date(2031, 1, 1)
    assert parse(answer())[0].delivery_date == dt.date(2012, 1, 1)
    with pytest.raises(SchemaChangedError, match="names no year"):
        parse(answer(metadata={"sources": ["someone"]}))


def test_a_list_of_errors_is_what_it_says():
    refused = answer({}, errors=["lat is out of range", "limit is invalid"])
    assert refusal(422, refused) == (Outcome.PERMANENT, "lat is out of range; limit is invalid")
    with pytest.raises(UpstreamSaidError, match="lat is out of range"):
        parse(refused)


def test_a_place_without_a_utility_has_no_data():
    with pytest.raises(UpstreamSaidError) as said:
        parse(answer([]))
    assert said.value.outcome is Outcome.NO_DATA


def test_a_missing_key_is_auth_and_a_used_up_limit_is_one(body):
    assert refusal(403, body("error_api_key_missing.json"))[0] is Outcome.AUTH
    assert refusal(429, b'{"error": {"code": "OVER_RATE_LIMIT", "message": "slow down"}}') == (
        Outcome.RATE_LIMITED,
        "OVER_RATE_LIMIT: slow down",
    )
    assert refusal(403, b'{"error": {"code": "API_KEY_DISABLED"}}')[0] is Outcome.AUTH
    assert refusal(404, b'{"error": {"code": "NOT_FOUND"}}')[0] is Outcome.PERMANENT
    assert refusal(502, b"<html>") is None
    with pytest.raises(UpstreamSaidError):
        parse(body("error_api_key_missing.json"))


@pytest.mark.parametrize(
    "wrong",
    [
        b"<html>",
        b"",
        b"[]",
        b"{}",
        answer("none"),
        answer({**OUTPUTS, "residential": "0.123"}),
        answer({**OUTPUTS, "residential": True}),
        answer({key: value for key, value in OUTPUTS.items() if key != "residential"}),
        answer({**OUTPUTS, "company_id": "1|2"}),
    ],
)
def test_another_shape_is_said_and_not_guessed(wrong):
    with pytest.raises(SchemaChangedError, match="nrel-nlr"):
        parse(wrong)


def test_a_place_is_asked_by_its_coordinates():
    (request,) = requests(ask({"lat": "39.74", "lon": "-105.18", "radius": "10"}))
    assert request.url == "https://developer.nlr.gov/api/utility_rates/v3.json"
    assert request.params == {"lat": "39.74", "lon": "-105.18", "radius": "10"}
    with pytest.raises(InputError, match="lat and lon"):
        requests(ask({"address": "Golden"}))
