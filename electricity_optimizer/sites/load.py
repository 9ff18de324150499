"""What a site uses apart from its movable devices: a standard profile as prior, and a simulated meter until a real one is attached.

A household follows H25, the German standard profile of 2025 (BDEW, from meters of 2018 and 2019, by the package demandlib), on the
holidays of its own country. A factory of two shifts keeps a shape of its own: BDEW's G25 is the mean of all small businesses (one
shift and shops), its profiles are for connections below 100 MWh a year, and none of them works from 06:00 to 22:00. That shape is
drawn by hand and nobody's measurement: 06:00-22:00 on workdays, over a base of ventilation, tempering and cooling.
"""

import datetime as dt
import hashlib
import warnings
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.sites import Site

Array = NDArray[np.float64]

QUARTERS = 96
OUTER_DECILE = 1.2816
"""Standard deviations from the median to the first and the ninth decile of a normal distribution."""


@dataclass(frozen=True)
class Shape:
    """Relative power by local hour 0..23 of a weekday, a Saturday and a Sunday (a holiday is one), and by month."""

    weekday: tuple[float, ...]
    saturday: tuple[float, ...]
    sunday: tuple[float, ...]
    months: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over a week and a year: what the shape is divided by."""
        week = (5 * np.mean(self.weekday) + np.mean(self.saturday) + np.mean(self.sunday)) / 7
        return float(week * np.mean(self.months))


TWO_SHIFTS = Shape(
    weekday=(48, 47, 47, 48, 55, 95, 165, 182, 186, 188, 187, 182, 176, 180, 184, 182, 176, 170, 166, 162, 155, 128, 70, 52),
    saturday=(46, 44, 43, 43, 43, 46, 58, 66, 68, 68, 67, 65, 60, 54, 50, 47, 46, 45, 44, 44, 43, 43, 43, 43),
    sunday=(42, 42, 42, 42, 42, 42, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 44, 46, 48, 48),
    months=(0.98, 0.98, 0.97, 0.96, 0.97, 1.02, 1.05, 1.05, 1.02, 1.02, 1.02, 0.96),
)


def load_profile(site: Site, starts: pl.Series) -> pl.DataFrame:
    """Expected load of `site` without any history: start (UTC), load_kw, load_q10_kw and load_q90_kw, in quarter hours from `starts`.

    The outer deciles are those of the scatter that the catalogue states for the site's load.
    """
    power = pl.Series("load_kw", _profile_kw(site, starts))
    scatter = float(np.hypot(site.load.day_noise, site.load.interval_noise))
    low, high = (float(np.exp(side * OUTER_DECILE * scatter - scatter**2 / 2)) for side in (-1, 1))
    return pl.DataFrame({"start": starts, "load_kw": power, "load_q10_kw": power * low, "load_q90_kw": power * high})


def metered_load(site: Site, starts: pl.Series) -> pl.DataFrame:
    """Simulated meter of `site` (synthetic): start, load_kw; the profile times lognormal noise with mean 1, by day and by quarter hour.

    Seeded by site and local day, so the same reading comes out whenever and in whatever piece it is asked for.
    """
    zone = ZoneInfo(site.tz)
    locals_ = [start.astimezone(zone) for start in starts]
    days = {day: _Noise(site, day) for day in {local.date() for local in locals_}}
    noise = np.array([days[local.date()].at(start) for local, start in zip(locals_, starts, strict=True)])
    return pl.DataFrame({"start": starts, "load_kw": _profile_kw(site, starts) * noise})


def _profile_kw(site: Site, starts: pl.Series) -> Array:
    """Mean power of each quarter hour: the share of a year at its wall clock times the annual energy."""
    wall = starts.dt.convert_time_zone(site.tz)
    years, days = wall.dt.year().to_numpy(), wall.dt.ordinal_day().to_numpy() - 1
    quarters = wall.dt.hour().to_numpy().astype(np.int64) * 4 + wall.dt.minute().to_numpy() // 15
    power = np.empty(len(starts))
    for year in np.unique(years):
        of_year = years == year
        power[of_year] = _year(site.load.profile, site.place.country, int(year))[days[of_year], quarters[of_year]]
    return power * site.load.annual_kwh


@cache
def _year(profile: str, country: str, year: int) -> Array:
    """Power in kW per annual kWh by day of the year and quarter hour of the wall clock."""
    first, length = dt.date(year, 1, 1), 365 + (dt.date(year, 12, 31).timetuple().tm_yday > 365)
    days = [first + dt.timedelta(days=k) for k in range(length)]
    holidays = [day for day in days if is_holiday(country, day)]
    return _household(days, holidays) if profile == "household" else _two_shifts(days, frozenset(holidays))


def _household(days: list[dt.date], holidays: list[dt.date]) -> Array:
    import pandas as pd  # type: ignore[import-untyped] # noqa: PLC0415  # seconds of import that only a site's forecast needs; no types
    from demandlib.bdew import H25  # type: ignore[import-untyped] # noqa: PLC0415  # brings pandas; it ships no types

    quarters = pd.date_range(days[0], periods=len(days) * QUARTERS, freq="15min")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # demandlib 0.2 changes frames in place, which pandas 4 will end
        power = H25(quarters, holidays=holidays).to_numpy().reshape(-1, QUARTERS)
    return np.asarray(power / power.mean() / 8760, dtype=np.float64)


def _two_shifts(days: list[dt.date], holidays: frozenset[dt.date]) -> Array:
    hours = np.arange(QUARTERS) / 4 + 0.125
    tables = [_smooth(table, hours) for table in (TWO_SHIFTS.weekday, TWO_SHIFTS.saturday, TWO_SHIFTS.sunday)]
    kinds = [2 if day in holidays else max(day.weekday() - 4, 0) for day in days]
    season = np.array([TWO_SHIFTS.months[day.month - 1] for day in days])
    return np.asarray(np.array(tables)[kinds] * season[:, None] / TWO_SHIFTS.mean / 8760, dtype=np.float64)


def _smooth(table: tuple[float, ...], hours: Array) -> Array:
    """Hourly values read as means at half past, joined by lines around the clock."""
    return np.interp(hours, np.arange(24) + 0.5, table, period=24)


class _Noise:
    """Factors of one local day of one site: a day's level times a slowly changing quarter-hourly one."""

    PERSISTENCE = 0.8

    def __init__(self, site: Site, day: dt.date) -> None:
        self.begin = dt.datetime.combine(day, dt.time(), ZoneInfo(site.tz)).astimezone(dt.UTC)
        digest = hashlib.sha256(f"{site.key} {day.isoformat()}".encode()).digest()
        random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        level = site.load.day_noise * random.standard_normal()
        shocks = random.standard_normal(25 * 4)
        state, states = shocks[0], []
        for shock in shocks:
            state = self.PERSISTENCE * state + np.sqrt(1 - self.PERSISTENCE**2) * shock
            states.append(state)
        spread = site.load.day_noise**2 + site.load.interval_noise**2
        self.factors = np.exp(level + site.load.interval_noise * np.array(states) - spread / 2)

    def at(self, start: dt.datetime) -> float:
        return float(self.factors[int((start - self.begin).total_seconds()) // 900])
