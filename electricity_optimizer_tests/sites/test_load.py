"""Load: the standard profiles over a year with the holidays of a country, their stated scatter, and the simulated meter."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.sites import day_steps, load_profile, metered_load
from electricity_optimizer.timeline import grid, range_bounds

TZ = "Europe/Berlin"
LABOUR_DAY = dt.date(2026, 5, 1)  # a Friday
FRIDAY = dt.date(2026, 5, 8)


def year(entry: Site) -> pl.DataFrame:
    start, end = range_bounds(dt.date(2026, 1, 1), dt.date(2026, 12, 31), entry.tz)
    return load_profile(entry, grid(start, end, 15))


def day(key: str, date: dt.date) -> np.ndarray:
    return load_profile(site(key), day_steps(date, TZ))["load_kw"].to_numpy()


@pytest.mark.parametrize("key", ["house-1", "flat-1", "factory-1"])
def test_a_year_of_the_profile_is_the_annual_energy(key: str) -> None:
    entry = site(key)
    assert year(entry)["load_kw"].sum() / 4 == pytest.approx(entry.load.annual_kwh, rel=0.02)


def test_a_household_is_h25_of_the_bdew() -> None:
    pandas = pytest.importorskip("pandas")
    h25 = pytest.importorskip("demandlib.bdew").H25
    quarters = pandas.date_range("2026-01-01", periods=365 * 96, freq="15min")
    with pytest.warns(DeprecationWarning, match="inplace"):
        stated = h25(quarters).to_numpy()  # kW at a GWh a year
    monday = 4 * 96  # 2026-01-05
    share = stated[monday : monday + 96] / stated.sum() * 4
    assert day("house-1", dt.date(2026, 1, 5)) == pytest.approx(share * 4200, rel=0.01)


def test_a_household_peaks_in_the_evening_and_uses_more_in_winter() -> None:
    may = day("house-1", dt.date(2026, 5, 4))
    assert 18 * 4 <= int(np.argmax(may)) < 22 * 4
    assert day("house-1", dt.date(2026, 1, 5)).sum() > 1.2 * may.sum()


@pytest.mark.parametrize("key", ["house-1", "factory-1"])
def test_a_holiday_is_a_sunday(key: str) -> None:
    sunday = day(key, dt.date(2026, 5, 3))
    assert np.abs(day(key, LABOUR_DAY) / sunday - 1).max() < 0.02
    assert np.abs(day(key, FRIDAY) / sunday - 1).max() > 0.2


def test_a_factory_rests_on_sunday() -> None:
    assert day("factory-1", dt.date(2026, 5, 3)).sum() < 0.5 * day("factory-1", dt.date(2026, 5, 4)).sum()


def test_the_band_of_a_profile_is_the_scatter_that_the_catalogue_states() -> None:
    start, end = range_bounds(dt.date(2025, 6, 1), dt.date(2026, 5, 31), TZ)
    steps = grid(start, end, 15)
    for key in ("house-1", "factory-1"):
        profile, read = load_profile(site(key), steps), metered_load(site(key), steps)["load_kw"]
        assert ((read > profile["load_q10_kw"]) & (read < profile["load_q90_kw"])).mean() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("date", "steps"), [(dt.date(2026, 3, 29), 92), (dt.date(2025, 10, 26), 100)])
def test_dst_days_have_their_own_number_of_steps_on_the_wall_clock(date: dt.date, steps: int) -> None:
    found = day("flat-1", date)
    assert len(found) == metered_load(site("flat-1"), day_steps(date, TZ)).height == steps
    before = day("flat-1", date - dt.timedelta(days=7))
    assert found[-40:] == pytest.approx(before[-40:], rel=0.1)


def test_the_meter_reads_the_same_whenever_it_is_asked() -> None:
    whole = metered_load(site("house-1"), day_steps(dt.date(2026, 5, 4), TZ))
    part = metered_load(site("house-1"), day_steps(dt.date(2026, 5, 4), TZ)[40:60])
    assert whole[40:60].equals(part)


def test_the_meter_scatters_around_the_profile_without_bias() -> None:
    house = site("house-1")
    start, end = range_bounds(dt.date(2025, 6, 1), dt.date(2026, 5, 31), TZ)
    steps = grid(start, end, 15)
    ratio = metered_load(house, steps)["load_kw"].sum() / load_profile(house, steps)["load_kw"].sum()
    assert ratio == pytest.approx(1.0, abs=0.03)


def test_two_sites_have_different_noise() -> None:
    steps = day_steps(dt.date(2026, 5, 4), TZ)
    noises = [metered_load(site(key), steps)["load_kw"] / load_profile(site(key), steps)["load_kw"] for key in ("house-1", "flat-1")]
    assert not noises[0].equals(noises[1])
