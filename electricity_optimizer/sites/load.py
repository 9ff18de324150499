"""What a site uses apart from its movable devices: a standard shape as forecast, and a simulated meter until a real one is attached.

The shapes are drawn by hand and are nobody's measurement. The household follows the general form of the German standard profile
(morning rise, noon, high evening) with the night level of the metered house in the EMHASS training sample (about half the mean);
the factory works two shifts, 06:00-22:00 on weekdays, over a base of ventilation, tempering and cooling.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.catalog.sites import LoadProfile, Site

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """Relative power by local hour 0..23 of a weekday, a Saturday and a Sunday, and by month."""

    weekday: tuple[float, ...]
    saturday: tuple[float, ...]
    sunday: tuple[float, ...]
    months: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over a week and a year: what the shape is divided by."""
        week = (5 * np.mean(self.weekday) + np.mean(self.saturday) + np.mean(self.sunday)) / 7
        return float(week * np.mean(self.months))


SHAPES = {
    "household": Shape(
        weekday=(55, 47, 44, 43, 44, 52, 82, 110, 104, 96, 94, 101, 113, 105, 94, 92, 99, 122, 152, 168, 160, 139, 109, 76),
        saturday=(64, 53, 47, 45, 44, 46, 59, 85, 116, 131, 132, 134, 139, 128, 113, 107, 113, 132, 157, 165, 153, 135, 113, 87),
        sunday=(70, 57, 49, 46, 45, 45, 51, 72, 105, 132, 146, 157, 160, 134, 112, 103, 106, 122, 146, 157, 149, 131, 104, 75),
        months=(1.18, 1.14, 1.06, 0.98, 0.92, 0.88, 0.87, 0.88, 0.92, 0.98, 1.07, 1.17),
    ),
    "two_shifts": Shape(
        weekday=(48, 47, 47, 48, 55, 95, 165, 182, 186, 188, 187, 182, 176, 180, 184, 182, 176, 170, 166, 162, 155, 128, 70, 52),
        saturday=(46, 44, 43, 43, 43, 46, 58, 66, 68, 68, 67, 65, 60, 54, 50, 47, 46, 45, 44, 44, 43, 43, 43, 43),
        sunday=(42, 42, 42, 42, 42, 42, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 43, 44, 46, 48, 48),
        months=(0.98, 0.98, 0.97, 0.96, 0.97, 1.02, 1.05, 1.05, 1.02, 1.02, 1.02, 0.96),
    ),
}


def load_profile(site: Site, starts: pl.Series, minutes: int = 15) -> pl.DataFrame:
    """Expected load of `site`: start (UTC), load_kw as the mean over intervals of `minutes` from the UTC `starts`."""
    return pl.DataFrame({"start": starts, "load_kw": _profile_kw(site.load, site.tz, starts, minutes)})


def metered_load(site: Site, starts: pl.Series, minutes: int = 15) -> pl.DataFrame:
    """Simulated meter of `site` (synthetic): the profile times lognormal noise with mean 1, by day and by interval.

    Seeded by site and local day, so the same reading comes out whenever and in whatever piece it is asked for.
    """
    zone = ZoneInfo(site.tz)
    locals_ = [start.astimezone(zone) for start in starts]
    days = {day: _Noise(site, day, minutes) for day in {local.date() for local in locals_}}
    noise = np.array([days[local.date()].at(start) for local, start in zip(locals_, starts, strict=True)])
    return pl.DataFrame({"start": starts, "load_kw": _profile_kw(site.load, site.tz, starts, minutes) * noise})


def _profile_kw(load: LoadProfile, tz: str, starts: pl.Series, minutes: int) -> Array:
    shape = SHAPES[load.profile]
    middle = (starts + dt.timedelta(minutes=minutes / 2)).dt.convert_time_zone(tz)
    hours = middle.dt.hour().to_numpy() + middle.dt.minute().to_numpy() / 60
    weekdays = middle.dt.weekday().to_numpy()
    tables = [_smooth(table, hours) for table in (shape.weekday, shape.saturday, shape.sunday)]
    relative = np.select([weekdays <= 5, weekdays == 6], tables[:2], tables[2])
    season = np.array(shape.months)[middle.dt.month().to_numpy() - 1]
    return np.asarray(relative * season / shape.mean * load.annual_kwh / 8760, dtype=np.float64)


def _smooth(table: tuple[float, ...], hours: Array) -> Array:
    """Hourly values read as means at half past, joined by lines around the clock."""
    return np.interp(hours, np.arange(24) + 0.5, table, period=24)


class _Noise:
    """Factors of one local day of one site: a day's level times a slowly changing quarter-hourly one."""

    PERSISTENCE = 0.8

    def __init__(self, site: Site, day: dt.date, minutes: int) -> None:
        self.minutes = minutes
        self.begin = dt.datetime.combine(day, dt.time(), ZoneInfo(site.tz)).astimezone(dt.UTC)
        digest = hashlib.sha256(f"{site.key} {day.isoformat()}".encode()).digest()
        random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        level = site.load.day_noise * random.standard_normal()
        shocks = random.standard_normal(25 * 60 // minutes)
        state, states = shocks[0], []
        for shock in shocks:
            state = self.PERSISTENCE * state + np.sqrt(1 - self.PERSISTENCE**2) * shock
            states.append(state)
        spread = site.load.day_noise**2 + site.load.interval_noise**2
        self.factors = np.exp(level + site.load.interval_noise * np.array(states) - spread / 2)

    def at(self, start: dt.datetime) -> float:
        return float(self.factors[int((start - self.begin).total_seconds()) // (60 * self.minutes)])
