"""Simulated hourly weather of a zone: the weather that comes, and the forecast of it made the day before.

Fronts pass over all zones (a part of the noise is shared) and have a memory of one to four days. Temperature in C, wind in m/s,
radiation in W/m2 as the mean of the hour. Indices are UTC hours since 1970.
"""

from dataclasses import dataclass

import numpy as np

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.sources.simulation.simulated_noise import Floats, key, smooth
from electricity_optimizer.sources.simulation.sun import mean_sunlight

SHARED = 0.6
"""Part of the fronts' variance that all zones have in common."""


@dataclass(frozen=True, slots=True)
class Weather:
    """One hourly view of the weather."""

    temperature_c: Floats
    wind_speed_ms: Floats
    radiation_w_m2: Floats


def weather(zone: Zone, seed: int, first: int, count: int) -> tuple[Weather, Weather]:
    """(forecast of the day before, actual) for `count` hours from hour `first`."""

    def front(name: str, memory: float) -> Floats:
        own = smooth(key(seed, zone.key, name), first, count, memory)
        shared = smooth(key(seed, "all zones", name), first, count, memory)
        return np.asarray(np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own, dtype=np.float64)

    def error(name: str, memory: float) -> Floats:
        return smooth(key(seed, zone.key, name, "error"), first, count, memory)

    hours = np.arange(first, first + count, dtype=np.float64)
    warm, windy, cloudy = front("warm", 40), front("windy", 9), 0.8 * front("cloudy", 7) + 0.6 * front("cloudy spell", 45)
    actual = _view(zone, hours, warm, windy, cloudy)
    forecast = _view(zone, hours, warm + 0.22 * error("warm", 6), windy + 0.16 * error("windy", 4), cloudy + 0.25 * error("cloudy", 4))
    return forecast, actual


def _view(zone: Zone, hours: Floats, warm: Floats, windy: Floats, cloudy: Floats) -> Weather:
    cloud = 1 / (1 + np.exp(-1.4 * cloudy))
    sunlight = mean_sunlight(hours * 3600, 3600, zone.latitude, zone.longitude)
    north = 1.0 if zone.latitude >= 0 else -1.0
    season = north * np.cos(2 * np.pi * (hours / 24 - 200) / 365.2425)  # 1 in the middle of July in the north
    solar_hour = (hours + 0.5 + zone.longitude / 15) % 24
    daily = np.cos(2 * np.pi * (solar_hour - 15) / 24)
    mean = 10.5 + 0.55 * (50 - abs(zone.latitude))
    temperature = mean + 8.5 * season + (4.5 + 1.5 * season) * (1 - 0.5 * cloud) * daily + 3.4 * warm
    wind = (5.6 - 0.9 * season) * np.exp(0.42 * windy) * (1 + 0.06 * daily)
    radiation = 1040 * sunlight**1.15 * (1 - 0.78 * cloud**1.6)
    return Weather(np.round(temperature, 2), np.round(wind, 2), np.round(radiation, 1))
