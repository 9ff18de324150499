"""A year of load, sun and outdoor temperature of a site: what its meter said, filled up by what is usual.

Load is filled up with the standard profile at the annual energy that the catalogue states; sun and air with a mild and even weather: a
share of the clear sky that is larger in summer, and a temperature that goes up and down with the year and the day. That weather is a
rough one of Europe's latitudes and nobody's measurement; it has no dull weeks, so that a roof looks steadier than it is.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.load import load_profile
from electricity_optimizer.sites.pv import pv_from_weather, sun
from electricity_optimizer.tariffs.switching.year import Array, YearSteps

COLUMNS = ("load_kw", "pv_kw", "outdoor_temperature_c")


@dataclass(frozen=True)
class LoadYear:
    """`frame`: start (UTC quarter hours), load_kw, pv_kw, outdoor_temperature_c, all known; days measured whole, and all of them."""

    steps: YearSteps
    frame: pl.DataFrame
    measured_days: int
    sunny_days: int

    @property
    def told(self) -> dict[str, int]:
        """How the year was known, in days."""
        days = len(self.steps.days)
        return {"days": days, "load_measured": self.measured_days, "load_profiled": days - self.measured_days, "sun_known": self.sunny_days}


def year_of_load(site: Site, steps: YearSteps, readings: pl.DataFrame, known_air: pl.DataFrame | None = None) -> LoadYear:
    """The year of `site` over `steps`, first from `readings` (start UTC, load_kw, pv_kw, outdoor_temperature_c, any of them null).

    `known_air` (start, pv_kw, outdoor_temperature_c) is what the real weather says where the meter is silent.
    """
    usual = load_profile(site, steps.starts).select("start", "load_kw").hstack(usual_air(site, steps.starts))
    metered = steps.starts.to_frame().join(readings.select("start", *COLUMNS), on="start", how="left", maintain_order="left")
    parts = [metered]
    if known_air is not None:
        parts.append(steps.starts.to_frame().join(known_air, on="start", how="left", maintain_order="left"))
    filled = [pl.coalesce(*[part[name] for part in [*parts, usual] if name in part.columns]).alias(name) for name in COLUMNS]
    sunny = pl.select(pl.coalesce(*[part["pv_kw"] for part in parts]).alias("pv_kw"))["pv_kw"]
    frame = steps.starts.to_frame().with_columns(pl.select(filled))
    return LoadYear(steps, frame, _whole_days(steps, metered["load_kw"]), _whole_days(steps, sunny))


def usual_air(site: Site, starts: pl.Series) -> pl.DataFrame:
    """pv_kw and outdoor_temperature_c under an even weather at the UTC `starts`."""
    warmth = _temperature(site, starts)
    weather = pl.DataFrame({"start": starts, "temperature_c": warmth, "radiation_w_m2": _radiation(site, starts)})
    power = pv_from_weather(site, weather, starts)["pv_kw"] if site.devices_of(Roof) else pl.repeat(0.0, len(starts), eager=True)
    return pl.DataFrame({"pv_kw": power, "outdoor_temperature_c": warmth})


def _radiation(site: Site, starts: pl.Series) -> Array:
    """W/m2 on the ground: 46 % of the clear sky (Haurwitz 1945) in December, 68 % in June; 1,090 kWh/m2 a year in the middle of Germany."""
    height = np.sin(np.radians(sun(site, starts)[0])).clip(min=1e-3)
    share = 0.57 + 0.11 * _season(site, starts)
    return np.asarray(np.where(height > 1e-3, 1098 * height * np.exp(-0.057 / height) * share, 0.0))


def _temperature(site: Site, starts: pl.Series) -> Array:
    """Degrees C: 9 on the mean of the year at 51 degrees of latitude, 9 up and down with the year, 4 with the day (warmest at 15:00)."""
    latitude = abs(site.place.latitude)
    local = starts.dt.convert_time_zone(site.tz)
    hour = local.dt.hour().to_numpy() + local.dt.minute().to_numpy() / 60
    year = _season(site, starts, late_days=30)
    return np.asarray(27 - 0.35 * latitude + 0.18 * latitude * year + 4 * np.cos((hour - 15) / 24 * 2 * np.pi))


def _season(site: Site, starts: pl.Series, late_days: int = 0) -> Array:
    """-1 at the winter solstice, 1 at the summer's; the air follows the sun `late_days` late."""
    day = starts.dt.convert_time_zone(site.tz).dt.ordinal_day().to_numpy()
    return np.asarray(-np.sign(site.place.latitude) * np.cos((day + 10 - late_days) / 365 * 2 * np.pi))


def _whole_days(steps: YearSteps, values: pl.Series) -> int:
    known = values.is_not_null().to_numpy().astype(np.float64)
    return int((steps.by_day(known) == steps.by_day(np.ones(len(known)))).sum())
