"""Energi Data Service: recorded answers, both datasets, and what is refused."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import energinet
from electricity_optimizer.sources.energinet import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import energinet as wire


def row(time="2026-05-03T22:00:00", area="DK1", price=1.5):
    return {"TimeUTC": time, "PriceArea": area, "DayAheadPriceEUR": price}


def answer(*rows, dataset="DayAheadPrices"):
    return json.dumps({"total": len(rows), "limit": 0, "dataset": dataset, "records": list(rows)}).encode()


def test_the_recorded_excerpt_of_2024_holds_five_zones_newest_first_and_is_read_in_order(shared):
    records = parse((shared / "payloads/energinet/elspotprices_2024-08-29_excerpt.json").read_bytes())
    assert {record.area for record in records} == {"DK1", "DK2", "NO2", "SE3", "SE4"}
    west = [record for record in records if record.area == "DK1"]
    assert [record.start_utc for record in west] == [dt.datetime(2024, 8, 29, hour, tzinfo=UTC) for hour in (19, 20, 21)]
    assert (west[-1].price, west[-1].price_raw, west[-1].resolution_s) == (110.099998, "110.099998", 3600)
    assert [record.price for record in records if record.area == "SE3"][-1] == -0.81


def test_the_recorded_older_wrapper_is_24_hours_of_2022_03_25_in_utc(shared):
    body = (shared / "payloads/energinet/20220325.json").read_bytes()
    records = parse(body, area="DK2")
    assert [record.start_utc.hour for record in records] == list(range(24))
    assert (records[0].price, records[0].price_raw, records[-1].price) == (242.0, "242", 164.35)
    assert {record.area for record in records} == {"DK2"}
    assert {record.area for record in parse(body)} == {"DK1"}


def test_the_recorded_production_is_no_price(shared):
    body = (shared / "payloads/energinet/ElectricityProdex5MinRealtime.json").read_bytes()
    with pytest.raises(SchemaChangedError, match="ElectricityProdex5MinRealtime"):
        parse(body)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["DK1", "DE-LU", "SE4"])
def test_what_is_written_comes_back(key, day):
    ask = asked("energinet", "prices", day, zone_key=key)
    expect_whole_days(round_trip(energinet, wire, ask)[0], ask)


def test_a_window_across_the_change_of_dataset_makes_two_requests():
    ask = asked("energinet", "prices", "2025-09-29", "2025-10-02", zone_key="DK1")
    old, new = requests(ask)
    assert (old.url.rpartition("/")[2], old.params["start"], old.params["end"]) == ("Elspotprices", "2025-09-29T00:00", "2025-10-01T00:00")
    assert (new.url.rpartition("/")[2], new.params["start"], new.params["end"]) == (
        "DayAheadPrices",
        "2025-10-01T00:00",
        "2025-10-03T00:00",
    )
    assert {request.params["limit"] for request in (old, new)} == {0}
    assert json.loads(new.params["filter"]) == {"PriceArea": ["DK1"]}
    expect_whole_days(round_trip(energinet, wire, ask)[0], ask)


def test_germany_is_de_and_a_zone_that_is_not_there_is_not_asked():
    assert json.loads(requests(asked("energinet", "prices", "2026-05-04", zone_key="DE-LU"))[0].params["filter"]) == {"PriceArea": ["DE"]}
    assert requests(asked("energinet", "prices", "2026-05-04", zone_key="ES")) == []


def test_the_euro_price_is_the_price():
    body = answer(row() | {"DayAheadPriceDKK": 11.2})
    assert [(record.price, record.currency) for record in parse(body)] == [(1.5, "EUR")]


def test_a_null_price_stays_null_and_an_area_that_is_no_zone_is_left_out():
    records = parse(answer(row(price=None), row(area="SYSTEM")))
    assert [(record.area, record.price) for record in records] == [("DK1", None)]


def test_no_records_are_no_data_and_not_a_day():
    with pytest.raises(UpstreamSaidError) as said:
        parse(answer())
    assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        answer(row(), dataset="ImbalancePrice"),
        answer(row(price="1.5")),
        answer({"TimeUTC": "2026-05-03T22:00:00", "PriceArea": "DK1", "DayAheadPriceDKK": 3}),
        answer(row(time="yesterday")),
        answer(row(), row()),
        answer(row(), row(time="2026-05-03T22:30:00"), row(time="2026-05-03T22:15:00")),
        b'{"dataset": "DayAheadPrices", "records": [1]}',
        b'{"dataset": "DayAheadPrices", "records": [{"TimeUTC": "2026-05-03T22:00:00", "PriceArea": "DK1", "DayAheadPriceEUR": NaN}]}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="energinet: "):
        parse(body)


def test_another_area_than_the_one_asked_is_refused():
    with pytest.raises(SchemaChangedError, match="prices of DK2 where DK1 was asked"):
        parse(answer(row(area="DK2")), area="DK1")
