"""Given answers of energy-charts, recorded and made after its documented shape."""

import dataclasses
import datetime as dt
import json

import pytest

from electricity_optimizer.sources import energy_charts
from electricity_optimizer.sources.energy_charts import parse, requests
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import to_frame
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import energy_charts as wire

CC_BY = "CC BY 4.0 (creativecommons.org/licenses/by/4.0) from Bundesnetzagentur | SMARD.de"


def answer(starts, prices=None, **more):
    seconds = [int(start.timestamp()) for start in starts]
    document = {
        "license_info": CC_BY,
        "unix_seconds": seconds,
        "price": prices or [float(k) for k in range(len(seconds))],
        "unit": "EUR / MWh",
    }
    return json.dumps({**document, **more}).encode()


def test_the_recorded_two_days_of_december_2024_are_48_hours_in_order(shared):
    records = parse((shared / "payloads/energy-charts/elecpriceforecast_energycharts.json").read_bytes())
    assert [record.delivery_date for record in records] == [dt.date(2024, 12, 10)] * 24 + [dt.date(2024, 12, 11)] * 24
    assert records[0].start_utc == dt.datetime(2024, 12, 9, 23, tzinfo=UTC)
    assert all(record.end_utc - record.start_utc == dt.timedelta(hours=1) for record in records)
    assert records[-1].price == 135.96
    assert {(record.area, record.currency, record.unit_raw) for record in records} == {("DE-LU", "EUR", "EUR / MWh")}


def test_the_licence_of_the_answer_says_whether_prices_may_be_passed_on(shared):
    open_licence = parse((shared / "payloads/energy-charts/elecpriceforecast_energycharts.json").read_bytes())[0]
    assert open_licence.redistributable
    private = parse(
        answer(interval_starts(dt.date(2026, 5, 4), "Europe/Madrid", 15), license_info="private and internal use only"), area="ES"
    )
    assert not any(record.redistributable for record in private)
    assert {record.licence for record in private} == {"private and internal use only"}


@pytest.mark.parametrize(("day", "count"), [("2025-10-26", 100), ("2026-03-29", 92), ("2026-05-04", 96)])
def test_a_quarter_hourly_day_has_92_96_or_100_records_that_tile_it(day, count):
    starts = interval_starts(dt.date.fromisoformat(day), "Europe/Berlin", 15)
    frame = to_frame(parse(answer(starts)))
    assert frame.height == count
    assert frame["delivery_date"].unique().to_list() == [dt.date.fromisoformat(day)]
    assert (frame["end_utc"][:-1] == frame["start_utc"][1:]).all()


@pytest.mark.parametrize(("day", "count"), [("2024-10-27", 25), ("2025-03-30", 23)])
def test_an_hourly_day_has_23_or_25_records(day, count):
    assert len(parse(answer(interval_starts(dt.date.fromisoformat(day), "Europe/Berlin", 60)))) == count


def test_hourly_and_quarter_hourly_days_may_stand_in_one_answer():
    starts = interval_starts(dt.date(2025, 9, 30), "Europe/Berlin", 60) + interval_starts(dt.date(2025, 10, 1), "Europe/Berlin", 15)
    records = parse(answer(starts))
    assert [record.resolution_s for record in records] == [3600] * 24 + [900] * 96
    assert records[23].end_utc == records[24].start_utc
    assert len({record.series_id for record in records}) == 2


def test_a_hole_in_a_quarter_hourly_day_stays_a_hole_and_makes_no_hour():
    starts = interval_starts(dt.date(2026, 5, 4), "Europe/Berlin", 15)
    records = parse(answer(starts[:40] + starts[43:]))
    assert {record.resolution_s for record in records} == {900}
    assert len(records) == 93


def test_a_null_price_stays_null():
    starts = interval_starts(dt.date(2026, 5, 4), "Europe/Berlin", 15)
    assert parse(answer(starts, [None] + [1.5] * 95))[0].price is None


def test_no_unit_means_the_currency_of_the_zone():
    starts = interval_starts(dt.date(2026, 5, 4), "Europe/Berlin", 15)
    assert parse(answer(starts, unit="No Unit"))[0].currency == "EUR"


def test_no_intervals_are_no_records():
    assert parse(answer([])) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>blocked</html>",
        b"[]",
        b'{"unix_seconds": [1, 2], "price": [1]}',
        b'{"unix_seconds": [1733785200, 1733785200], "price": [1, 2]}',
        b'{"unix_seconds": [1733785200, 1733788800], "price": ["1", 2]}',
        b'{"unix_seconds": [1733785200, 1733785260], "price": [1, 2]}',
        b'{"unix_seconds": [1733785200, 1733788800], "price": [1, 2], "unit": "EUR / kWh"}',
        b'{"unix_seconds": [1733785200, 1733788800], "price": [NaN, 2]}',
        b'{"content": []}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="energy-charts: "):
        parse(body)


def test_a_zone_with_the_clock_of_its_market_is_asked_by_dates():
    (found,) = requests(asked("energy-charts", "prices", "2026-03-28", "2026-03-29", zone_key="ES"))
    assert found.params == {"bzn": "ES", "start": "2026-03-28", "end": "2026-03-29"}


@pytest.mark.parametrize("key", ["EE", "FI", "LT", "LV", "PT"])
def test_a_country_with_a_clock_of_its_own_is_asked_by_instants(key):
    (found,) = requests(asked("energy-charts", "prices", "2026-03-28", "2026-03-29", zone_key=key))
    assert found.params == {"bzn": key, "start": "2026-03-27T23:00Z", "end": "2026-03-29T21:59Z"}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["DE-LU", "FI", "PT"])
def test_what_is_written_comes_back_as_whole_delivery_days(key, day):
    ask = asked("energy-charts", "prices", day, zone_key=key)
    expect_whole_days(round_trip(energy_charts, wire, ask)[0], ask)


@pytest.mark.parametrize(("key", "first"), [("FI", "2026-05-03T21:00"), ("PT", "2026-05-03T23:00"), ("DE-LU", "2026-05-03T22:00")])
def test_a_date_would_be_the_day_of_the_countrys_own_clock(key, first):
    (found,) = requests(asked("energy-charts", "prices", "2026-05-04", zone_key=key))
    dated = url_of(dataclasses.replace(found, params={"bzn": key, "start": "2026-05-04", "end": "2026-05-04"}))
    records = parse(wire.answer(dated, price)[2], **found.about)
    assert (len(records), records[0].start_utc) == (96, dt.datetime.fromisoformat(f"{first}Z"))
