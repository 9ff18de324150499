"""What the sites of a zone expect or measure on delivery days, in quarter hours: load, sun and outdoor temperature.

Without a site's own history: standard profiles and the weather. What is learnt from meters comes on top in `site_meters.py`.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.market.grid import quantities
from electricity_optimizer.market.weather import weather_values
from electricity_optimizer.sites import metered_load, pv_from_weather, pv_from_zone, with_peaks
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.clock import STEP_MINUTES
from electricity_optimizer.timeline import delivery_days, grid, local_day, range_bounds
from electricity_optimizer.warehouse import Part, Warehouse

PEAK_DAYS = 365
ONE_DAY = dt.timedelta(days=1)
Kind = Literal["forecast", "actual"]


@dataclass(frozen=True)
class ZoneInputs:
    """Weather of a zone, and its real generation in quarter hours with the peak of the year before each day (null: no history)."""

    weather: pl.DataFrame
    solar: pl.DataFrame

    @property
    def synthetic_days(self) -> set[dt.date]:
        """Days on which anything of the weather is simulated."""
        return set(self.weather.filter("synthetic")["delivery_date"])


class SiteInputs:
    """Sun and air of sites on the days `first` to `last`; what the sites of a zone share is read once."""

    def __init__(self, house: Warehouse, first: dt.date, last: dt.date) -> None:
        self.house, self.first, self.last = house, first, last
        self._of_zone = cache(self._read)

    def measured(self, site: Site) -> list[Part]:
        """Parts of `meter_readings`: a simulated meter (synthetic) until a real one is attached, under the sun and air that were.

        Days whose actual weather is not known yet are left out.
        """
        frames = self.whole_days(site, self.sun_and_air(site, "actual"), "actual")
        synthetic = pl.lit(value=True).alias("synthetic")
        return [part(site, day, metered_load(site, frame["start"]).join(frame, on="start"), synthetic) for day, frame in frames.items()]

    def sun_and_air(self, site: Site, kind: Kind) -> pl.DataFrame:
        """start, delivery_day, pv_kw, outdoor_temperature_c and synthetic of each quarter hour of the span; null where unknown."""
        given = self._of_zone(site.zone, kind)
        starts = grid(*range_bounds(self.first, self.last, site.tz), STEP_MINUTES)
        peaked = pl.Series(given.solar.filter(pl.col("peak_mw").is_not_null())["delivery_date"].unique())
        days = starts.to_frame().with_columns(delivery_day=local_day("start", site.tz))
        by_zone = pv_from_zone(site, given.solar, starts)["pv_kw"]
        lone = ~days["delivery_day"].is_in(peaked.implode())
        air = at_steps(given.weather, starts, ["temperature_c"])["temperature_c"]
        if lone.any():
            by_zone = pv_from_weather(site, given.weather, starts)["pv_kw"].zip_with(lone, by_zone)
        simulated = days["delivery_day"].is_in(list(given.synthetic_days))
        return days.with_columns(by_zone.alias("pv_kw"), air.alias("outdoor_temperature_c"), simulated.alias("synthetic"))

    def whole_days(self, site: Site, frame: pl.DataFrame, kind: Kind) -> dict[dt.date, pl.DataFrame]:
        """The days of `frame` on which all that the site needs is known. Raises ForecastError when there is none."""
        needed = ["pv_kw", "outdoor_temperature_c"] if site.feels_weather else ["pv_kw"]
        days = {day: rows for (day,), rows in frame.group_by(["delivery_day"], maintain_order=True)}
        whole = {day: rows for day, rows in days.items() if all(rows[name].null_count() == 0 for name in needed)}
        if not whole:
            what = f"no {kind} weather from {self.first} to {self.last}"
            raise ForecastError(what, where=site.key, remedy="materialize raw_weather first")
        return whole

    def _read(self, zone_key: str, kind: Kind) -> ZoneInputs:
        weather = weather_values(self.house.records("weather_record", zone_key, self.first - ONE_DAY, self.last + ONE_DAY), kind)
        records = self.house.records("grid_forecast_record", zone_key, self.first - PEAK_DAYS * ONE_DAY, self.last + ONE_DAY)
        real = quantities(records.filter(~pl.col("synthetic")), kind).filter(pl.col("solar_mw").is_not_null())
        real = real.with_columns(delivery_date=local_day("start", zone(zone_key).tz))
        return ZoneInputs(weather, _quarters(with_peaks(real, list(delivery_days(self.first, self.last)))))


def part(site: Site, day: dt.date, frame: pl.DataFrame, *more: pl.Expr) -> Part:
    """A published day of a site."""
    columns = {"site": site.key, "delivery_day": day, "resolution_minutes": STEP_MINUTES}
    return Part(site.key, day.isoformat(), frame.with_columns(*more, **{name: pl.lit(value) for name, value in columns.items()}))


def _quarters(solar: pl.DataFrame) -> pl.DataFrame:
    """Rows of any resolution as quarter hours: days of hours and days of quarter hours may stand beside each other."""
    steps = pl.int_ranges(0, pl.col("resolution_minutes") // STEP_MINUTES)
    split = (
        solar.with_columns(step=steps).explode("step").with_columns(pl.col("start") + pl.duration(minutes=STEP_MINUTES * pl.col("step")))
    )
    return split.select("start", "delivery_date", "solar_mw", "peak_mw", "synthetic").sort("start")
