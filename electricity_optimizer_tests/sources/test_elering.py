"""Elering: the recorded excerpt, four areas in one answer, and what is refused."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import elering
from electricity_optimizer.sources.elering import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import elering as wire


def answer(data, success=True):
    return json.dumps({"success": success, "data": data}).encode()


def point(timestamp=1777845600, price=1.5):
    return {"timestamp": timestamp, "price": price}


def test_the_recorded_excerpt_is_two_hours_of_estonia(shared):
    records = parse((shared / "payloads/elering/nps_price_excerpt.json").read_bytes())
    assert [(record.start_utc, record.price) for record in records] == [
        (dt.datetime(2024, 11, 17, 20, tzinfo=UTC), 45.06),
        (dt.datetime(2024, 11, 17, 21, tzinfo=UTC), 32.8),
    ]
    assert {(record.area, record.source_area, record.resolution_s, record.unit_raw) for record in records} == {
        ("EE", "ee", 3600, "EUR/MWh")
    }


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["EE", "FI"])
def test_what_is_written_comes_back(key, day):
    ask = asked("elering", "prices", day, zone_key=key)
    expect_whole_days(round_trip(elering, wire, ask)[0], ask)


def test_a_window_across_the_change_of_the_unit_is_one_request():
    ask = asked("elering", "prices", "2025-09-29", "2025-10-02", zone_key="LV")
    records, urls = round_trip(elering, wire, ask)
    expect_whole_days(records, ask)
    assert len(urls) == 1


def test_the_end_is_inclusive_so_its_last_millisecond_is_asked():
    (request,) = requests(asked("elering", "prices", "2026-05-04", zone_key="LT"))
    assert dict(request.params) == {"start": "2026-05-03T22:00:00.000Z", "end": "2026-05-04T21:59:59.999Z"}


def test_a_year_and_a_day_are_two_requests_and_other_zones_none():
    assert len(requests(asked("elering", "prices", "2025-01-01", "2026-01-01", zone_key="EE"))) == 2
    assert requests(asked("elering", "prices", "2026-05-04", zone_key="DK1")) == []


def test_without_a_zone_all_areas_are_read():
    body = answer({"ee": [point()], "fi": [point(price=-2)], "lt": [point()], "lv": []})
    assert [(record.area, record.price) for record in parse(body)] == [("EE", 1.5), ("LT", 1.5), ("FI", -2.0)]


@pytest.mark.parametrize("data", [{}, {"ee": []}, {"ee": [], "lv": [point()]}])
def test_no_prices_of_a_zone_are_no_data(data):
    with pytest.raises(UpstreamSaidError) as said:
        parse(answer(data), area="EE")
    assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"success": true}',
        answer({"ee": [point()]}, success=False),
        answer({"pl": [point()]}),
        answer({"ee": {"timestamp": 1}}),
        answer({"ee": [{"timestamp": 1777845600}]}),
        answer({"ee": [point(price="1.5")]}),
        answer({"ee": [point(), point()]}),
        answer({"ee": [point(1777845600_000)]}),
        b'{"success": true, "data": {"ee": [{"timestamp": 1777845600, "price": Infinity}]}}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="elering: "):
        parse(body)
