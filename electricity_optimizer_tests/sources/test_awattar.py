"""aWATTar: the recorded example, two countries at two addresses, and what is refused."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import awattar
from electricity_optimizer.sources.awattar import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import awattar as wire

HOUR = 3_600_000


def point(start=1777845600_000, length=HOUR, price=1.5, unit="Eur/MWh"):
    return {"start_timestamp": start, "end_timestamp": start + length, "marketprice": price, "unit": unit}


def answer(*points):
    return json.dumps({"object": "list", "data": list(points)}).encode()


def test_the_recorded_example_is_twelve_hours_with_negative_prices(shared):
    records = parse((shared / "payloads/awattar/awattar-market-data-example.json").read_bytes(), area="AT")
    assert len(records) == 12
    assert records[0].start_utc == dt.datetime(2015, 4, 9, 15, tzinfo=UTC)
    assert min(record.price for record in records) == -31.54
    assert {(record.area, record.resolution_s, record.unit_raw, record.currency) for record in records} == {("AT", 3600, "Eur/MWh", "EUR")}
    assert not any(record.redistributable for record in records)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["DE-LU", "AT"])
def test_what_is_written_comes_back_by_the_hour(key, day):
    ask = asked("awattar", "prices", day, zone_key=key)
    expect_whole_days(round_trip(awattar, wire, ask)[0], ask, minutes=60)


def test_each_country_has_its_address_and_others_are_not_asked():
    hosts = [requests(asked("awattar", "prices", "2026-05-04", zone_key=key))[0].url.split("/")[2] for key in ("DE-LU", "AT")]
    assert hosts == ["api.awattar.de", "api.awattar.at"]
    assert requests(asked("awattar", "prices", "2026-05-04", zone_key="CH")) == []


def test_a_quarter_hour_is_read_when_it_comes():
    records = parse(answer(point(), point(1777845600_000 + HOUR, HOUR // 4)))
    assert [record.resolution_s for record in records] == [3600, 900]


def test_no_prices_are_no_data():
    with pytest.raises(UpstreamSaidError) as said:
        parse(answer())
    assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"data": []}',
        answer(point(unit="Eur/kWh")),
        answer(point(), point(1777849200_000, unit="ct/kWh")),
        answer(point(price="1.5")),
        answer(point(), point()),
        answer(point(), point(1777845600_000 + HOUR // 2)),
        answer(point(1777845600_500)),
        answer(point(1777845600)),
        answer(point(length=2 * HOUR)),
        answer({"start_timestamp": 1777845600_000, "end_timestamp": 1777849200_000, "unit": "Eur/MWh"}),
        answer(point(price=None)).replace(b"null", b"NaN"),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="awattar: "):
        parse(body)
