"""Solar power: from weather, from a zone's generation, at night and where nothing is known."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.sites import day_steps, pv_from_weather, pv_from_zone, roofs_limit_kw, sun, with_peaks
from electricity_optimizer.timeline import UTC_DTYPE, local_day

HOUSE = site("house-1")
SUMMER = day_steps(dt.date(2026, 6, 21), HOUSE.tz)
NOON = pl.Series("start", [dt.datetime(2026, 6, 21, 11, 15, tzinfo=dt.UTC)], dtype=UTC_DTYPE)
MIDNIGHT = pl.Series("start", [dt.datetime(2026, 6, 20, 23, 30, tzinfo=dt.UTC)], dtype=UTC_DTYPE)


def roof(**fields: float) -> Site:
    plant = Roof(name="roof", type="pv", kwp=9.8, performance_ratio=0.80, **fields)
    return HOUSE.model_copy(update={"devices": (plant,)})


def hourly(steps: pl.Series = SUMMER, **columns: float | None) -> pl.DataFrame:
    """One day of hours with the same values."""
    hours = steps.gather_every(4).rename("start").to_frame()
    return hours.with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in columns.items())


def test_a_level_roof_gives_its_performance_ratio_less_the_heat_of_the_cell() -> None:
    power = pv_from_weather(roof(tilt=0), hourly(radiation_w_m2=1000, temperature_c=20), NOON)["pv_kw"].item()
    assert power == pytest.approx(9.8 * 0.80 * (1 - 0.004 * (20 + 30 - 25)))


def test_a_cold_cell_gives_more_and_an_unknown_temperature_counts_as_25_degrees() -> None:
    cold, unknown = (
        pv_from_weather(roof(tilt=0), hourly(radiation_w_m2=500, temperature_c=air), NOON)["pv_kw"].item() for air in (-10, None)
    )
    assert unknown == pytest.approx(9.8 * 0.80 * 0.5)
    assert cold == pytest.approx(unknown * (1 + 0.004 * (25 + 10 - 15)))


def test_in_winter_a_steep_southern_roof_gives_far_more_than_a_level_one() -> None:
    noon = pl.Series("start", [dt.datetime(2026, 1, 10, 11, 30, tzinfo=dt.UTC)], dtype=UTC_DTYPE)
    clear = hourly(day_steps(dt.date(2026, 1, 10), HOUSE.tz), radiation_w_m2=250, temperature_c=0)
    level, steep = (pv_from_weather(roof(tilt=tilt), clear, noon)["pv_kw"].item() for tilt in (0, 60))
    assert 2 < steep / level < 4


def test_an_eastern_roof_gives_more_in_the_morning_and_a_western_one_in_the_evening() -> None:
    day = hourly(radiation_w_m2=400, temperature_c=20)
    east, west = (pv_from_weather(roof(tilt=40, azimuth=azimuth), day, SUMMER)["pv_kw"].to_numpy() for azimuth in (90, 270))
    assert east[32] > 1.5 * west[32]  # 08:00
    assert west[76] > 1.5 * east[76]  # 19:00


def test_no_sun_passes_the_inverter() -> None:
    power = pv_from_weather(roof(inverter_kw=5), hourly(radiation_w_m2=1000, temperature_c=0), SUMMER)["pv_kw"]
    assert power.max() == roofs_limit_kw(roof(inverter_kw=5)) == 5
    zone = hourly(solar_mw=50_000, peak_mw=50_000)
    assert pv_from_zone(roof(inverter_kw=5), zone, NOON)["pv_kw"].item() == 5
    assert roofs_limit_kw(roof()) == 9.8


def test_an_hour_of_radiation_is_spread_as_the_sun_rises() -> None:
    morning = pv_from_weather(roof(tilt=0), hourly(radiation_w_m2=300, temperature_c=25), SUMMER)["pv_kw"].to_numpy()[28:32]  # 07:00
    assert (morning[1:] > morning[:-1]).all()
    assert morning.mean() == pytest.approx(9.8 * 0.8 * 0.3 * (1 - 0.004 * 9), rel=0.01)


def test_at_the_zones_highest_generation_a_roof_gives_its_own_peak() -> None:
    power = pv_from_zone(HOUSE, hourly(solar_mw=40_000, peak_mw=50_000), NOON)["pv_kw"].item()
    assert power == pytest.approx(9.8 * 0.80 * 0.8)


def test_an_hourly_forecast_holds_for_its_four_quarters() -> None:
    day = SUMMER[32:64]
    power = pv_from_zone(HOUSE, hourly(solar_mw=40_000, peak_mw=50_000), day)
    assert (power.height, power["pv_kw"].n_unique()) == (32, 1)


def test_a_roof_is_dark_while_the_sun_still_shines_elsewhere_in_the_zone() -> None:
    assert pv_from_zone(HOUSE, hourly(solar_mw=40_000, peak_mw=50_000), MIDNIGHT)["pv_kw"].to_list() == [0.0]
    assert pv_from_weather(HOUSE, hourly(radiation_w_m2=100, temperature_c=20), MIDNIGHT)["pv_kw"].to_list() == [0.0]


def test_a_missing_row_is_zero_at_night_and_unknown_by_day() -> None:
    nothing = hourly(solar_mw=None, peak_mw=50_000)
    assert pv_from_zone(HOUSE, nothing, MIDNIGHT)["pv_kw"].to_list() == [0.0]
    assert pv_from_zone(HOUSE, nothing, NOON)["pv_kw"].to_list() == [None]
    assert pv_from_zone(HOUSE, nothing.clear(), NOON)["pv_kw"].to_list() == [None]
    weather = hourly(radiation_w_m2=None, temperature_c=20)
    assert pv_from_weather(HOUSE, weather, NOON)["pv_kw"].to_list() == [None]
    assert pv_from_weather(HOUSE, weather.clear(), MIDNIGHT)["pv_kw"].to_list() == [0.0]


def test_the_peak_is_that_of_the_year_before_and_never_of_the_day_itself() -> None:
    days = [dt.date(2025, 6, 1), dt.date(2026, 6, 1), dt.date(2026, 6, 2)]
    solar = pl.DataFrame(
        {
            "start": [dt.datetime(d.year, d.month, d.day, 10, tzinfo=dt.UTC) for d in days],
            "delivery_date": days,
            "solar_mw": [7.0, 5.0, 9.0],
        }
    ).cast({"start": UTC_DTYPE})
    assert with_peaks(solar, days)["peak_mw"].to_list() == [None, 7.0, 5.0]


def test_without_history_the_day_is_unknown_rather_than_dark() -> None:
    assert pv_from_zone(HOUSE, hourly(solar_mw=40_000, peak_mw=None), NOON)["pv_kw"].to_list() == [None]


def test_a_site_without_a_roof_gives_nothing_whatever_is_known() -> None:
    assert pv_from_zone(site("flat-1"), hourly(solar_mw=None, peak_mw=None), NOON)["pv_kw"].to_list() == [0.0]


@pytest.mark.parametrize(("month", "degrees"), [(6, 62.2), (12, 15.4)])
def test_the_noon_sun_of_the_solstices_stands_where_astronomy_puts_it(month: int, degrees: float) -> None:
    # 90 - 51.2 +- 23.44, at the solar noon of 10.4 degrees east
    day = pl.Series("start", [dt.datetime(2026, month, 21, 11, minute, tzinfo=dt.UTC) for minute in range(0, 60, 5)], dtype=UTC_DTYPE)
    elevation, azimuth = sun(HOUSE, day)
    assert elevation.max() == pytest.approx(degrees, abs=0.1)
    assert azimuth[elevation.argmax()] == pytest.approx(180, abs=2)


def test_real_nights_without_a_forecast_are_dark(shared) -> None:
    solar = pl.read_parquet(shared / "data/de_lu_exog_2024_2026_hourly.parquet").select(
        pl.col("utc").cast(UTC_DTYPE).alias("start"), pl.col("solar_forecast_mw").alias("solar_mw")
    )
    solar = solar.with_columns(local_day("start", HOUSE.tz).alias("delivery_date"))
    days = solar["delivery_date"].unique().sort().to_list()
    peaked = with_peaks(solar, days)
    steps = solar["start"].filter(solar["start"] > dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
    power = pv_from_zone(HOUSE, peaked, steps)["pv_kw"]
    assert power.null_count() == 0
    assert 900 < power.sum() / 9.8 < 1200  # kWh per kWp and year of a good German roof
