"""Load, wind and sun of energy-charts after its documented shape (nothing recorded), and prices of version 2."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import energy_charts
from electricity_optimizer.sources.energy_charts import parse, requests
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS
from electricity_optimizer_tests.sources.wire import energy_charts as wire

START = 1777845600
QUARTERS = [START + 900 * k for k in range(4)]


def forecast(values=(1.0, 2.0, None, 4.0), production_type="solar", forecast_type="day-ahead", starts=QUARTERS):
    document = {"unix_seconds": starts, "forecast_values": values, "production_type": production_type, "forecast_type": forecast_type}
    return json.dumps({**document, "deprecated": False}).encode()


def actual(**data):
    types = [{"name": name.replace("_", " "), "data": values} for name, values in data.items()]
    return json.dumps({"unix_seconds": QUARTERS, "production_types": types, "deprecated": False}).encode()


@pytest.mark.parametrize("day", DAYS)
def test_forecasts_and_what_came_are_whole_days(day):
    ask = asked("energy-charts", "grid_forecasts", day, zone_key="DE-LU")
    records, _ = round_trip(energy_charts, wire, ask)
    starts = interval_starts(ask.first, ask.zone.tz, 15)
    sun = [record for record in records if ":grid_forecast:solar:" in record.series_id and record.delivery_date == ask.first]
    assert [(record.start_utc, record.solar_mw) for record in sun] == [(start, price(start)) for start in starts]
    came = [record for record in records if record.kind == "actual" and record.delivery_date == ask.first]
    assert [(record.start_utc, record.load_mw, record.wind_mw, record.solar_mw) for record in came] == [
        (start, price(start), price(start), price(start)) for start in starts
    ]
    assert {record.series_id for record in came} == {"energy-charts:DE-LU:grid_actual:all:PT15M:-"}


def test_wind_of_germany_is_two_forecasts_and_neither_is_the_whole():
    found = requests(asked("energy-charts", "grid_forecasts", "2026-06-16", zone_key="DE-LU"))
    assert [request.params.get("production_type") for request in found] == ["load", "wind_onshore", "wind_offshore", "solar"]
    assert [request.about["quantity"] for request in found] == ["load", "wind_onshore", "wind_offshore", "solar"]
    assert {(request.params["country"], request.params["forecast_type"]) for request in found} == {("de", "day-ahead")}


def test_a_country_without_turbines_at_sea_has_one_wind():
    found = requests(asked("energy-charts", "grid_forecasts", "2026-06-16", zone_key="AT"))
    assert [(request.params["production_type"], request.about["quantity"]) for request in found] == [
        ("load", "load"),
        ("wind_onshore", "wind"),
        ("solar", "solar"),
    ]
    (record, *_) = parse(forecast(production_type="wind_onshore"), **found[1].about)
    assert (record.series_id, record.wind_mw) == ("energy-charts:AT:grid_forecast:wind:PT15M:-", 1.0)


def test_the_delivery_day_is_asked_as_instants():
    found = requests(asked("energy-charts", "grid_forecasts", "2026-05-04", zone_key="FI"))
    assert {(request.params["start"], request.params["end"]) for request in found} == {("2026-05-03T22:00Z", "2026-05-04T21:59Z")}
    assert [request.url.rpartition("/")[2] for request in found] == ["public_power_forecast"] * 3 + ["public_power"]


def test_a_zone_that_is_a_part_of_its_country_is_not_asked():
    for key in ("DK1", "SE3", "IT-North", "GB"):
        assert requests(asked("energy-charts", "grid_forecasts", "2026-05-04", zone_key=key)) == []


def test_what_came_is_the_sum_of_wind_and_null_where_a_part_is():
    body = actual(Wind_onshore=[1, 2, 3, None], Wind_offshore=[10, None, 30, None], Load=[5, 6, 7, None], Hydro=[1, 1, 1, 1])
    records = parse(body, quantity="all")
    assert [(record.load_mw, record.wind_mw, record.solar_mw) for record in records] == [(5, 11, None), (6, None, None), (7, 33, None)]


def test_a_country_whose_answer_names_no_wind_at_sea_has_none():
    records = parse(actual(Wind_onshore=[1, 2, 3, 4], Solar=[0, 0, 0, 0]))
    assert [record.wind_mw for record in records] == [1, 2, 3, 4]


def test_a_null_stays_null_and_the_licence_is_the_services():
    records = parse(forecast())
    assert [record.solar_mw for record in records] == [1.0, 2.0, None, 4.0]
    assert records[0].redistributable
    assert records[0].start_utc == dt.datetime(2026, 5, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "quantity"),
    [
        (forecast(forecast_type="intraday"), "solar"),
        (forecast(forecast_type="current"), ""),
        (forecast(production_type="wind_offshore"), "wind"),
        (forecast(production_type="load"), "solar"),
        (forecast(production_type="nuclear"), ""),
        (forecast(values=(1.0, 2.0)), "solar"),
        (forecast(values=(1.0, "2", 3, 4)), "solar"),
        (forecast(starts=[START, START, START + 900, START + 1800]), "solar"),
        (forecast(starts=[START, START + 60, START + 120, START + 180]), "solar"),
        (forecast(), "all"),
        (actual(Load=[1, 2, 3, 4]), "load"),
        (actual(Load=[1, 2]), "all"),
        (b'{"unix_seconds": [1], "production_types": [1]}', "all"),
        (b'{"unix_seconds": [1777845600], "price": [1]}', "load"),
    ],
)
def test_another_answer_than_asked_is_refused(body, quantity):
    with pytest.raises(SchemaChangedError, match="energy-charts: "):
        parse(body, quantity=quantity)


def second_version(*points, **changes):
    document = {"endpoint": "price", "bidding_zone": "DE-LU", "unit": "EUR / MWh", "license": "CC BY 4.0 from SMARD.de", "data": points}
    return json.dumps(document | changes).encode()


def test_prices_of_version_2_are_read():
    points = [{"timestamp": f"2026-05-04T00:{15 * k:02}:00+02:00", "values": {"day_ahead_price": 1.5 * k}} for k in range(4)]
    records = parse(second_version(*points))
    assert [record.price for record in records] == [0.0, 1.5, 3.0, 4.5]
    assert (records[0].start_utc, records[0].resolution_s) == (dt.datetime(2026, 5, 3, 22, tzinfo=UTC), 900)
    assert all(record.redistributable for record in records)


@pytest.mark.parametrize(
    "body",
    [
        second_version(endpoint="public_power"),
        second_version(bidding_zone="AT"),
        second_version({"timestamp": "2026-05-04T00:00:00", "values": {"day_ahead_price": 1}}),
        second_version({"timestamp": "2026-05-04T00:00:00+02:00", "values": {"load": 1}}),
        second_version({"timestamp": "2026-05-04T00:00:00+02:00", "values": {"day_ahead_price": "1"}}),
    ],
)
def test_version_2_is_read_as_strictly(body):
    with pytest.raises(SchemaChangedError, match="energy-charts: "):
        parse(body)
