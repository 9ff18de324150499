"""What the sites of a zone expect or measure on a delivery day: load, sun and outdoor temperature in quarter hours."""

import datetime as dt
from collections.abc import Callable
from typing import Literal

import polars as pl

from electricity_optimizer.catalog.site_devices import HeatPump
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.market.grid import quantities
from electricity_optimizer.market.weather import weather_values
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.clock import STEP_MINUTES, day_steps
from electricity_optimizer.sites.load import load_profile, metered_load
from electricity_optimizer.sites.pv import pv_from_weather, pv_from_zone, zone_peak
from electricity_optimizer.timeline import delivery_days, local_day
from electricity_optimizer.warehouse import Part, Warehouse

PEAK_DAYS = 365
ONE_DAY = dt.timedelta(days=1)
Kind = Literal["forecast", "actual"]


def expected(house: Warehouse, site: Site, first: dt.date, last: dt.date) -> list[Part]:
    """Parts of `site_forecasts`: the profile's load, sun and temperature from forecasts only."""
    return _parts(house, site, first, last, kind="forecast", load=load_profile)


def measured(house: Warehouse, site: Site, first: dt.date, last: dt.date) -> list[Part]:
    """Parts of `meter_readings`: a simulated meter (synthetic) until a real one is attached, under the sun and air that were.

    Days whose actual weather is not known yet are left out.
    """
    parts = _parts(house, site, first, last, kind="actual", load=metered_load)
    return [Part(part.scope, part.partition, part.frame.with_columns(synthetic=pl.lit(value=True))) for part in parts]


def _parts(
    house: Warehouse, site: Site, first: dt.date, last: dt.date, *, kind: Kind, load: Callable[[Site, pl.Series], pl.DataFrame]
) -> list[Part]:
    weather = weather_values(house.records("weather_record", site.zone, first - ONE_DAY, last + ONE_DAY), kind)
    records = house.records("grid_forecast_record", site.zone, first - PEAK_DAYS * ONE_DAY, last + ONE_DAY)
    real = quantities(records.filter(~pl.col("synthetic")), kind).filter(pl.col("solar_mw").is_not_null())
    real = real.with_columns(delivery_date=local_day("start", zone(site.zone).tz))
    peak = zone_peak(real.filter(pl.col("delivery_date") < first))
    needed = ["pv_kw", "outdoor_temperature_c"] if site.devices_of(HeatPump) else ["pv_kw"]
    parts = []
    for day in delivery_days(first, last):
        starts = day_steps(day, site.tz)
        if peak is None:
            sun, used = pv_from_weather(site, weather, starts), weather
        else:
            sun, used = pv_from_zone(site, real, starts, peak_mw=peak), real
        air = at_steps(weather, starts, ["temperature_c"])["temperature_c"]
        frame = load(site, starts).with_columns(sun["pv_kw"], air.alias("outdoor_temperature_c"))
        if all(frame[name].null_count() == 0 for name in needed):
            parts.append(_part(site, day, frame, synthetic=_any_synthetic(used, weather, day)))
    if not parts:
        raise ForecastError(f"no {kind} weather from {first} to {last}", where=site.key, remedy="materialize raw_weather first")
    return parts


def _any_synthetic(sun: pl.DataFrame, air: pl.DataFrame, day: dt.date) -> bool:
    return any(rows.filter((pl.col("delivery_date") == day) & pl.col("synthetic")).height > 0 for rows in (sun, air))


def _part(site: Site, day: dt.date, frame: pl.DataFrame, *, synthetic: bool) -> Part:
    columns = {"site": site.key, "delivery_day": day, "resolution_minutes": STEP_MINUTES, "synthetic": synthetic}
    return Part(site.key, day.isoformat(), frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()}))
