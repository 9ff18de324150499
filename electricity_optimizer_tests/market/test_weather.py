"""Weather of several sources becomes one row an hour."""

import datetime as dt

import polars as pl

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.weather import weather_frame, weather_values
from electricity_optimizer.sources.records import WeatherRecord, to_frame
from electricity_optimizer.timeline import UTC

START = dt.datetime(2026, 5, 4, 10, tzinfo=UTC)


def said(source, hour, *, kind="forecast", synthetic=False, temperature=None, wind=None, radiation=None):
    start = START + dt.timedelta(hours=hour)
    return WeatherRecord(
        series_id=f"{source}:ES:weather:{kind}:PT60M:-", start_utc=start, end_utc=start + dt.timedelta(hours=1), source=source, area="ES",
        delivery_date=start.date(), kind=kind, temperature_c=temperature, wind_speed_ms=wind, radiation_w_m2=radiation,
        licence="none", redistributable=False, synthetic=synthetic, parser_version=1,
    )  # fmt: skip


def values(*records, kind="forecast"):
    return weather_values(to_frame(list(records), WeatherRecord), kind)


def test_a_source_without_radiation_does_not_hide_that_of_another():
    [row] = values(said("aemet", 0, temperature=21.0), said("open-meteo", 0, temperature=20.0, wind=3.0, radiation=600.0)).to_dicts()
    assert (row["source"], row["temperature_c"], row["radiation_w_m2"], row["synthetic"]) == ("open-meteo", 20.0, 600.0, False)


def test_the_first_source_of_the_catalogue_is_completed_by_the_next():
    [row] = values(said("open-meteo", 0, temperature=20.0), said("openweathermap", 0, temperature=19.0, wind=4.0)).to_dicts()
    assert (row["temperature_c"], row["wind_speed_ms"]) == (20.0, 4.0)


def test_simulated_values_stand_only_where_nothing_real_is_known_and_never_fill_its_gaps():
    rows = values(
        said("simulator", 0, synthetic=True, temperature=1.0, wind=1.0, radiation=1.0),
        said("open-meteo", 0, temperature=20.0, wind=2.0, radiation=3.0),
        said("simulator", 1, synthetic=True, temperature=1.0, wind=1.0, radiation=1.0),
        said("open-meteo", 1, temperature=20.0, wind=2.0),
        said("simulator", 2, synthetic=True, temperature=1.0, wind=1.0, radiation=1.0),
    )
    assert rows.select("temperature_c", "radiation_w_m2", "synthetic").rows() == [(20.0, 3.0, False), (20.0, None, False), (1.0, 1.0, True)]


def test_forecast_and_actual_are_kept_apart_and_hours_ascend():
    records = [
        said("open-meteo", 1, temperature=2.0),
        said("open-meteo", 0, temperature=1.0),
        said("open-meteo", 0, kind="actual", temperature=9.0),
    ]
    assert values(*records)["temperature_c"].to_list() == [1.0, 2.0]
    assert values(*records, kind="actual")["temperature_c"].to_list() == [9.0]


def test_what_is_published_keeps_the_radiation_beside_a_source_that_has_none_and_takes_the_forecast_before_what_came():
    records = [
        said("aemet", 0, temperature=21.0),
        said("open-meteo", 0, temperature=20.0, wind=3.0, radiation=600.0),
        said("open-meteo", 0, kind="actual", temperature=19.0, wind=2.0, radiation=500.0),
        said("open-meteo", 1, kind="actual", temperature=18.0, wind=2.0, radiation=400.0),
    ]
    rows = (
        weather_frame(to_frame(records, WeatherRecord), zone=zone("ES")).select("kind", "source", "temperature_c", "radiation_w_m2").rows()
    )
    assert rows == [("forecast", "open-meteo", 20.0, 600.0), ("actual", "open-meteo", 18.0, 400.0)]


def test_nothing_said_gives_no_rows():
    assert values().height == 0
    assert isinstance(values(), pl.DataFrame)
