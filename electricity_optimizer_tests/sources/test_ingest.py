"""From sources to the record, against a warehouse in a folder of its own."""

import datetime as dt
import json

import httpx
import polars as pl
import pytest
import respx

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.conftest import NOW, TODAY, TOMORROW, only

ENERGY_CHARTS = only("energy-charts")


def given(report):
    """Days by the source that gave them."""
    return {entry.source: entry.days for entry in report.outcomes if entry.days}


def outcome(report, name="energy-charts"):
    return next((entry.outcome, entry.reason) for entry in report.outcomes if entry.source == name)


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
    report = desk("prices", TODAY, TOMORROW, ENERGY_CHARTS, run_id="run 7")
    assert (report.new, report.revised, report.unchanged) == (192, 0, 0)
    assert given(report) == {"energy-charts": 2}
    assert report.missing_days == []
    rows = desk.prices(TODAY, TOMORROW)
    assert rows.filter(~pl.col("synthetic"))["redistributable"].all()
    assert rows["run_id"].unique().to_list() == ["run 7"]
    body = desk.warehouse.load_payload(rows["payload_sha256"][0])
    assert json.loads(body) == answer(TODAY)


@respx.mock
def test_a_tomorrow_that_is_not_published_yet_is_not_yet_takes_no_other_day_along_and_is_not_simulated(desk):
    energy_charts({"2026-05-04": answer(TODAY)})
    report = desk()("prices", TODAY, TOMORROW, ENERGY_CHARTS)
    assert given(report) == {"energy-charts": 1}
    assert report.missing_days == [TOMORROW]
    assert outcome(report)[0] is Outcome.NOT_YET
    assert report.outcomes[-1].reason == "the zone has real prices: nothing is simulated beside them"


@respx.mock
def test_after_the_deadline_a_tomorrow_that_is_not_there_is_no_data(desk):
    energy_charts({})
    assert outcome(desk()("prices", TOMORROW, reach=ENERGY_CHARTS, now=NOW + dt.timedelta(hours=3)))[0] is Outcome.NO_DATA


@respx.mock
def test_before_the_window_of_publication_tomorrow_is_not_asked_for_and_the_reason_says_when_it_will_be(desk):
    route = energy_charts({})
    report = desk()("prices", TOMORROW, reach=ENERGY_CHARTS, now=NOW - dt.timedelta(hours=2))
    assert outcome(report) == (Outcome.NOT_YET, "2026-05-05 is not published before 2026-05-04 10:45 UTC")
    assert not route.called


@respx.mock
def test_an_incomplete_day_is_not_recorded(desk):
    short = answer(TODAY)
    short["price"][3] = None
    energy_charts({"2026-05-04": short})
    desk = desk(allow_simulator=False)
    report = desk(reach=ENERGY_CHARTS)
    assert report.missing_days == [TODAY]
    assert desk.prices().is_empty()
    assert outcome(report)[1] == "1 days not complete, first 2026-05-04"


@respx.mock
@pytest.mark.parametrize(
    ("response", "found"),
    [
        (httpx.Response(429, text="slow down"), Outcome.RATE_LIMITED),
        (httpx.Response(200, html="<html>robot?</html>"), Outcome.BLOCKED),
        (httpx.Response(200, json={"prices": []}), Outcome.SCHEMA_CHANGED),
        (httpx.Response(500), Outcome.TRANSIENT),
    ],
)
def test_trouble_upstream_is_an_outcome_and_the_simulator_stands_in_flagged(desk, response, found):
    respx.get(source("energy-charts").url).mock(return_value=response)
    desk = desk()
    report = desk(reach=ENERGY_CHARTS)
    assert outcome(report)[0] is found
    assert given(report) == {"simulator": 1}
    assert desk.prices()["synthetic"].all()


def test_without_any_upstream_everything_is_simulated_and_says_so(desk):
    desk = desk()
    for kind, rows in (("prices", 96), ("weather", 24 + 13), ("grid_forecasts", 24 + 13)):
        report = desk(kind)
        assert report.new == rows
        assert given(report) == {"simulator": 1}
    assert "ConnectError: no route" in [entry.reason for entry in desk("weather").outcomes]


@pytest.mark.parametrize(
    "refusing", [{"environment": "production", "allow_simulator": False}, {"allow_simulator": False}, {"environment": "production"}]
)
def test_production_or_a_setting_refuses_the_simulator(desk, refusing):
    report = desk(**refusing)()
    assert report.new == 0
    assert report.missing_days == [TODAY]


def test_with_price_files_nothing_else_is_asked_and_days_outside_stay_unknown(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),))
    report = desk("prices", TODAY, TOMORROW, ENERGY_CHARTS)  # no request is mocked: one would fail
    assert given(report) == {"files": 1}
    assert report.missing_days == [TOMORROW]
    assert not desk.prices(TODAY, TOMORROW)["synthetic"].any()
    assert "files are given: nothing else is asked" in {entry.reason for entry in report.outcomes[1:]}


def test_with_price_files_no_grid_forecast_is_simulated_but_the_weather_is_and_says_so(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),))
    assert desk("grid_forecasts").missing_days == [TODAY]
    assert given(desk("weather")) == {"simulator": 1}


def test_files_of_another_zone_leave_this_one_alone(desk, tmp_path):
    desk = desk(price_files=(price_file(tmp_path / "real.parquet", TODAY),), file_zone="FR")
    assert given(desk()) == {"simulator": 1}
    assert given(desk(place=zone("FR"))) == {"files": 1}


def test_the_drop_folder_comes_before_upstreams(desk):
    desk = desk()
    (desk.settings.home / "inbox").mkdir(parents=True)
    price_file(desk.settings.home / "inbox" / "dropped.parquet", TODAY)
    report = desk("prices", TODAY, TOMORROW)
    assert given(report) == {"files": 1}
    assert report.missing_days == [TOMORROW]  # and not simulated beside real prices


def test_a_real_day_that_comes_later_takes_the_place_of_the_simulated_one_by_its_flag(desk):
    desk = desk()
    desk()
    (desk.settings.home / "inbox").mkdir()
    price_file(desk.settings.home / "inbox" / "real.parquet", TODAY)
    assert given(desk(now=NOW + dt.timedelta(hours=1))) == {"files": 1}
    assert desk.prices().group_by("synthetic").len().sort("synthetic").rows() == [(False, 96), (True, 96)]


def test_a_faulty_file_stops_with_one_line_and_leaves_the_record_as_it_was(desk, tmp_path):
    path = price_file(tmp_path / "real.parquet", TODAY)
    desk = desk(price_files=(path,))
    desk()
    before = desk.prices()
    pl.read_parquet(path).with_columns(pl.col("price") + 1)[:50].vstack(pl.read_parquet(path)[60:]).write_parquet(path)
    with pytest.raises(InputError, match=r"real.parquet after row 50: gap: no row for 2026-05-04T10:30Z"):
        desk()
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
    report = desk("weather", dt.date(2026, 3, 1), TOMORROW, only("open-meteo"))
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
    report = desk("prices", first, last, now=now)
    assert given(report) == {"files": 91}
    assert report.new == 30 * 24 + 61 * 96 + 4  # the last Sunday of October has four quarters more
    assert given(desk("grid_forecasts", first, last, now=now)) == {"files": 91}
