"""From sources to the record, against a warehouse in a folder of its own."""

import datetime as dt
import json
from dataclasses import dataclass

import httpx
import polars as pl
import pytest
import respx
import stamina

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.client import Reach
from electricity_optimizer.sources.ingest import ingest_grid_forecasts, ingest_prices, ingest_weather
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer.warehouse import Warehouse, open_warehouse

DE = zone("DE-LU")
TODAY, TOMORROW = dt.date(2026, 5, 4), dt.date(2026, 5, 5)
NOW = dt.datetime(2026, 5, 4, 11, 30, tzinfo=UTC)  # 13:30 local: tomorrow may be there, or not yet
ALL = Reach(frozenset({"energy-charts", "open-meteo"}), {})
NONE = Reach(frozenset(), {"energy-charts": "ConnectError: no route", "open-meteo": "ConnectError: no route"})


@dataclass
class Desk:
    """Ingests with settings of its own folder."""

    warehouse: Warehouse
    settings: Settings

    def __call__(self, function, first=TODAY, last=TODAY, reach=NONE, now=NOW, place=DE):
        return function(self.warehouse, place, first, last, settings=self.settings, now=now, reach=reach)

    def prices(self, first=TODAY, last=TODAY):
        return self.warehouse.records("price_record", "DE-LU", first, last)


@pytest.fixture
def desk(tmp_path):
    def make(**more):
        settings = Settings(home=tmp_path / "home", **more)
        return Desk(open_warehouse(settings), settings)

    return make


@pytest.fixture(autouse=True)
def _no_waiting_between_tries():
    with stamina.set_testing(True, attempts=2):
        yield


def given(report):
    """Days by the source that gave them."""
    return {entry.source: entry.days for entry in report.outcomes if entry.days}


def answer(day, minutes=15, **more):
    seconds = [int(start.timestamp()) for start in interval_starts(day, "Europe/Berlin", minutes)]
    return {
        "license_info": "CC BY 4.0",
        "unix_seconds": seconds,
        "price": [k / 2 for k in range(len(seconds))],
        "unit": "EUR / MWh",
        **more,
    }


def energy_charts(responses):
    """Answers by the first day asked; 404 for any other."""

    def respond(request):
        found = responses.get(request.url.params["start"])
        return httpx.Response(404, text="no content available") if found is None else httpx.Response(200, json=found)

    return respx.get(source("energy-charts").url).mock(side_effect=respond)


def price_file(path, *days):
    starts = [start for day in days for start in interval_starts(day, "Europe/Berlin", 15)]
    frame = pl.DataFrame({"utc": starts, "price": [10.0 + k % 96 for k in range(len(starts))]})
    frame.write_parquet(path)
    return path


@respx.mock
def test_prices_of_energy_charts_are_recorded_with_the_bytes_behind_them(desk):
    energy_charts({"2026-05-04": answer(TODAY), "2026-05-05": answer(TOMORROW)})
    desk = desk()
    report = desk(ingest_prices, TODAY, TOMORROW, ALL)
    assert (report.new, report.revised, report.unchanged) == (192, 0, 0)
    assert given(report) == {"energy-charts": 2}
    assert report.missing_days == []
    rows = desk.prices(TODAY, TOMORROW)
    assert rows.filter(~pl.col("synthetic"))["redistributable"].all()
    body = desk.warehouse.load_payload(rows["payload_sha256"][0])
    assert json.loads(body) == answer(TODAY)


@respx.mock
def test_the_same_again_is_unchanged_and_a_changed_value_a_revision(desk):
    energy_charts({"2026-05-04": answer(TODAY)})
    desk = desk()
    desk(ingest_prices, reach=ALL)
    assert desk(ingest_prices, reach=ALL).unchanged == 96
    changed = answer(TODAY)
    changed["price"][7] = 99.0
    energy_charts({"2026-05-04": changed})
    report = desk(ingest_prices, reach=ALL, now=NOW + dt.timedelta(hours=1))
    assert (report.new, report.revised, report.unchanged) == (0, 1, 95)


@respx.mock
def test_a_tomorrow_that_is_not_published_yet_is_not_yet_takes_no_other_day_along_and_is_not_simulated(desk):
    energy_charts({"2026-05-04": answer(TODAY)})
    report = desk()(ingest_prices, TODAY, TOMORROW, ALL)
    assert given(report) == {"energy-charts": 1}
    assert report.missing_days == [TOMORROW]
    assert [entry.outcome for entry in report.outcomes if entry.source == "energy-charts"] == [Outcome.NOT_YET]
    assert report.outcomes[-1].reason == "the zone has real prices: nothing is simulated beside them"


@respx.mock
def test_an_incomplete_day_is_not_recorded(desk):
    short = answer(TODAY)
    short["price"][3] = None
    energy_charts({"2026-05-04": short})
    desk = desk(allow_simulator=False)
    report = desk(ingest_prices, reach=ALL)
    assert report.missing_days == [TODAY]
    assert desk.prices().is_empty()
    assert report.outcomes[1].reason == "1 days not complete, first 2026-05-04"


@respx.mock
@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (httpx.Response(429, text="slow down"), Outcome.RATE_LIMITED),
        (httpx.Response(200, html="<html>robot?</html>"), Outcome.BLOCKED),
        (httpx.Response(200, json={"prices": []}), Outcome.SCHEMA_CHANGED),
        (httpx.Response(500), Outcome.TRANSIENT),
    ],
)
def test_trouble_upstream_is_an_outcome_and_the_simulator_stands_in_flagged(desk, response, outcome):
    respx.get(source("energy-charts").url).mock(return_value=response)
    desk = desk()
    report = desk(ingest_prices, reach=ALL)
    assert report.outcomes[1].outcome is outcome
    assert given(report) == {"simulator": 1}
    assert desk.prices()["synthetic"].all()


def test_without_any_upstream_everything_is_simulated_and_says_so(desk):
    desk = desk()
    for function, rows in ((ingest_prices, 96), (ingest_weather, 24 + 13), (ingest_grid_forecasts, 24 + 13)):
        report = desk(function)
        assert report.new == rows
        assert given(report) == {"simulator": 1}
    assert "ConnectError: no route" in [entry.reason for entry in desk(ingest_prices).outcomes]


@pytest.mark.parametrize(
    "refusing", [{"environment": "production", "allow_simulator": False}, {"allow_simulator": False}, {"environment": "production"}]
)
def test_production_or_a_setting_refuses_the_simulator(desk, refusing):
    report = desk(**refusing)(ingest_prices)
    assert report.new == 0
    assert report.missing_days == [TODAY]


def test_with_price_files_nothing_else_is_asked_and_days_outside_stay_unknown(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),))
    report = desk(ingest_prices, TODAY, TOMORROW, ALL)  # no request is mocked: one would fail
    assert given(report) == {"files": 1}
    assert report.missing_days == [TOMORROW]
    assert not desk.prices(TODAY, TOMORROW)["synthetic"].any()
    assert {entry.reason for entry in report.outcomes[1:]} == {"files are given: nothing else is asked"}


def test_with_price_files_no_grid_forecast_is_simulated_but_the_weather_is_and_says_so(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),))
    assert desk(ingest_grid_forecasts).missing_days == [TODAY]
    assert given(desk(ingest_weather)) == {"simulator": 1}


def test_files_of_another_zone_leave_this_one_alone(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),), file_zone="FR")
    assert given(desk(ingest_prices)) == {"simulator": 1}
    assert given(desk(ingest_prices, place=zone("FR"))) == {"files": 1}


def test_the_drop_folder_comes_before_upstreams(desk):
    desk = desk()
    (desk.settings.home / "inbox").mkdir(parents=True)
    price_file(desk.settings.home / "inbox" / "dropped.parquet", TODAY)
    report = desk(ingest_prices, TODAY, TOMORROW)
    assert given(report) == {"files": 1}
    assert report.missing_days == [TOMORROW]  # and not simulated beside real prices


def test_a_faulty_file_stops_with_one_line_and_leaves_the_record_as_it_was(desk, tmp_path):
    path = price_file(tmp_path / "real.parquet", TODAY)
    desk = desk(price_files=(path,))
    desk(ingest_prices)
    before = desk.prices()
    pl.read_parquet(path).with_columns(pl.col("price") + 1)[:50].vstack(pl.read_parquet(path)[60:]).write_parquet(path)
    with pytest.raises(InputError, match=r"real.parquet after row 50: gap: no row for 2026-05-04T10:30Z"):
        desk(ingest_prices)
    assert desk.prices().equals(before)


@respx.mock
def test_weather_of_open_meteo_holds_the_forecast_and_what_came(desk):
    def respond(request):
        first = dt.datetime.fromisoformat(request.url.params["start_date"]).replace(tzinfo=UTC)
        last = dt.datetime.fromisoformat(request.url.params["end_date"]).replace(tzinfo=UTC)
        times = list(range(int(first.timestamp()), int(last.timestamp()) + 86400, 3600))
        values = {"temperature_2m": [12.0] * len(times), "wind_speed_10m": [4.0] * len(times), "shortwave_radiation": [100.0] * len(times)}
        units = {"wind_speed_10m": "m/s"}
        return httpx.Response(200, json={"utc_offset_seconds": 0, "hourly_units": units, "hourly": {"time": times, **values}})

    entry = source("open-meteo")
    routes = [respx.get(url).mock(side_effect=respond) for url in (entry.url, entry.history_url, entry.archive_url)]
    desk = desk()
    report = desk(ingest_weather, dt.date(2026, 3, 1), TOMORROW, ALL)
    assert given(report) == {"open-meteo": 66}
    assert [route.call_count for route in routes] == [1, 1, 1]
    rows = desk.warehouse.records("weather_record", "DE-LU", dt.date(2026, 3, 1), TOMORROW)
    assert rows["radiation_w_m2"].null_count() == 0
    held = rows.group_by("kind").agg(pl.col("delivery_date").n_unique(), pl.col("delivery_date").max().alias("last")).sort("kind")
    assert held.rows() == [("actual", 58, dt.date(2026, 4, 27)), ("forecast", 66, TOMORROW)]


def test_the_real_files_are_recorded_whole_with_their_inputs(desk, shared):
    data = shared / "data"
    names = ("de_lu_energycharts_hourly_2020_202509.parquet", "de_lu_energycharts_15min_202510_202605.parquet")
    desk = desk(price_files=tuple(data / name for name in names), input_files=(data / "de_lu_exog_2024_2026_hourly.parquet",))
    first, last = dt.date(2025, 9, 1), dt.date(2025, 11, 30)
    now = dt.datetime(2026, 6, 1, tzinfo=UTC)
    report = desk(ingest_prices, first, last, now=now)
    assert given(report) == {"files": 91}
    assert report.new == 30 * 24 + 61 * 96 + 4  # the last Sunday of October has four quarters more
    assert given(desk(ingest_grid_forecasts, first, last, now=now)) == {"files": 91}
