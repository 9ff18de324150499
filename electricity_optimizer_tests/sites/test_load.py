"""Load: the standard shape over a year, and the simulated meter."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.sites import day_steps, load_profile, metered_load
from electricity_optimizer.timeline import grid, range_bounds

TZ = "Europe/Berlin"


def year(entry: Site, minutes: int = 60) -> pl.DataFrame:
    start, end = range_bounds(dt.date(2026, 1, 1), dt.date(2026, 12, 31), entry.tz)
    return load_profile(entry, grid(start, end, minutes), minutes)


@pytest.mark.parametrize("key", ["house-1", "flat-1", "factory-1"])
def test_a_year_of_the_profile_is_the_annual_energy(key: str) -> None:
    entry = site(key)
    assert year(entry)["load_kw"].sum() == pytest.approx(entry.load.annual_kwh, rel=0.01)


def test_a_household_peaks_in_the_evening_and_uses_more_in_winter() -> None:
    house = site("house-1")
    may = load_profile(house, day_steps(dt.date(2026, 5, 4), TZ))["load_kw"].to_numpy()
    assert 18 * 4 <= int(np.argmax(may)) < 21 * 4
    assert load_profile(house, day_steps(dt.date(2026, 1, 5), TZ))["load_kw"].sum() > 1.2 * may.sum()


def test_a_factory_rests_on_sunday() -> None:
    factory = site("factory-1")
    monday, sunday = (load_profile(factory, day_steps(day, TZ))["load_kw"].sum() for day in (dt.date(2026, 5, 4), dt.date(2026, 5, 3)))
    assert sunday < 0.5 * monday


@pytest.mark.parametrize(("day", "steps"), [(dt.date(2026, 3, 29), 92), (dt.date(2025, 10, 26), 100)])
def test_dst_days_have_their_own_number_of_steps(day: dt.date, steps: int) -> None:
    assert load_profile(site("flat-1"), day_steps(day, TZ)).height == metered_load(site("flat-1"), day_steps(day, TZ)).height == steps


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
