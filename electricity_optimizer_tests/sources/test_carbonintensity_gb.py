"""Given answers of carbonintensity.org.uk: the documented example, its error body, and half hours made in its format."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import carbonintensity_gb
from electricity_optimizer.sources.carbonintensity_gb import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, round_trip, url_of
from electricity_optimizer_tests.sources.wire import carbonintensity_gb as wire

PAYLOADS = "payloads/carbonintensity-gb"


def intensity(start):
    return 100 + start.timetuple().tm_yday + start.hour


def row(begin="2026-06-01T00:00Z", until="2026-06-01T00:30Z", forecast=100, actual=90):
    return {"from": begin, "to": until, "intensity": {"forecast": forecast, "actual": actual, "index": "low"}}


def page(*rows):
    return json.dumps({"data": list(rows)}).encode()


def test_the_documented_half_hour_is_a_forecast_and_an_actual_value(shared):
    forecast, actual = parse((shared / PAYLOADS / "intensity.json").read_bytes())
    assert (forecast.kind, forecast.carbon_g_kwh, actual.kind, actual.carbon_g_kwh) == ("forecast", 266.0, "actual", 263.0)
    assert forecast.start_utc == dt.datetime(2018, 1, 20, 12, tzinfo=UTC)
    assert forecast.end_utc == dt.datetime(2018, 1, 20, 12, 30, tzinfo=UTC)
    assert forecast.series_id == "carbonintensity-gb:GB:carbon:forecast:PT30M:-"
    assert (forecast.licence, forecast.redistributable, forecast.signal) == ("CC BY 4.0", True, "average")


def test_the_error_body_says_why_there_is_nothing(shared):
    with pytest.raises(UpstreamSaidError, match="400 Bad Request") as caught:
        parse((shared / PAYLOADS / "error_400.json").read_bytes())
    assert caught.value.outcome is Outcome.PERMANENT


@pytest.mark.parametrize("day", ["2025-10-26", "2026-03-29", "2021-10-31", "2022-03-27", "2026-06-01"])
def test_a_london_day_comes_back_as_it_was(day):
    records, _ = round_trip(carbonintensity_gb, wire, asked("carbonintensity-gb", "carbon", day), price=intensity)
    starts = interval_starts(dt.date.fromisoformat(day), "Europe/London", 30)
    for kind in ("forecast", "actual"):
        assert [(record.start_utc, record.carbon_g_kwh) for record in records if record.kind == kind] == [
            (start, intensity(start)) for start in starts
        ]
    assert {str(record.delivery_date) for record in records} == {day}


def test_a_half_hour_to_come_has_no_actual_value_and_no_record_of_it():
    assert [record.kind for record in parse(page(row(actual=None)))] == ["forecast"]


def test_an_answer_without_half_hours_is_no_data():
    with pytest.raises(UpstreamSaidError, match="no half hours") as said:
        parse(page())
    assert said.value.outcome is Outcome.NO_DATA


def test_a_long_time_is_asked_in_windows_that_hold_the_autumn_hour():
    urls = [url_of(request) for request in requests(asked("carbonintensity-gb", "carbon", "2025-10-20", "2025-11-14"))]
    assert urls == [
        "https://api.carbonintensity.org.uk/intensity/2025-10-19T23:00Z/2025-11-02T00:00Z",
        "https://api.carbonintensity.org.uk/intensity/2025-11-02T00:00Z/2025-11-15T00:00Z",
    ]
    records, _ = round_trip(carbonintensity_gb, wire, asked("carbonintensity-gb", "carbon", "2025-10-20", "2025-11-14"), price=intensity)
    assert len(records) == 2 * (26 * 48 + 2)


def test_the_forecast_is_asked_two_days_ahead_and_of_great_britain_only():
    assert len(requests(asked("carbonintensity-gb", "carbon", "2026-06-16", "2026-06-20"))) == 1
    assert requests(asked("carbonintensity-gb", "carbon", "2026-06-18")) == []
    assert requests(asked("carbonintensity-gb", "carbon", "2026-06-15", zone_key="FR")) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>busy</html>",
        b"{}",
        b"[]",
        b'{"data": [1]}',
        page({"from": "2026-06-01T00:00Z", "to": "2026-06-01T00:30Z"}),
        page({"from": "2026-06-01T00:00Z", "to": "2026-06-01T00:30Z", "intensity": {"forecast": 1}}),
        page(row(until="2026-06-01T01:00Z")),
        page(row("2026-06-01T00:10Z", "2026-06-01T00:40Z")),
        page(row("2026-06-01T00:00", "2026-06-01T00:30")),
        page(row(), row()),
        page(row("2026-06-01T00:30Z", "2026-06-01T01:00Z"), row()),
        page(row(forecast="266")),
        page(row(actual=-3)),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="carbonintensity-gb: "):
        parse(body)
