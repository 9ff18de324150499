"""Nord Pool's portal: recorded documents, states of areas, and the shapes of other interfaces that are refused."""

import datetime as dt
import json

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources import nordpool
from electricity_optimizer.sources.nordpool import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import nordpool as wire


def entry(start="2026-05-03T22:00:00Z", end="2026-05-03T22:15:00Z", **prices):
    return {"deliveryStart": start, "deliveryEnd": end, "entryPerArea": prices or {"SE3": 1.5}}


def answer(*entries, **changes):
    states = [{"state": "Final", "areas": ["SE3", "SE4", "GER"]}]
    document = {"deliveryDateCET": "2026-05-04", "market": "DayAhead", "currency": "EUR", "areaStates": states}
    return json.dumps(document | {"multiAreaEntries": list(entries)} | changes).encode()


@pytest.mark.parametrize(
    ("name", "areas", "currency", "count"),
    [
        ("delivery_period.json", {"SE3"}, "EUR", 24),
        ("dataportal_dayaheadprices_NOK.json", {"DK1", "NO3"}, "NOK", 48),
        ("dayaheadprices_2024-11-05_SE3_SE4_SEK_excerpt.json", {"SE3", "SE4"}, "SEK", 6),
    ],
)
def test_recorded_documents_of_the_portal_are_prices_in_their_own_currency(shared, name, areas, currency, count):
    records = parse((shared / "payloads/nordpool" / name).read_bytes())
    assert len(records) == count
    assert {record.area for record in records} == areas
    assert {(record.currency, record.unit_raw, record.status) for record in records} == {(currency, f"{currency}/MWh", "final")}
    assert not any(record.redistributable for record in records)


def test_the_recorded_day_of_november_2024_begins_at_21_54(shared):
    records = parse((shared / "payloads/nordpool/delivery_period.json").read_bytes(), area="SE3")
    assert (records[0].start_utc, records[0].price) == (dt.datetime(2024, 11, 4, 23, tzinfo=UTC), 21.54)
    assert {record.delivery_date for record in records} == {dt.date(2024, 11, 5)}


@pytest.mark.parametrize(
    "name",
    [
        "marketdata_page_10_EUR_24H.json",
        "marketdata_page_10_NOK_23H.json",
        "marketdata_page_10_NOK_25H.json",
        "se_current_day_price.json",
        "se_next_day_price.json",
        "stats_ger_2026-05-09.json",
        "token.json",
    ],
)
def test_recorded_answers_of_other_interfaces_are_refused(shared, name):
    body = (shared / "payloads/nordpool" / name).read_bytes()
    with pytest.raises(SchemaChangedError, match="nordpool: "):
        parse(body)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["SE4", "DE-LU", "FI"])
def test_what_is_written_comes_back(key, day):
    ask = asked("nordpool", "prices", day, zone_key=key)
    expect_whole_days(round_trip(nordpool, wire, ask)[0], ask)


def test_a_day_is_a_request_and_germany_is_ger():
    found = requests(asked("nordpool", "prices", "2026-05-04", "2026-05-06", zone_key="DE-LU"))
    assert [request.params["date"] for request in found] == ["2026-05-04", "2026-05-05", "2026-05-06"]
    assert {request.params["deliveryArea"] for request in found} == {"GER"}
    assert requests(asked("nordpool", "prices", "2026-05-04", zone_key="ES")) == []


def test_it_is_asked_only_where_somebody_wants_it():
    assert source("nordpool").optional


def test_an_area_that_is_not_final_is_preliminary():
    states = [{"state": "Final", "areas": ["SE3"]}, {"state": "Preliminary", "areas": ["SE4"]}]
    records = parse(answer(entry(SE3=1, SE4=2), areaStates=states))
    assert [(record.area, record.status) for record in records] == [("SE3", "final"), ("SE4", "preliminary")]


def test_indices_of_quarter_hours_are_read_too():
    document = json.loads(answer(entry()))
    document["multiIndexEntries"] = document.pop("multiAreaEntries")
    assert [record.resolution_s for record in parse(json.dumps(document).encode())] == [900]


def test_no_price_of_the_zone_is_no_data():
    for body in (answer(), answer(entry(SE4=1.0))):
        with pytest.raises(UpstreamSaidError) as said:
            parse(body, area="SE3")
        assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        answer(entry(), market="Intraday"),
        answer(entry(), currency=None),
        answer(entry(), areaStates=[]),
        answer(entry(), areaStates=[{"state": "Cancelled", "areas": ["SE3"]}]),
        answer(entry(), deliveryDateCET="2026-05-05"),
        answer(entry("2026-05-03T22:00:00", "2026-05-03T22:15:00")),
        answer(entry(), entry()),
        answer(entry(SE3="1.5")),
        answer(entry(end="2026-05-03T22:10:00Z")),
        answer({"deliveryStart": "2026-05-03T22:00:00Z", "deliveryEnd": "2026-05-03T22:15:00Z"}),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="nordpool: "):
        parse(body)
