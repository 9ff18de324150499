"""Given answers of Open-Meteo, recorded and made after its documented shape."""

import datetime as dt
import itertools
import json

import pytest

from electricity_optimizer.sources.open_meteo import parse
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC


def test_the_recorded_forecast_with_local_times_is_read_in_utc(shared):
    body = (shared / "payloads/open-meteo/weatherforecast_openmeteo_1.json").read_bytes()
    document = json.loads(body)
    records = parse(body)
    first = dt.datetime.fromisoformat(document["hourly"]["time"][0])
    assert document["utc_offset_seconds"] == 3600
    assert records[0].start_utc == first.replace(tzinfo=UTC) - dt.timedelta(hours=1)
    assert len(records) == len(document["hourly"]["time"])
    assert records[5].temperature_c == document["hourly"]["temperature_2m"][5]
    assert records[5].wind_speed_ms == pytest.approx(document["hourly"]["wind_speed_10m"][5] / 3.6, abs=0.001)  # sent in km/h


def test_radiation_is_the_mean_of_the_hour_before_its_stamp_and_moves_to_the_start_of_that_hour(shared):
    body = (shared / "payloads/open-meteo/weatherforecast_openmeteo_1.json").read_bytes()
    sent = json.loads(body)["hourly"]["shortwave_radiation"]
    records = parse(body)
    assert [record.radiation_w_m2 for record in records[:-1]] == sent[1:]
    assert records[-1].radiation_w_m2 is None


@pytest.mark.parametrize(("name", "height"), [("eu_wind_forecast", "wind_speed_120m"), ("eu_wind_historical", "wind_speed_100m")])
def test_recorded_answers_with_wind_alone_have_null_for_the_rest(shared, name, height):
    body = (shared / f"payloads/open-meteo/{name}.json").read_bytes()
    records = parse(body)
    sent = json.loads(body)["hourly"][height]
    missing = len(records) - len(sent)  # the recorded forecast has 360 times and 336 values
    assert [record.wind_speed_ms for record in records] == sent + [None] * missing
    assert all(record.temperature_c is None and record.radiation_w_m2 is None for record in records)
    assert all(later.start_utc == earlier.end_utc for earlier, later in itertools.pairwise(records))


def test_the_recorded_error_is_a_used_up_limit(shared):
    with pytest.raises(UpstreamSaidError, match="Minutely API request limit exceeded") as said:
        parse((shared / "payloads/open-meteo/error_429.json").read_bytes())
    assert said.value.outcome is Outcome.RATE_LIMITED


def test_any_other_error_is_about_the_question():
    with pytest.raises(UpstreamSaidError, match="out of allowed range") as said:
        parse(b'{"error": true, "reason": "start_date is out of allowed range from 2016-01-01 to 2026-06-30"}')
    assert said.value.outcome is Outcome.PERMANENT


@pytest.mark.parametrize("times", [[0, 0], [1777852800, 1777849200], [1777849200, 1777849200]])
def test_hours_that_do_not_ascend_are_refused(times):
    odd = place(dt.datetime(2026, 5, 4, tzinfo=UTC), 2, temperature_2m=[1.0, 2.0])
    odd["hourly"]["time"] = times
    with pytest.raises(SchemaChangedError, match="open-meteo: "):
        parse(json.dumps(odd).encode())


def place(first, count, **series):
    times = [int(first.timestamp()) + 3600 * k for k in range(count)]
    units = {"wind_speed_10m": "m/s", "temperature_2m": "°C", "shortwave_radiation": "W/m²"}
    return {"utc_offset_seconds": 0, "timezone": "GMT", "hourly_units": units, "hourly": {"time": times, **series}}


def test_unix_seconds_on_the_long_day_are_25_hours_of_that_day():
    body = json.dumps(place(dt.datetime(2025, 10, 25, 22, tzinfo=UTC), 26, temperature_2m=[1.0] * 26)).encode()
    records = parse(body)
    assert [record.delivery_date for record in records].count(dt.date(2025, 10, 26)) == 25


def test_several_places_are_averaged_and_nulls_left_out():
    first = dt.datetime(2026, 5, 4, tzinfo=UTC)
    body = json.dumps([place(first, 2, temperature_2m=[10.0, 12.0]), place(first, 2, temperature_2m=[20.0, None])]).encode()
    assert [record.temperature_c for record in parse(body)] == [15.0, 12.0]


def test_a_unit_that_is_not_known_is_said():
    odd = place(dt.datetime(2026, 5, 4, tzinfo=UTC), 1, wind_speed_10m=[3.0])
    odd["hourly_units"]["wind_speed_10m"] = "furlong/fortnight"
    with pytest.raises(SchemaChangedError, match="wind speed in 'furlong/fortnight'"):
        parse(json.dumps(odd).encode())


@pytest.mark.parametrize(
    "body", [b"no json", b"{}", b"[]", b'{"hourly": {"time": ["yesterday"]}}', b'{"hourly": {"time": [0], "temperature_2m": [1, 2]}}']
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="open-meteo: "):
        parse(body)
