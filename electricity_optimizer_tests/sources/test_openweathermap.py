"""Given answers of OpenWeatherMap: recorded rows and errors, and forecasts made in its wire format."""

import datetime as dt
import json

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources import openweathermap
from electricity_optimizer.sources.openweathermap import parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import NOW, asked, round_trip, url_of
from electricity_optimizer_tests.sources.wire import openweathermap as wire

PAYLOADS = "payloads/openweathermap"
FORECAST = source("openweathermap").model_copy(update={"url": "https://api.openweathermap.org/data/2.5/forecast"})


def temperature(start):
    return float(start.timetuple().tm_yday % 20) + start.hour / 10


def ask(first="2026-06-15", last="2026-06-17", **more):
    return asked("openweathermap", "weather", first, last, zone_key="DE-LU", **more)


def step(second=1781524800, temp=20.0, **more):
    return {"dt": second, "main": {"temp": temp}, "wind": {"speed": 3.0}, **more}


def page(*rows, **more):
    return json.dumps({"cod": "200", "cnt": len(rows), "list": list(rows), **more}).encode()


@pytest.mark.parametrize(
    ("name", "kind", "start", "minutes", "celsius", "wind"),
    [
        ("free_forecast", "forecast", "2022-08-30T15:00:00Z", 180, 23.61, 0.62),
        ("free_current", "actual", "2022-08-30T14:43:12Z", 10, 25.33, 0.62),
        ("onecall_hourly", "forecast", "2024-04-26T22:00:00Z", 60, 5.82, 1.02),
        ("onecall_current", "actual", "2024-04-25T16:45:36Z", 10, 6.84, 9.83),
    ],
)
def test_the_recorded_rows_are_read_and_kelvin_is_told_from_celsius(shared, name, kind, start, minutes, celsius, wind):
    (record,) = parse((shared / PAYLOADS / f"{name}.json").read_bytes())
    assert (record.kind, record.start_utc) == (kind, dt.datetime.fromisoformat(start))
    assert record.end_utc - record.start_utc == dt.timedelta(minutes=minutes)
    assert (record.temperature_c, record.wind_speed_ms) == (celsius, wind)
    assert record.radiation_w_m2 is None, "clouds are no measure of radiation"


def test_rain_by_the_minute_is_another_dataset(shared):
    with pytest.raises(SchemaChangedError, match="no forecast and no current weather"):
        parse((shared / PAYLOADS / "onecall_minutely.json").read_bytes())


@pytest.mark.parametrize(("name", "outcome"), [("error_401", Outcome.AUTH), ("error_429", Outcome.RATE_LIMITED)])
def test_the_recorded_errors_are_outcomes(shared, name, outcome):
    body = (shared / PAYLOADS / f"{name}.json").read_bytes()
    assert refusal(int(name[-3:]), body)[0] is outcome
    with pytest.raises(UpstreamSaidError) as caught:
        parse(body)
    assert caught.value.outcome is outcome


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b'{"cod": "404", "message": "city not found"}', Outcome.NO_DATA),
        (b'{"cod": 404, "message": "city not found"}', Outcome.NO_DATA),
        (b'{"cod": "400", "message": "wrong latitude"}', Outcome.PERMANENT),
        (b'{"cod": 500, "message": "internal error"}', Outcome.TRANSIENT),
    ],
)
def test_the_code_of_an_error_is_a_number_or_text(body, outcome):
    found, reason = refusal(400, body)
    assert found is outcome
    assert "city" in reason or "wrong" in reason or "internal" in reason


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"cod": "200"}'])
def test_a_body_that_says_nothing_leaves_the_general_rule(body):
    assert refusal(500, body) is None


def test_the_forecast_is_40_steps_of_three_hours_where_the_address_says_so():
    asked_for = ask()
    object.__setattr__(asked_for, "source", FORECAST)
    records, urls = round_trip(openweathermap, wire, asked_for, price=temperature, now=NOW)
    assert urls == ["https://api.openweathermap.org/data/2.5/forecast?lat=51.2&lon=10.4&units=metric"]
    assert len(records) == 40
    assert all(record.end_utc - record.start_utc == dt.timedelta(hours=3) for record in records)
    assert [record.temperature_c for record in records] == [temperature(record.start_utc) for record in records]
    assert {record.series_id for record in records} == {"openweathermap:DE-LU:weather:forecast:PT180M:-"}
    assert {record.wind_speed_ms for record in records} == {4.2}


def test_one_call_is_asked_and_read_by_the_hour():
    records, urls = round_trip(openweathermap, wire, ask(), price=temperature, now=NOW)
    assert "exclude=current%2Cminutely%2Cdaily%2Calerts" in urls[0]
    assert [record.temperature_c for record in records] == [temperature(record.start_utc) for record in records]
    assert (len(records), records[0].end_utc - records[0].start_utc) == (48, dt.timedelta(hours=1))


def test_what_was_asked_in_degrees_is_not_taken_in_kelvin_and_the_other_way_round():
    assert parse(page(step(temp=293.15)))[0].temperature_c == 20.0
    assert parse(page(step(temp=293.15)), units="standard")[0].temperature_c == 20.0
    with pytest.raises(SchemaChangedError, match="temperatures are not metric"):
        parse(page(step(temp=293.15)), units="metric")
    with pytest.raises(SchemaChangedError, match="temperature of"):
        parse(page(step(temp=20.0)), units="standard")
    with pytest.raises(SchemaChangedError, match="temperature of"):
        parse(page(step(temp=75.0)))


def test_an_answer_about_another_place_is_refused():
    elsewhere = {"city": {"coord": {"lat": 40.4, "lon": -3.7}}}
    with pytest.raises(SchemaChangedError, match=r"about 40.4, -3.7"):
        parse(page(step(), **elsewhere), latitude="51.2", longitude="10.4")
    assert parse(page(step(), **elsewhere))


def test_days_beyond_the_forecast_and_days_past_are_not_asked():
    assert len(requests(ask("2026-06-20", "2026-06-20"))) == 1
    assert requests(ask("2026-06-21", "2026-06-25")) == requests(ask("2026-06-10", "2026-06-14")) == []
    assert "appid" not in url_of(requests(ask())[0])


def test_a_row_without_wind_keeps_a_null():
    assert parse(page({"dt": 1781524800, "main": {"temp": None}}))[0].wind_speed_ms is None
    assert parse(page({"dt": 1781524800, "main": {"temp": None}}))[0].temperature_c is None
    assert parse(page(step()))[0].start_utc == dt.datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"list": {}}',
        page({"dt": 1781524800}),
        page(step(temp="20")),
        page(step("1781524800")),
        page(step(10**15)),
        page(step(), step()),
        page(step(), step(1781524800 + 3600)),
        page(step(wind={"speed": -1})),
        b'{"list": [{"dt": 1781524800, "main": {"temp": NaN}}]}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="openweathermap: "):
        parse(body)
