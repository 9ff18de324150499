"""SMARD: index and weeks, the unit of prices by day, quantities in MW, and what is refused."""

import datetime as dt
import json
from collections import Counter
from dataclasses import replace

import pytest

from electricity_optimizer.sources import smard
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.smard import follow, parse, requests
from electricity_optimizer.timeline import UTC, day_start
from electricity_optimizer_tests.sources.asked import asked, price, round_trip
from electricity_optimizer_tests.sources.whole_days import DAYS, expect_whole_days
from electricity_optimizer_tests.sources.wire import smard as wire

MONDAYS = [dt.date(2026, 6, 1), dt.date(2026, 6, 8), dt.date(2026, 6, 15)]


def milliseconds(day, hours=0.0):
    return int(day_start(day, "Europe/Berlin").timestamp() * 1000 + hours * 3_600_000)


def index(*mondays):
    return json.dumps({"timestamps": [milliseconds(monday) for monday in mondays]}).encode()


def week(*values, start=dt.date(2026, 6, 15), minutes=15):
    series = [[milliseconds(start, k * minutes / 60), value] for k, value in enumerate(values)]
    return json.dumps({"meta_data": {"version": 1, "created": 1}, "series": series}).encode()


def weeks_for(first, last):
    (request,) = requests(asked("smard", "prices", first, last, zone_key="DE-LU"))
    return [
        dt.datetime.fromtimestamp(int(found.url[-18:-5]) / 1000, UTC).date() + dt.timedelta(days=1)
        for found in follow(index(*MONDAYS), request)
    ]


def test_the_recorded_index_lists_weeks_and_holds_no_record(shared):
    body = (shared / "payloads/smard/index_hour.json").read_bytes()
    assert parse(body) == []
    request = Request(
        "https://www.smard.de/app/chart_data/4169/DE-LU/index_hour.json",
        {},
        {"resolution": "hour", "first": "2021-08-03", "last": "2021-08-03"},
    )
    assert [found.url for found in follow(body, request)] == [
        "https://www.smard.de/app/chart_data/4169/DE-LU/4169_DE-LU_hour_1627855200000.json"
    ]


def test_the_recorded_week_is_two_hours_and_its_meaning_is_what_was_asked(shared):
    body = (shared / "payloads/smard/chart_data_hour.json").read_bytes()
    assert [(record.start_utc, record.resolution_s) for record in parse(body)] == [
        (dt.datetime(2021, 7, 25, 22, tzinfo=UTC), 3600),
        (dt.datetime(2021, 7, 25, 23, tzinfo=UTC), 3600),
    ]
    assert [record.load_mw for record in parse(body, series="actual:load", resolution="hour")] == [7866.0, 7881.0]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("key", ["DE-LU", "CH", "SE4"])
def test_what_is_written_comes_back(key, day):
    ask = asked("smard", "prices", day, zone_key=key)
    expect_whole_days(round_trip(smard, wire, ask)[0], ask)


def test_around_the_change_of_the_unit_hours_and_quarters_come_from_their_own_files():
    ask = asked("smard", "prices", "2025-09-29", "2025-10-02", zone_key="AT")
    records, urls = round_trip(smard, wire, ask)
    expect_whole_days(records, ask)
    assert Counter(url.rpartition("/")[2].split("_")[2] for url in urls if "index" not in url) == {"hour": 1, "quarterhour": 1}


def test_addresses_name_filter_region_and_unit():
    urls = {key: requests(asked("smard", "prices", "2026-05-04", zone_key=key))[0].url for key in ("DE-LU", "FR", "CH")}
    assert [url.partition("chart_data/")[2] for url in urls.values()] == [
        "4169/DE-LU/index_quarterhour.json",
        "254/DE/index_quarterhour.json",
        "259/DE/index_hour.json",
    ]
    assert requests(asked("smard", "prices", "2026-05-04", zone_key="ES")) == []


def test_only_weeks_with_asked_days_are_fetched():
    assert weeks_for("2026-06-03", "2026-06-03") == [MONDAYS[0]]
    assert weeks_for("2026-06-07", "2026-06-08") == MONDAYS[:2]


@pytest.mark.parametrize("day", ["2026-06-15", "2026-06-21", "2026-06-22"])
def test_the_newest_week_comes_with_the_one_before(day):
    assert weeks_for(day, day) == MONDAYS[1:]


def test_a_gap_of_weeks_is_not_fetched():
    ask = asked("smard", "prices", "2026-01-05", "2026-03-30", zone_key="DE-LU")
    found = requests(replace(ask, days=tuple(day for day in ask.days if day.month != 2)))
    assert [(request.about["first"], request.about["last"]) for request in found] == [
        ("2026-01-05", "2026-01-31"),
        ("2026-03-01", "2026-03-30"),
    ]


def test_years_are_asked_a_year_at_a_time():
    found = requests(asked("smard", "prices", "2021-01-01", "2023-12-31", zone_key="DE-LU"))
    assert [request.about["first"] for request in found] == ["2021-01-01", "2022-01-01", "2023-01-01"]


def test_a_week_leads_nowhere_further():
    assert follow(week(1.0), Request("https://www.smard.de/app/chart_data/4169/DE-LU/4169_DE-LU_hour_1627855200000.json")) == []


def test_an_empty_index_is_no_data():
    with pytest.raises(UpstreamSaidError, match="no week"):
        follow(index(), requests(asked("smard", "prices", "2026-06-15", zone_key="DE-LU"))[0])


def test_nulls_behind_the_last_value_are_no_records_and_others_stay_null():
    records = parse(week(1.0, None, 3.0, None, None))
    assert [record.price for record in records] == [1.0, None, 3.0]


def test_a_day_without_a_value_yet_is_no_data():
    body = week(*[1.0] * 96, *[None] * 96)
    assert len(parse(body, first="2026-06-15", last="2026-06-16")) == 96
    with pytest.raises(UpstreamSaidError) as said:
        parse(body, first="2026-06-16", last="2026-06-16")
    assert said.value.outcome is Outcome.NO_DATA
    assert parse(body, first="2026-07-01", last="2026-07-01") == []


def test_forecasts_of_germany_are_four_series_and_what_came_four_more():
    records, urls = round_trip(smard, wire, asked("smard", "grid_forecasts", "2026-06-14", zone_key="DE-LU"))
    assert {tuple(record.series_id.split(":")[2:5]) for record in records} == {
        (f"grid_{kind}", quantity, "PT15M")
        for kind in ("forecast", "actual")
        for quantity in ("load", "wind_onshore", "wind_offshore", "solar")
    }
    assert Counter(url.split("/")[5] for url in urls if "index" in url) == Counter(
        ["411", "123", "3791", "125", "410", "4067", "1225", "4068"]
    )
    assert {url.split("/")[6] for url in urls} == {"DE"}


@pytest.mark.parametrize("day", DAYS)
def test_energy_per_quarter_hour_becomes_power(day):
    records, _ = round_trip(smard, wire, asked("smard", "grid_forecasts", day, zone_key="DE-LU"))
    sun = [record for record in records if ":grid_forecast:solar:" in record.series_id]
    assert [record.solar_mw for record in sun] == [price(record.start_utc) for record in sun]
    assert {(record.load_mw, record.wind_mw) for record in sun} == {(None, None)}
    assert {record.delivery_date for record in sun} == {dt.date.fromisoformat(day)}


def test_wind_on_land_and_at_sea_are_parts_in_series_of_their_own():
    sea = parse(week(25.0), series="forecast:wind_offshore", resolution="quarterhour")
    assert [(record.wind_mw, record.series_id) for record in sea] == [(100.0, "smard:DE-LU:grid_forecast:wind_offshore:PT15M:-")]


def test_what_came_is_not_asked_of_a_day_to_come_and_other_zones_have_nothing():
    found = requests(asked("smard", "grid_forecasts", "2026-06-16", zone_key="DE-LU"))
    assert {request.about["series"].partition(":")[0] for request in found} == {"forecast"}
    assert requests(asked("smard", "grid_forecasts", "2026-06-14", zone_key="AT")) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"timestamps": ["1627855200000"]}',
        b'{"timestamps": [1628460000000, 1627855200000]}',
        b'{"series": [[1627250400000, 1.0]]}',
        b'{"meta_data": {}, "series": {"1627250400000": 1.0}}',
        b'{"meta_data": {}, "series": [[1627250400000, 1.0, 2.0]]}',
        b'{"meta_data": {}, "series": [[1627250400000, "1.0"]]}',
        b'{"meta_data": {}, "series": [[1627250400000, NaN]]}',
        b'{"meta_data": {}, "series": [[1627250400, 1.0]]}',
        b'{"meta_data": {}, "series": [[1627250400001, 1.0]]}',
        b'{"meta_data": {}, "series": [[1627250400000, 1.0], [1627250400000, 1.0]]}',
        b'{"meta_data": {}, "series": [[1627250400000, 1.0], [1627250700000, 1.0]]}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="smard: "):
        parse(body)


def test_a_file_of_another_unit_than_asked_is_refused():
    with pytest.raises(SchemaChangedError, match="beside its market time unit"):
        parse(week(1.0, 2.0), resolution="hour")
