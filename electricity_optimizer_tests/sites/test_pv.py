"""Solar power: from weather, from a zone's generation, at night and where nothing is known."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.sites import site
from electricity_optimizer.sites import day_steps, pv_from_weather, pv_from_zone, zone_peak
from electricity_optimizer.sites.pv import sun_elevation
from electricity_optimizer.timeline import UTC_DTYPE

HOUSE = site("house-1")
STEPS = day_steps(dt.date(2026, 6, 21), HOUSE.tz)
NOON = pl.Series("start", [dt.datetime(2026, 6, 21, 11, 15, tzinfo=dt.UTC)], dtype=UTC_DTYPE)
MIDNIGHT = pl.Series("start", [dt.datetime(2026, 6, 20, 23, 30, tzinfo=dt.UTC)], dtype=UTC_DTYPE)


def hourly(**columns: float | None) -> pl.DataFrame:
    """One day of hours with the same values."""
    hours = STEPS.gather_every(4).rename("start").to_frame()
    return hours.with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in columns.items())


def test_a_roof_in_full_sun_gives_its_performance_ratio_less_the_heat_of_the_cell() -> None:
    power = pv_from_weather(HOUSE, hourly(radiation_w_m2=1000, temperature_c=20), NOON)["pv_kw"].item()
    assert power == pytest.approx(9.8 * 0.80 * (1 - 0.004 * (20 + 30 - 25)))


def test_an_unknown_temperature_counts_as_a_cell_at_25_degrees() -> None:
    assert pv_from_weather(HOUSE, hourly(radiation_w_m2=500, temperature_c=None), NOON)["pv_kw"].item() == pytest.approx(9.8 * 0.80 * 0.5)


def test_at_the_zones_highest_generation_a_roof_gives_its_own_peak() -> None:
    power = pv_from_zone(HOUSE, hourly(solar_mw=40_000), NOON, peak_mw=50_000)["pv_kw"].item()
    assert power == pytest.approx(9.8 * 0.80 * 0.8)


def test_an_hourly_forecast_holds_for_its_four_quarters() -> None:
    power = pv_from_zone(HOUSE, hourly(solar_mw=40_000), STEPS, peak_mw=50_000)
    assert (power.height, power["pv_kw"].n_unique()) == (96, 1)


def test_a_missing_row_is_zero_at_night_and_unknown_by_day() -> None:
    nothing = hourly(solar_mw=None)
    assert pv_from_zone(HOUSE, nothing, MIDNIGHT, peak_mw=50_000)["pv_kw"].to_list() == [0.0]
    assert pv_from_zone(HOUSE, nothing, NOON, peak_mw=50_000)["pv_kw"].to_list() == [None]
    assert pv_from_zone(HOUSE, nothing.clear(), NOON, peak_mw=50_000)["pv_kw"].to_list() == [None]


def test_without_history_the_day_is_unknown_rather_than_dark() -> None:
    assert zone_peak(hourly(solar_mw=None)) is None
    assert pv_from_zone(HOUSE, hourly(solar_mw=40_000), NOON, peak_mw=None)["pv_kw"].to_list() == [None]


def test_a_site_without_a_roof_gives_nothing_whatever_is_known() -> None:
    assert pv_from_zone(site("flat-1"), hourly(solar_mw=None), NOON, peak_mw=None)["pv_kw"].to_list() == [0.0]


@pytest.mark.parametrize(("month", "degrees"), [(6, 62.2), (12, 15.4)])
def test_the_noon_sun_of_the_solstices_stands_where_astronomy_puts_it(month: int, degrees: float) -> None:
    # 90 - 51.2 +- 23.44, at the solar noon of 10.4 degrees east
    day = pl.Series("start", [dt.datetime(2026, month, 21, 11, minute, tzinfo=dt.UTC) for minute in range(0, 60, 5)], dtype=UTC_DTYPE)
    assert sun_elevation(day, 51.2, 10.4).max() == pytest.approx(degrees, abs=0.3)


def test_real_nights_without_a_forecast_are_dark(shared) -> None:
    solar = pl.read_parquet(shared / "data/de_lu_exog_2024_2026_hourly.parquet").select(
        pl.col("utc").cast(UTC_DTYPE).alias("start"), pl.col("solar_forecast_mw").alias("solar_mw")
    )
    steps = solar["start"].filter(solar["start"] > dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
    power = pv_from_zone(HOUSE, solar, steps, peak_mw=zone_peak(solar))["pv_kw"]
    assert power.null_count() == 0
    assert 900 < power.sum() / 9.8 < 1150  # kWh per kWp and year of a good German roof
