"""Simulated load, wind and sun of a zone and the price at which its day-ahead market clears, hour by hour.

The auction clears on the day-ahead forecasts: what load is left after wind, sun and must-run plants meets a merit order whose level
follows a slow fuel price. Surplus makes prices negative, an outage in a tight evening makes a spike. Quantities in MW, prices per MWh.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.sources.simulation.simulated_noise import Floats, Ints, key, slow, smooth, uniforms
from electricity_optimizer.sources.simulation.simulated_weather import Weather, weather
from electricity_optimizer.timeline import UTC


@dataclass(frozen=True, slots=True)
class Fleet:
    """What stands in a zone, in MW: mean load, wind and sun installed, must-run and dispatchable plants, load per degree."""

    load: float
    wind: float
    solar: float
    must_run: float
    dispatchable: float
    heating: float
    cooling: float


FLEETS = {
    "DE-LU": Fleet(54_000, 74_000, 84_000, 7_500, 62_000, 500, 350),
    "ES": Fleet(26_500, 32_000, 34_000, 6_500, 27_000, 280, 500),
    "FR": Fleet(48_000, 25_000, 26_000, 26_000, 44_000, 1_700, 500),
    "NL": Fleet(13_000, 12_500, 22_000, 1_500, 15_000, 150, 90),
    "AT": Fleet(7_200, 4_200, 8_500, 2_400, 7_000, 90, 60),
}
"""Rounded public figures of about 2025; a zone that is not listed is a tenth of the first."""

WORKDAY = np.array(
    [
        0.80,
        0.77,
        0.75,
        0.75,
        0.77,
        0.84,
        0.95,
        1.05,
        1.10,
        1.11,
        1.11,
        1.12,
        1.11,
        1.09,
        1.07,
        1.06,
        1.07,
        1.11,
        1.15,
        1.14,
        1.08,
        1.01,
        0.94,
        0.86,
    ]
)
"""Load of a working day by local hour over the mean load, shaped like the European mean."""
SUNDAY = 0.82 * WORKDAY**0.72


@dataclass(frozen=True, slots=True)
class Grid:
    """Hourly load, wind and sun in MW."""

    load_mw: Floats
    wind_mw: Floats
    solar_mw: Floats


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that is known about a zone in consecutive hours from `first` (UTC hours since 1970)."""

    first: int
    weather_forecast: Weather
    weather_actual: Weather
    grid_forecast: Grid
    grid_actual: Grid
    price: Floats


def market(zone: Zone, seed: int, first: int, count: int) -> Market:
    """The simulated market of `count` hours from hour `first`; the same for every window that holds an hour."""
    forecast, actual = weather(zone, seed, first, count)
    shape = _calendar(zone, first, count)
    fleet = fleet_of(zone)
    wobble = smooth(key(seed, zone.key, "load"), first, count, 8)
    error = smooth(key(seed, zone.key, "load", "error"), first, count, 5)
    planned = _grid(fleet, forecast, shape * (1 + 0.018 * wobble))
    happened = _grid(fleet, actual, shape * (1 + 0.018 * wobble + 0.012 * error))
    return Market(first, forecast, actual, planned, happened, _price(zone, seed, first, planned))


def fleet_of(zone: Zone) -> Fleet:
    """What stands in `zone`."""
    listed = FLEETS.get(zone.key)
    if listed is not None:
        return listed
    large = FLEETS["DE-LU"]
    return Fleet(
        *(0.1 * value for value in (large.load, large.wind, large.solar, large.must_run, large.dispatchable, large.heating, large.cooling))
    )


def _calendar(zone: Zone, first: int, count: int) -> Floats:
    """Load over its mean by local hour and kind of day."""
    start = dt.datetime.fromtimestamp(first * 3600, UTC)
    tz = ZoneInfo(zone.tz)
    shape = np.empty(count)
    for offset in range(count):
        local = (start + dt.timedelta(hours=offset)).astimezone(tz)
        rest = 1.0 if local.weekday() == 6 or is_holiday(zone.country, local.date()) else 0.65 if local.weekday() == 5 else 0.0
        shape[offset] = (1 - rest) * WORKDAY[local.hour] + rest * SUNDAY[local.hour]
    return shape


def _grid(fleet: Fleet, view: Weather, shape: Floats) -> Grid:
    felt = view.temperature_c
    load = fleet.load * 0.98 * shape + fleet.heating * np.maximum(15 - felt, 0) + fleet.cooling * np.maximum(felt - 22, 0)
    wind = fleet.wind * 0.82 / (1 + np.exp(-(view.wind_speed_ms - 8.6) / 1.7))
    solar = fleet.solar * 0.80 * view.radiation_w_m2 / 1000 * (1 - 0.004 * (felt - 15))
    return Grid(np.round(load, 1), np.round(wind, 1), np.round(solar, 1))


def _price(zone: Zone, seed: int, first: int, planned: Grid) -> Floats:
    count = len(planned.load_mw)
    fleet = fleet_of(zone)
    available = fleet.dispatchable * (1 - _outage(zone, seed, first, count))
    tight = (planned.load_mw - planned.wind_mw - planned.solar_mw - fleet.must_run) / available
    fuel = np.exp(
        0.16 * slow(key(seed, "all zones", "fuel"), first, count, 25) + 0.05 * slow(key(seed, zone.key, "fuel"), first, count, 12)
    )
    order = 52 + 86 * tight + 40 * np.maximum(tight - 0.35, 0) ** 2
    scarcity = 900 * np.maximum(tight - 0.93, 0) ** 1.5
    surplus = 55 * np.maximum(0.10 - tight, 0) + 160 * np.maximum(-0.12 - tight, 0) ** 2
    bids = 4.0 * smooth(key(seed, zone.key, "bids"), first, count, 4) + 14.0 * smooth(key(seed, zone.key, "bid days"), first, count, 12)
    restless = 0.3 + 0.5 * (fleet.wind + fleet.solar) / fleet.load  # bids scatter more where the weather rules
    price = fuel * order + scarcity - surplus + restless * bids * np.clip(0.4 + tight, 0.3, 1.5)
    return np.asarray(np.round(np.clip(price, -500, 4000), 2), dtype=np.float64)


def _outage(zone: Zone, seed: int, first: int, count: int) -> Floats:
    """Share of the dispatchable plants that is out: a few percent always, now and then a tenth to a third for a day."""
    hours: Ints = np.arange(first, first + count)
    day = hours // 24
    draw = uniforms(key(seed, zone.key, "outage"), day)
    depth = uniforms(key(seed, zone.key, "outage", "depth"), day)
    usual = 0.04 + 0.03 * np.abs(slow(key(seed, zone.key, "maintenance"), first, count, 10))
    return usual + np.where(draw < 0.03, 0.10 + 0.25 * depth, 0.0)
