"""Given answers of Electricity Maps: the recorded ones of both versions, and hours made in the format of version 3."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import electricitymaps
from electricity_optimizer.sources.electricitymaps import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import NOW, asked, round_trip, url_of
from electricity_optimizer_tests.sources.wire import electricitymaps as wire

PAYLOADS = "payloads/electricitymaps"
BASE = "https://api.electricitymaps.com/v3/carbon-intensity"


def intensity(start):
    return float(100 + start.timetuple().tm_yday + start.hour)


def hours(*rows, zone="DE", **more):
    return json.dumps({"zone": zone, "history": list(rows), **more}).encode()


def hour(instant="2026-06-01T00:00:00.000Z", value=300, **more):
    return {"zone": "DE", "carbonIntensity": value, "datetime": instant, "isEstimated": False, **more}


def ask(first, last="", **more):
    return asked("electricitymaps", "carbon", first, last, **{"zone_key": "DE-LU", **more})


def test_the_recorded_day_of_germany_is_24_hours_in_order(shared):
    records = parse((shared / PAYLOADS / "carbon_intensity_history.json").read_bytes(), area="DE-LU")
    assert len(records) == 24
    assert [records[0].start_utc, records[-1].end_utc] == [dt.datetime(2024, 3, 5, 20, tzinfo=UTC), dt.datetime(2024, 3, 6, 20, tzinfo=UTC)]
    assert [record.carbon_g_kwh for record in records[:3]] == [599.0, 607.0, 599.0]
    assert {(record.kind, record.series_id) for record in records} == {("actual", "electricitymaps:DE-LU:carbon:actual:PT60M:-")}
    assert [record.delivery_date.day for record in records[2:4]] == [5, 6], "23:00Z is midnight in Germany"


def test_the_recorded_latest_hour_is_an_estimate(shared):
    (record,) = parse((shared / PAYLOADS / "latest_carbon_intensity.json").read_bytes())
    assert (record.area, record.carbon_g_kwh, record.estimated, record.redistributable) == ("US-CAR-DUK", 216.0, True, False)


def test_the_recorded_answers_of_the_older_address_are_told_by_their_status(shared):
    (record,) = parse((shared / PAYLOADS / "response.json").read_bytes(), area="DE-LU")
    assert (record.start_utc, record.carbon_g_kwh) == (dt.datetime(2023, 10, 2, 8, tzinfo=UTC), 474.0)
    with pytest.raises(UpstreamSaidError, match="no data for DE") as caught:
        parse((shared / PAYLOADS / "no-data-response.json").read_bytes())
    assert caught.value.outcome is Outcome.NO_DATA
    with pytest.raises(SchemaChangedError, match="idk-what-happened"):
        parse((shared / PAYLOADS / "unknown-response.json").read_bytes())


@pytest.mark.parametrize("day", ["2025-10-26", "2026-03-29", "2021-10-31", "2022-03-27"])
def test_a_past_day_comes_back_as_it_was(day):
    records, urls = round_trip(electricitymaps, wire, ask(day), price=intensity)
    starts = interval_starts(dt.date.fromisoformat(day), "Europe/Berlin", 60)
    assert [(record.start_utc, record.carbon_g_kwh) for record in records] == [(start, intensity(start)) for start in starts]
    assert len(urls) == 1


def test_today_is_the_last_day_and_the_forecast_to_come():
    asked_for = ask("2026-06-15")
    assert [url_of(request) for request in requests(asked_for)] == [
        f"{BASE}/history?zone=DE",
        f"{BASE}/forecast?zone=DE&horizonHours=72",
    ]
    records, _ = round_trip(electricitymaps, wire, asked_for, price=intensity, now=NOW)
    actual, forecast = ([record for record in records if record.kind == kind] for kind in ("actual", "forecast"))
    assert (len(actual), actual[-1].end_utc) == (24, dt.datetime(2026, 6, 15, 12, tzinfo=UTC))
    assert (len(forecast), forecast[0].start_utc) == (72, dt.datetime(2026, 6, 15, 12, tzinfo=UTC))
    assert not any(record.estimated for record in forecast)


def test_zones_have_their_names_there_and_ours_here():
    for ours, theirs in [("DE-LU", "DE"), ("ES", "ES"), ("IT-North", "IT-NO"), ("DK1", "DK-DK1"), ("SE4", "SE-SE4")]:
        assert requests(ask("2026-06-01", zone_key=ours))[0].params["zone"] == theirs
        records, _ = round_trip(electricitymaps, wire, ask("2026-06-01", zone_key=ours), price=intensity)
        assert {record.area for record in records} == {ours}


def test_ten_days_are_two_requests_for_an_autumn_day_is_longer():
    assert len(requests(ask("2025-10-20", "2025-10-29"))) == 2
    records, _ = round_trip(electricitymaps, wire, ask("2025-10-20", "2025-10-29"), price=intensity)
    assert len(records) == 241


def test_a_finer_granularity_is_read_as_said_or_as_spaced():
    quarters = [hour(f"2026-06-01T00:{minute:02}:00.000Z") for minute in (0, 15, 30)]
    assert {record.series_id.split(":")[4] for record in parse(hours(*quarters))} == {"PT15M"}
    assert {record.series_id.split(":")[4] for record in parse(hours(quarters[0], temporalGranularity="15_minutes"))} == {"PT15M"}


def test_a_null_stays_null():
    assert parse(hours(hour(value=None)))[0].carbon_g_kwh is None


@pytest.mark.parametrize(
    ("body", "area"),
    [
        (b"<html>", ""),
        (b"[]", ""),
        (b'{"error": "Zone does not exist"}', ""),
        (b'{"zone": "DE"}', ""),
        (hours(hour(), zone="FR"), ""),
        (hours(hour()), "FR"),
        (hours(hour(), hour()), ""),
        (hours(hour("2026-06-01T01:00:00.000Z"), hour()), ""),
        (hours(hour("2026-06-01T00:20:00.000Z")), ""),
        (hours(hour("2026-06-01T00:00:00")), ""),
        (hours(hour(value="300")), ""),
        (hours(hour(value=-1)), ""),
        (hours(hour(), temporalGranularity="daily"), ""),
        (b'{"status": "ok", "countryCode": "DE", "data": {}}', ""),
    ],
)
def test_another_shape_or_zone_is_said_and_not_guessed(body, area):
    with pytest.raises(SchemaChangedError, match="electricitymaps: "):
        parse(body, area=area)
