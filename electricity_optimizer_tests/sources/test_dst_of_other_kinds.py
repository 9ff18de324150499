"""Tariffs, weather, carbon and the grid on every day of 2020 to 2027 on which the clock changes, from the request to the record's rows.

As for prices (`test_dst_of_every_source`): the rows that would be recorded tile the local day, and each has the value of its own instant.
"""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.sources.openei_urdb import NAME as URDB
from electricity_optimizer.timeline import UTC, day_bounds, interval_count, interval_starts
from electricity_optimizer_tests.sources.as_recorded import expect_tiled, lively, recorded
from electricity_optimizer_tests.sources.asked import asked
from electricity_optimizer_tests.sources.clock_changes import clock_changes
from electricity_optimizer_tests.sources.test_openei_urdb import by_the_clock

AFTERWARDS = dt.datetime(2028, 1, 10, 12, tzinfo=UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
CHANGES = clock_changes("Europe/Brussels")
AMERICAN = clock_changes("America/Detroit")
NAMED = (dt.date(2021, 10, 31), dt.date(2022, 3, 27), dt.date(2025, 10, 26), dt.date(2026, 3, 29))

TARIFFS = (
    ("esios", "es-pvpc", 60, {"geo": "8741"}),
    ("esios", "es-pvpc", 60, {"geo": "8745"}),
    ("esios", "es-pvpc", 60, {"geo": "8743", "indicator": "1001"}),
    ("esios", "es-pvpc", 60, {"indicator": "1739"}),
    ("redata", "es-pvpc", 60, {"geo": "8741"}),
    ("octopus", "gb-agile-c", 30, {}),
    (URDB, "us-consumers-rsp", 60, {}),
    (URDB, "us-aps-saver-choice-plus", 60, {}),
)
"""Source, subscription, minutes of an interval, and parameters other than the subscription's own."""


def tariff(name, key, first, last, parameters=()):
    """The question for a subscription about the days from `first` to `last`."""
    entry = subscription(key)
    more = {"parameters": {**entry.parameters, **dict(parameters)}, "subscription": key, "local_tz": entry.tz}
    return asked(name, "tariffs", first.isoformat(), last.isoformat(), zone_key=entry.zone or "DE-LU", now=AFTERWARDS, **more)


def expect_tariff(name, key, minutes, parameters, *days):
    """The price (with tax, where it comes with and without) is that of the instant; an American rate knows the clock on the wall only."""
    tz = subscription(key).tz
    value = by_the_clock(tz) if name == URDB else lively
    frame = recorded(tariff(name, key, days[0], days[-1], parameters), value)["price_record"]
    for _, series in frame.group_by("series_id"):
        assert complete_days(series, "prices", tz) == set(days)
    expect_tiled(frame.filter(pl.col("vat") != "excluded") if name == "octopus" else frame, days, tz, lambda _: minutes, value)


def test_the_clocks_of_the_united_states_change_on_days_of_their_own():
    assert len(AMERICAN) == 16
    assert not set(AMERICAN) & set(CHANGES)
    assert clock_changes("America/Phoenix") == ()


@pytest.mark.parametrize(("name", "key", "minutes", "parameters"), TARIFFS)
def test_a_tariff_has_every_interval_of_a_clock_change(name, key, minutes, parameters):
    for day in {*clock_changes(subscription(key).tz), *(AMERICAN if name == URDB else ())}:
        expect_tariff(name, key, minutes, parameters, day)


@pytest.mark.parametrize(("name", "key", "minutes", "parameters"), TARIFFS)
def test_the_day_before_and_a_clock_change_of_a_tariff_come_as_well_at_once(name, key, minutes, parameters):
    for day in AMERICAN[-4:] if name == URDB else NAMED:
        expect_tariff(name, key, minutes, parameters, day - DAY, day)


@pytest.mark.parametrize("day", CHANGES)
@pytest.mark.parametrize("before", [0, 1])
def test_the_merged_intervals_of_flatpeak_fill_the_days_with_the_price_of_each_half_hour(day, before):
    tz, days = subscription("flatpeak-home").tz, [day - DAY, day][1 - before :]
    frame = recorded(tariff("flatpeak", "flatpeak-home", days[0], day))["price_record"]
    spans = frame.select("start_utc", "end_utc", "price").rows()
    assert [start for start, _, _ in spans] == [day_bounds(days[0], tz)[0], *(end for _, end, _ in spans[:-1])]
    assert spans[-1][1] == day_bounds(day, tz)[1]
    halves = [start for one in days for start in interval_starts(one, tz, 30)]
    assert [next(price for start, end, price in spans if start <= half < end) for half in halves] == [lively(half) for half in halves]
    assert len(spans) < len(halves), "equal neighbours come as one"


def by_kind(name, kind, key, day, value=lively, at=AFTERWARDS, **more):
    """Rows of forecasts and of actual values of a day, asked for `at` an instant; `more` is for the writer."""
    (frame,) = recorded(asked(name, kind, day.isoformat(), zone_key=key, now=at), value, **more).values()
    return {str(view): rows for (view,), rows in frame.group_by("kind")}


def amount(start):
    """A quantity of whole units that is never below zero, so that its parts add up exactly."""
    return float(round(1001 + 10 * lively(start)))


def eve_of(day):
    """The afternoon before."""
    return dt.datetime.combine(day - DAY, dt.time(15), UTC)


@pytest.mark.parametrize("key", zones())
def test_weather_of_open_meteo_has_every_hour_of_a_clock_change(key):
    tz = zone(key).tz
    for day in CHANGES:
        found = by_kind("open-meteo", "weather", key, day, amount)
        for frame in (found["forecast"], found["actual"]):
            expect_tiled(frame, [day], tz, lambda _: 60, amount, "temperature_c")
            expect_tiled(frame, [day], tz, lambda _: 60, amount, "radiation_w_m2")
        assert complete_days(found["forecast"], "weather", tz) == {day}


@pytest.mark.parametrize("key", ["DE-LU", "FI", "GB"])
def test_weather_of_openweathermap_on_the_eve_has_every_hour_of_a_clock_change(key):
    def mild(start):
        return round(lively(start) / 10, 1)

    for day in CHANGES:
        found = by_kind("openweathermap", "weather", key, day, mild, eve_of(day), now=eve_of(day))
        expect_tiled(found["forecast"], [day], zone(key).tz, lambda _: 60, mild, "temperature_c")
        assert complete_days(found["forecast"], "weather", zone(key).tz) == {day}


@pytest.mark.parametrize("day", CHANGES)
def test_weather_of_aemet_lacks_the_hour_that_comes_twice_and_the_day_is_not_whole(day):
    """Its forecast names an hour by the clock: the second one in autumn is nowhere, and no other stands in for it."""
    found = by_kind("aemet", "weather", "ES", day, lively, eve_of(day), now=eve_of(day))["forecast"]
    twice = dt.datetime.combine(day, dt.time(1), UTC)
    autumn = day.month == 10
    known = [start for start in interval_starts(day, "Europe/Madrid", 60) if not (autumn and start == twice)]
    assert found.select("start_utc", "temperature_c").rows() == [(start, lively(start)) for start in known]
    assert complete_days(found, "weather", "Europe/Madrid") == (set() if autumn else {day})


@pytest.mark.parametrize("day", CHANGES)
def test_carbon_of_great_britain_has_every_half_hour_of_a_clock_change(day):
    found = by_kind("carbonintensity-gb", "carbon", "GB", day, amount)
    assert set(found) == {"forecast", "actual"}
    for frame in found.values():
        expect_tiled(frame, [day], "Europe/London", lambda _: 30, amount, "carbon_g_kwh")
    assert complete_days(found["forecast"], "carbon", "Europe/London") == {day}


@pytest.mark.parametrize("key", zones())
def test_carbon_of_electricity_maps_has_every_hour_of_a_clock_change(key):
    for day in CHANGES:
        past = by_kind("electricitymaps", "carbon", key, day, amount)["actual"]
        expect_tiled(past, [day], zone(key).tz, lambda _: 60, amount, "carbon_g_kwh")
    ahead = by_kind("electricitymaps", "carbon", key, day, amount, eve_of(day), now=eve_of(day))["forecast"]
    expect_tiled(ahead, [day], zone(key).tz, lambda _: 60, amount, "carbon_g_kwh")


GRID = [(name, key) for name in ("entsoe", "energy-charts", "smard", "elexon") for key in source(name).zones or zones()]
GRID = [(name, key) for name, key in GRID if {"smard": "DE-LU", "elexon": "GB"}.get(name, key) == key]
COLUMNS = {"load": "load_mw", "solar": "solar_mw", "wind": "wind_mw"}


def expect_grid(name, key, days):
    """Load, wind and sun, each forecast and each actual quantity a tiling of the day; wind may be the sum of land and sea."""
    tz = zone(key).tz
    for day in days:
        found = by_kind(name, "grid_forecasts", key, day, amount)
        for frame in found.values():
            assert set(frame["delivery_date"]) == {day}
            assert sum(frame[column].count() > 0 for column in COLUMNS.values()) == 3
            for (series,), rows in frame.group_by("series_id"):
                minutes = (rows["end_utc"][0] - rows["start_utc"][0]) // dt.timedelta(minutes=1)
                for column in [column for column in COLUMNS.values() if rows[column].count()]:
                    share = round(rows[column][0] / amount(rows["start_utc"][0]), 6)
                    assert share == 1 or ("wind" in column and share in {0.25, 0.75, 2})
                    expect_tiled(rows.with_columns(pl.col(column) / share), [day], tz, lambda _, step=minutes: step, amount, column)
                assert rows.height == interval_count(day, tz, minutes), series
        assert complete_days(found["forecast"], "grid_forecasts", tz) == {day}


@pytest.mark.parametrize(("name", "key"), GRID)
def test_load_wind_and_sun_have_every_interval_of_a_clock_change(name, key):
    expect_grid(name, key, (NAMED[0], NAMED[-1]))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key"), GRID)
def test_load_wind_and_sun_have_every_interval_of_every_clock_change(name, key):
    expect_grid(name, key, CHANGES)
