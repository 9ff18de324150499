"""Given the files of euro reference rates, made after their documented shape (no recorded one is at hand)."""

import datetime as dt

import pytest

from electricity_optimizer.sources import ecb
from electricity_optimizer.sources.ecb import parse, requests
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, round_trip
from electricity_optimizer_tests.sources.wire import ecb as wire

BASE = "https://www.ecb.europa.eu/stats/eurofxref"
DAILY = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>
    <Cube time='2026-06-12'>
      <Cube currency='USD' rate='1.1255'/>
      <Cube currency='GBP' rate='0.84468'/>
      <Cube currency='CHF' rate='0.9349'/>
    </Cube>
  </Cube>
</gesmes:Envelope>"""
AFTER = dt.datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


def rate(start):
    return round(0.8 + start.timetuple().tm_yday / 1000, 4)


def ask(first, last="", now=AFTER):
    return asked("ecb", "exchange_rates", first, last, zone_key="DE-LU", now=now)


def test_a_file_of_one_day_is_a_rate_for_each_currency():
    records = parse(DAILY)
    assert [(record.area, record.rate) for record in records] == [("USD", 1.1255), ("GBP", 0.84468), ("CHF", 0.9349)]
    first = records[0]
    assert (first.delivery_date, first.start_utc, first.end_utc) == (
        dt.date(2026, 6, 12),
        dt.datetime(2026, 6, 12, tzinfo=UTC),
        dt.datetime(2026, 6, 13, tzinfo=UTC),
    )
    assert first.series_id == "ecb:USD:exchange_rate:reference:PT1440M:EUR"
    assert first.redistributable


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2026-06-15", "2026-06-15", "eurofxref-daily.xml"),
        ("2026-06-15", "2026-06-16", "eurofxref-daily.xml"),
        ("2026-06-14", "2026-06-15", "eurofxref-hist-90d.xml"),
        ("2026-04-01", "2026-04-01", "eurofxref-hist-90d.xml"),
        ("2026-03-31", "2026-04-01", "eurofxref-hist.xml"),
        ("2020-01-01", "2026-06-15", "eurofxref-hist.xml"),
    ],
)
def test_the_smallest_file_that_holds_the_days_is_asked(first, last, name):
    assert [request.url for request in requests(ask(first, last))] == [f"{BASE}/{name}"]


def test_rates_of_days_to_come_are_not_asked():
    assert requests(ask("2026-06-16", "2026-06-20")) == []


@pytest.mark.parametrize(("first", "last"), [("2026-06-08", "2026-06-14"), ("2021-10-25", "2021-11-02")])
def test_asked_days_come_back_ascending_with_the_ten_days_before_them(first, last):
    records, _ = round_trip(ecb, wire, ask(first, last), price=rate, now=AFTER)
    dollars = [(record.delivery_date, record.rate) for record in records if record.area == "USD"]
    begin, end = dt.date.fromisoformat(first) - dt.timedelta(days=10), dt.date.fromisoformat(last)
    working = [day for k in range((end - begin).days + 1) if (day := begin + dt.timedelta(days=k)).weekday() < 5]
    assert dollars == [(day, rate(dt.datetime.combine(day, dt.time(), UTC))) for day in working]


def test_over_the_weekend_the_last_fixing_is_still_in_the_daily_file():
    sunday = dt.datetime(2026, 6, 14, 10, tzinfo=UTC)
    records, _ = round_trip(ecb, wire, ask("2026-06-14", now=sunday), price=rate, now=sunday)
    assert {record.delivery_date for record in records} == {dt.date(2026, 6, 12)}


def test_a_currency_that_is_not_fixed_any_more_is_just_not_there():
    assert [record.area for record in parse(DAILY.replace(b"<Cube currency='GBP' rate='0.84468'/>", b""))] == ["USD", "CHF"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>busy</body></html>",
        b'{"error": "no"}',
        DAILY[:-40],
        DAILY.replace(b"2026-06-12", b"12 June"),
        DAILY.replace(b"1.1255", b"1,1255"),
        DAILY.replace(b"1.1255", b"NaN"),
        DAILY.replace(b"1.1255", b"0"),
        DAILY.replace(b"1.1255", b"-1.1"),
        DAILY.replace(b"'GBP'", b"'USD'"),
        DAILY.replace(b"'GBP'", b"''"),
        DAILY.replace(b"</Cube>\n  </Cube>", b"</Cube><Cube time='2026-06-12'></Cube></Cube>"),
        DAILY.replace(b"gesmes.org", b"example.org"),
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        + DAILY.partition(b"?>")[2].replace(b"1.1255", b"&e;"),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="ecb: "):
        parse(body)
