"""Given files of known-ahead inputs: load, wind and sun."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources import files
from electricity_optimizer.timeline import UTC, interval_starts

DE = zone("DE-LU")
JUNE = dt.date(2025, 6, 21)


def inputs(day=JUNE, minutes=60, **columns):
    starts = interval_starts(day, "Europe/Berlin", minutes)
    text = pl.DataFrame({"utc": starts}).with_columns(
        pl.col("utc").dt.strftime("%Y-%m-%dT%H:%M:%SZ"), *[pl.Series(name, values, strict=False) for name, values in columns.items()]
    )
    return files.read_content(text.write_csv().encode(), "inputs.csv", DE, "DE-LU").inputs


def kind(frame, name):
    return frame.filter(pl.col("kind") == name)


def test_forecasts_and_actual_values_are_told_apart():
    frame = inputs(load_forecast_mw=[50.0] * 24, load_mw=[51.0] * 24, wind_forecast=[9.0] * 24, wind=[8.0] * 24)
    assert kind(frame, "forecast").select("load_mw", "wind_mw").unique().row(0) == (50.0, 9.0)
    assert kind(frame, "actual").select("load_mw", "wind_mw").unique().row(0) == (51.0, 8.0)
    assert frame["series_id"].unique().sort().to_list() == ["files:DE-LU:grid:actual:PT60M:-", "files:DE-LU:grid:forecast:PT60M:-"]


def test_a_quantity_under_its_plain_name_alone_is_known_ahead():
    frame = inputs(load_forecast=[50.0] * 24, solar=[1.0] * 24)
    assert frame["kind"].unique().to_list() == ["forecast"]
    assert frame["solar_mw"].unique().to_list() == [1.0]


def test_wind_is_onshore_and_offshore_and_a_missing_part_keeps_it_null():
    frame = inputs(load_forecast=[50.0] * 24, wind_onshore=[10.0] * 23 + [None], wind_offshore=[None, None] + [5.0] * 21 + [5.0])
    assert frame["wind_mw"].to_list() == [10.0, 10.0] + [15.0] * 21 + [None]  # nothing offshore before its first value


def test_missing_sun_is_zero_only_at_night_and_only_where_the_load_is_known():
    load = [None] + [50.0] * 23
    solar = kind(inputs(load_forecast=load, solar_forecast=[None] * 24), "forecast")["solar_mw"].to_list()
    assert solar[0] is None  # 00:00 local, but the load of that hour is missing: it was not published
    assert solar[1:4] == [0.0] * 3  # 01:00 to 04:00 local
    assert solar[6:20] == [None] * 14  # daylight: a missing value is missing
    assert solar[23] == 0.0  # 23:00 local


def test_the_real_file_has_no_missing_sun_but_where_its_load_is_missing_too(shared):
    frame = files.read_file(shared / "data/de_lu_exog_2024_2026_hourly.parquet", DE, "DE-LU").inputs
    forecast, actual = kind(frame, "forecast"), kind(frame, "actual")
    assert forecast.height == actual.height == 17_520
    missing = forecast.filter(pl.col("solar_mw").is_null() | pl.col("load_mw").is_null())
    assert missing["start_utc"].to_list() == [dt.datetime(2024, 10, 26, 22, tzinfo=UTC)]
    filled = forecast.join(actual, on="start_utc", suffix="_actual").filter(pl.col("solar_mw") == 0)
    assert filled["solar_mw_actual"].max() < 150  # of up to 50,000 MW: what was filled was night


@pytest.mark.parametrize("key", ["DE-LU", "ES", "FR", "NL", "AT"])
def test_the_real_file_of_23_zones_gives_forecasts_for_each_of_ours(shared, key):
    frame = files.read_file(shared / "data/eu_zones_2023_2025_hourly.parquet", zone(key), "DE-LU").inputs
    assert frame["kind"].unique().to_list() == ["forecast"]
    assert frame.height == 16_873
    assert frame["load_mw"].null_count() <= 2
    assert frame["wind_mw"].null_count() <= 26
    assert frame["solar_mw"].null_count() < 60


def test_text_in_an_input_names_row_and_column():
    with pytest.raises(InputError, match=r"inputs.csv row 2 column load_forecast: 'many' is not a number"):
        inputs(load_forecast=["many"] + ["1"] * 23)
