"""What the sites of a zone expect or measure on a delivery day: load, sun and outdoor temperature in quarter hours."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class ZoneInputs:
    """Weather of a zone, its real generation of the year before, and the peak of that sun before the first day (None: no history)."""

    weather: pl.DataFrame
    real: pl.DataFrame
    peak_mw: float | None


class SiteInputs:
    """Load, sun and air of sites on the days `first` to `last`; what the sites of a zone share is read once."""

    def __init__(self, house: Warehouse, first: dt.date, last: dt.date) -> None:
        self.house, self.first, self.last = house, first, last
        self._of_zone = cache(self._read)

    def expected(self, site: Site) -> list[Part]:
        """Parts of `site_forecasts`: the profile's load, sun and temperature from forecasts only."""
        return self._parts(site, "forecast", load_profile)

    def measured(self, site: Site) -> list[Part]:
        """Parts of `meter_readings`: a simulated meter (synthetic) until a real one is attached, under the sun and air that were.

        Days whose actual weather is not known yet are left out.
        """
        parts = self._parts(site, "actual", metered_load)
        return [Part(part.scope, part.partition, part.frame.drop("method").with_columns(synthetic=pl.lit(value=True))) for part in parts]

    def _read(self, zone_key: str, kind: Kind) -> ZoneInputs:
        weather = weather_values(self.house.records("weather_record", zone_key, self.first - ONE_DAY, self.last + ONE_DAY), kind)
        records = self.house.records("grid_forecast_record", zone_key, self.first - PEAK_DAYS * ONE_DAY, self.last + ONE_DAY)
        real = quantities(records.filter(~pl.col("synthetic")), kind).filter(pl.col("solar_mw").is_not_null())
        real = real.with_columns(delivery_date=local_day("start", zone(zone_key).tz))
        return ZoneInputs(weather, real, zone_peak(real.filter(pl.col("delivery_date") < self.first)))

    def _parts(self, site: Site, kind: Kind, load: Callable[[Site, pl.Series], pl.DataFrame]) -> list[Part]:
        given = self._of_zone(site.zone, kind)
        needed = ["pv_kw", "outdoor_temperature_c"] if site.devices_of(HeatPump) else ["pv_kw"]
        parts = []
        for day in delivery_days(self.first, self.last):
            starts = day_steps(day, site.tz)
            if given.peak_mw is None:
                sun, used = pv_from_weather(site, given.weather, starts), given.weather
            else:
                sun, used = pv_from_zone(site, given.real, starts, peak_mw=given.peak_mw), given.real
            air = at_steps(given.weather, starts, ["temperature_c"])["temperature_c"]
            frame = load(site, starts).with_columns(sun["pv_kw"], air.alias("outdoor_temperature_c"))
            if all(frame[name].null_count() == 0 for name in needed):
                parts.append(_part(site, day, frame, synthetic=_any_synthetic(used, given.weather, day)))
        if not parts:
            what = f"no {kind} weather from {self.first} to {self.last}"
            raise ForecastError(what, where=site.key, remedy="materialize raw_weather first")
        return parts


def _any_synthetic(sun: pl.DataFrame, air: pl.DataFrame, day: dt.date) -> bool:
    return any(rows.filter((pl.col("delivery_date") == day) & pl.col("synthetic")).height > 0 for rows in (sun, air))


def _part(site: Site, day: dt.date, frame: pl.DataFrame, *, synthetic: bool) -> Part:
    columns = {"site": site.key, "delivery_day": day, "resolution_minutes": STEP_MINUTES, "method": "profile", "synthetic": synthetic}
    return Part(site.key, day.isoformat(), frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()}))
