"""Given answers of AEMET, recorded and made after its documented shape."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import aemet
from electricity_optimizer.sources.aemet import follow, parse, requests
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, price, round_trip
from electricity_optimizer_tests.sources.wire import aemet as wire

QUESTION = Request("https://opendata.aemet.es/opendata/api/x", about={"area": "ES", "kind": "forecast", "place": "28065"}, keep=False)


@pytest.fixture
def payload(shared):
    return lambda name: (shared / f"payloads/aemet/{name}.json").read_bytes()


def forecast(*days, **more):
    return json.dumps([{"prediccion": {"dia": list(days)}, **more}]).encode("iso-8859-15")


def day(date="2026-05-04", temperatures=(("08", "12"),), winds=()):
    return {
        "fecha": f"{date}T00:00:00",
        "temperatura": [{"value": value, "periodo": hour} for hour, value in temperatures],
        "vientoAndRachaMax": list(winds),
    }


def observed(*rows):
    return json.dumps([{"idema": "3195", "fint": fint, "ta": value} for fint, value in rows]).encode()


def test_the_recorded_envelope_leads_to_the_data_and_holds_no_weather(payload):
    body = payload("envelope_town-28065-forecast-hourly")
    assert parse(body) == []
    (data,) = follow(body, QUESTION)
    assert (data.url, data.about, data.keep) == ("https://opendata.aemet.es/opendata/sh/18ca1886", QUESTION.about, True)


def test_the_recorded_observations_stand_at_their_instant_in_universal_time(payload):
    records = parse(payload("station-3195-observations_excerpt"), area="ES", kind="actual", place="3195")
    assert [(record.start_utc, record.temperature_c) for record in records] == [
        (dt.datetime(2021, 1, 8, hour, tzinfo=UTC), value) for hour, value in ((14, 0.1), (15, 0.2), (16, 0.3), (17, 0.1))
    ]
    assert {(record.wind_speed_ms, record.radiation_w_m2, record.kind) for record in records} == {(None, None, "actual")}


def test_the_recorded_forecast_is_read_by_local_hour_in_its_own_encoding(payload):
    body = payload("town-28065-forecast-hourly-data_excerpt")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    found = {record.start_utc.hour: (record.temperature_c, record.wind_speed_ms) for record in parse(body, kind="forecast")}
    assert found == {6: (-1.0, 7.778), 7: (-1.0, 7.5), 11: (0.0, None), 22: (1.0, None)}  # 28 and 27 km/h, the gusts left out
    assert str(found[11][0]) == "0.0"  # sent as "-0"


def test_an_empty_value_is_null_and_an_autumn_hour_that_comes_once_is_the_first():
    hours = [(f"{hour:02d}", "" if hour == 5 else str(hour)) for hour in range(24)]
    records = parse(forecast(day("2025-10-26", hours)))
    assert len(records) == 24
    assert [record.temperature_c for record in records][:7] == [0.0, 1.0, 2.0, 3.0, 4.0, None, 6.0]
    assert records[3].start_utc - records[2].start_utc == dt.timedelta(hours=2)  # the second 2 o'clock is not known


def test_an_hour_that_the_clock_skips_is_left_out():
    hours = [(f"{hour:02d}", str(hour)) for hour in range(24)]
    records = parse(forecast(day("2026-03-29", hours)))
    assert [record.temperature_c for record in records][:4] == [0.0, 1.0, 3.0, 4.0]
    assert records[2].start_utc == dt.datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_forecast_and_observations_come_back_exactly_by_way_of_their_envelopes():
    ask = asked("aemet", "weather", "2026-05-03", "2026-05-05", zone_key="ES", now=wire.NOW)
    records, urls = round_trip(aemet, wire, ask)
    assert [url.removeprefix("https://opendata.aemet.es/opendata/") for url in urls] == [
        "api/prediccion/especifica/municipio/horaria/28079",
        "api/observacion/convencional/datos/estacion/3195",
        "sh/forecast/28079",
        "sh/actual/3195",
    ]
    assert {record.kind for record in records} == {"forecast", "actual"}
    assert all((record.temperature_c, record.wind_speed_ms) == (price(record.start_utc), 10.0) for record in records)
    forecasts = [record.start_utc for record in records if record.kind == "forecast"]
    assert (forecasts[0], len(forecasts)) == (dt.datetime(2026, 5, 4, 6, tzinfo=UTC), 16 + 24 + 24)
    assert [record.start_utc for record in records if record.kind == "actual"][-1] == dt.datetime(2026, 5, 4, 6, tzinfo=UTC)


def test_only_days_within_reach_are_asked_and_only_of_zones_with_a_place():
    def kinds(first, last="", zone_key="ES", **more):
        return [
            request.about["kind"] for request in requests(asked("aemet", "weather", first, last, zone_key=zone_key, now=wire.NOW, **more))
        ]

    assert kinds("2026-05-04") == ["forecast", "actual"]
    assert kinds("2026-05-06") == ["forecast"]
    assert kinds("2026-05-03") == ["actual"]
    assert kinds("2026-05-07") == kinds("2026-04-01", "2026-05-02") == kinds("2026-05-04", zone_key="DE-LU") == []
    assert kinds("2026-05-04", zone_key="PT", parameters={"station": "5402"}) == ["actual"]


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (404, Outcome.NO_DATA), (429, Outcome.RATE_LIMITED), (401, Outcome.AUTH), (403, Outcome.AUTH),
        (500, Outcome.TRANSIENT), (400, Outcome.PERMANENT),
    ],
)  # fmt: skip
def test_a_state_in_the_body_counts_although_http_says_200(state, outcome):
    body = wire.envelope("https://opendata.aemet.es/opendata/sh/1", state, "No hay datos que satisfagan esos criterios")
    for read in (lambda: follow(body, QUESTION), lambda: parse(body)):
        with pytest.raises(UpstreamSaidError, match="No hay datos") as said:
            read()
        assert said.value.outcome is outcome


@pytest.mark.parametrize(
    "body", [b'{"datos": "https://x"}', b'{"estado": 200}', b'{"estado": 200, "datos": "ftp://x"}', b'{"estado": "200"}']
)
def test_an_envelope_without_a_state_or_an_address_is_refused(body):
    with pytest.raises(SchemaChangedError, match="envelope without"):
        follow(body, QUESTION)


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"<html></html>", {}),
        (b"[]", {}),
        (b"[7]", {}),
        (b'"x"', {}),
        (observed(("2026-05-04T08:00:00", 1)), {"kind": "forecast"}),
        (observed(("2026-05-04T08:00:00", 1)), {"place": "9999"}),
        (observed(("2026-05-04T08:00:00", 1), ("2026-05-04T08:00:00", 1)), {}),
        (observed(("2026-05-04T09:00:00", 1), ("2026-05-04T08:00:00", 1)), {}),
        (observed(("2026-05-04T08:10:00", 1)), {}),
        (observed(("soon", 1)), {}),
        (observed(("2026-05-04T08:00:00", "Ip")), {}),
        (observed(("2026-05-04T08:00:00", True)), {}),
        (b'[{"idema": "3195", "fint": "2026-05-04T08:00:00", "ta": NaN}]', {}),
        (forecast(day()), {"kind": "actual"}),
        (forecast(day(), id=28079), {"place": "28065"}),
        (forecast(day(), day()), {}),
        (forecast(day(temperatures=[("08", "1"), ("08", "2")])), {}),
        (forecast(day(temperatures=[("24", "1")])), {}),
        (forecast(day(temperatures=[("0713", "1")])), {}),
        (forecast(day(temperatures=[("08", "warm")])), {}),
        (forecast({"fecha": "2026-05-04T00:00:00"}), {}),
        (forecast(7), {}),
        (b'[{"prediccion": 7}]', {}),
        (forecast(day("someday")), {}),
    ],
)
def test_another_shape_place_or_hour_is_said_and_not_guessed(body, about):
    with pytest.raises(SchemaChangedError, match="aemet: "):
        parse(body, **about)
