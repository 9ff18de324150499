"""Power of a site's roofs, from weather or from the solar generation of its zone.

Forecasts come from forecast inputs and actuals from actual ones; the functions are the same. Where the input is unknown the power is
null, except when the sun is down: then it is zero, whoever left the row out (ENTSO-E publishes no solar forecast at night).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.align import at_steps

Array = NDArray[np.float64]

ROSS_K_M2_PER_W = 0.03
"""Rise of the cell over the air per W/m2 for a ventilated roof (Ross 1976)."""

LOSS_PER_K = 0.004
"""Power lost per kelvin of cell temperature above 25 C (crystalline silicon)."""

DOWN_DEGREES = 3.0
"""Below this elevation a roof gives next to nothing: the German fleet stays under 0.2 % of its peak."""


def pv_from_weather(site: Site, weather: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """start, pv_kw of all roofs at the UTC `starts`, from `weather` (start, radiation_w_m2, temperature_c; any resolution).

    kWp x radiation / 1000 x performance ratio, less the loss of a hot cell. An unknown temperature counts as 25 C cells.
    """
    values = at_steps(weather, starts, ["radiation_w_m2", "temperature_c"])
    radiation = pl.col("radiation_w_m2").clip(0)
    heat = (pl.col("temperature_c") + ROSS_K_M2_PER_W * radiation - 25).clip(0).fill_null(0)
    share = radiation / 1000 * (1 - LOSS_PER_K * heat)
    return _dark_is_zero(site, values.select("start", (share * _peak_kw(site)).alias("pv_kw")))


def pv_from_zone(site: Site, solar: pl.DataFrame, starts: pl.Series, *, peak_mw: float | None) -> pl.DataFrame:
    """start, pv_kw of all roofs at the UTC `starts`, from a zone's solar generation or its forecast (start, solar_mw).

    `peak_mw` is the zone's highest value of the year before (`zone_peak`): at it the roofs give their own peak. It must come from what
    was known when the forecast is issued. None, where there is no history, leaves the day unknown.
    """
    values = at_steps(solar, starts, ["solar_mw"])
    power = pl.col("solar_mw").clip(0) * (_peak_kw(site) / peak_mw) if peak_mw else pl.lit(None, pl.Float64)
    return _dark_is_zero(site, values.select("start", power.alias("pv_kw")))


def zone_peak(history: pl.DataFrame) -> float | None:
    """Highest `solar_mw` of `history`: give it the last 365 days. A shorter history from winter alone makes roofs look too strong."""
    peak = history["solar_mw"].max()
    return float(peak) if isinstance(peak, int | float) and peak > 0 else None


def _peak_kw(site: Site) -> float:
    return sum(roof.kwp * roof.performance_ratio for roof in site.devices_of(Roof))


def _dark_is_zero(site: Site, power: pl.DataFrame) -> pl.DataFrame:
    if not site.devices_of(Roof):
        return power.with_columns(pv_kw=pl.lit(0.0))
    down = pl.Series(sun_elevation(power["start"], site.place.latitude, site.place.longitude) < DOWN_DEGREES)
    return power.with_columns(pl.when(pl.col("pv_kw").is_null() & down).then(0.0).otherwise(pl.col("pv_kw")).alias("pv_kw"))


def sun_elevation(starts: pl.Series, latitude: float, longitude: float) -> Array:
    """Degrees of the sun above the horizon at UTC instants; Spencer 1971 (declination, equation of time), good to about 0.5 degrees."""
    utc = starts.dt
    angle = 2 * np.pi * (utc.ordinal_day().to_numpy() - 1) / 365
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle) - 0.006758 * np.cos(2 * angle) + 0.000907 * np.sin(2 * angle)
    )
    equation = 229.18 * (
        0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.014615 * np.cos(2 * angle) - 0.04089 * np.sin(2 * angle)
    )
    minutes = utc.hour().cast(pl.Float64).to_numpy() * 60 + utc.minute().to_numpy() + equation + 4 * longitude
    hour_angle = np.radians(minutes / 4 - 180)
    place = np.radians(latitude)
    sine = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(sine)), dtype=np.float64)
