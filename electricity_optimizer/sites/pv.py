"""Power of a site's roofs, from weather or from the solar generation of its zone, without any history of its own.

Forecasts come from forecast inputs and actuals from actual ones; the functions are the same. Where the input is unknown the power is
null, except when the sun is down: then it is zero, whoever left the row out (ENTSO-E publishes no solar forecast at night) or still
sees the sun elsewhere in the zone.
The way from radiation on the ground to power is pvlib's; it is imported when used, because it brings pandas and scipy.
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.clock import STEP_MINUTES

Array = NDArray[np.float64]

ROSS_K_M2_PER_W = 0.03
"""Rise of the cell over the air per W/m2 for a ventilated roof (Ross 1976)."""

LOSS_PER_K = 0.004
"""Power lost per kelvin of cell temperature above 25 C (crystalline silicon)."""

CELL_OF_UNKNOWN_AIR = 25.0

PEAK_WINDOW = dt.timedelta(days=365)

DOWN_DEGREES = 3.0
"""Below this elevation a roof gives next to nothing: the German fleet stays under 0.2 % of its peak."""


def pv_from_weather(site: Site, weather: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """start, pv_kw of all roofs at quarter hours from the UTC `starts`, from `weather` (start, radiation_w_m2, temperature_c).

    Radiation on the ground is spread over the quarters of its interval as under a clear sky (Haurwitz 1945), split into beam and
    diffuse light (Erbs 1982), turned to the plane of each roof (Hay and Davies 1980), and becomes power less the loss of a hot cell
    (Ross 1976, PVWatts). An unknown temperature counts as a cell at 25 C.
    """
    held = weather.with_columns(pl.col("start").dt.epoch("s").alias("interval"))
    values = at_steps(held, starts, ["radiation_w_m2", "temperature_c", "interval"])
    known = values["radiation_w_m2"].is_not_null().to_numpy()
    power = np.full(len(starts), np.nan)
    if known.any() and site.devices_of(Roof):
        power[known] = _roofs_kw(site, values.filter(pl.Series(known)))
    return _dark_is_zero(site, values.select("start", pl.Series("pv_kw", power).fill_nan(None)))


def pv_from_zone(site: Site, solar: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    """start, pv_kw of all roofs at the UTC `starts`, from a zone's solar generation or its forecast (start, solar_mw, peak_mw).

    `peak_mw` is the zone's highest value of the year before (`with_peaks`): at it the roofs give their own peak. Null, where there is
    no history, leaves the day unknown.
    """
    values = at_steps(solar, starts, ["solar_mw", "peak_mw"])
    power = pl.col("solar_mw").clip(0) / pl.col("peak_mw") * roofs_peak_kw(site)
    return _dark_is_zero(site, values.select("start", power.clip(None, roofs_limit_kw(site)).alias("pv_kw")))


def with_peaks(solar: pl.DataFrame, days: Sequence[dt.date]) -> pl.DataFrame:
    """`solar` (start, delivery_date, solar_mw) of `days` with peak_mw: the highest value of the 365 days before each; null without any.

    A short history from winter alone makes roofs look too strong.
    """
    daily = dict(solar.group_by("delivery_date").agg(pl.col("solar_mw").max()).filter(pl.col("solar_mw") > 0).iter_rows())
    peaks = []
    for day in days:
        before = [value for known, value in daily.items() if day - PEAK_WINDOW <= known < day]
        peaks.append(max(before, default=None))
    of_day = pl.DataFrame({"delivery_date": days, "peak_mw": peaks}, schema={"delivery_date": pl.Date, "peak_mw": pl.Float64})
    return solar.join(of_day, on="delivery_date").sort("start")


def roofs_peak_kw(site: Site) -> float:
    """Power of all roofs in full sun at a cell temperature of 25 C."""
    return sum(roof.kwp * roof.performance_ratio for roof in site.devices_of(Roof))


def roofs_limit_kw(site: Site) -> float:
    """What the roofs can never exceed: their inverters, or their nameplates where none is stated."""
    return sum(roof.inverter_kw or roof.kwp for roof in site.devices_of(Roof))


def sun(site: Site, starts: pl.Series) -> tuple[Array, Array]:
    """Elevation above the horizon and azimuth (north 0, east 90) in degrees, in the middle of the quarter hours from the UTC `starts`."""
    position = _position(site, starts)
    return position["elevation"].to_numpy(), position["azimuth"].to_numpy()


def _position(site: Site, starts: pl.Series) -> Any:
    """Frame of pvlib (zenith, elevation, azimuth ... in degrees) by the middle of the quarter hours; the sun of Reda and Andreas 2008."""
    middle = (starts + dt.timedelta(minutes=STEP_MINUTES / 2)).dt.timestamp("us").to_numpy()
    return _sun_of(site.place.latitude, site.place.longitude, middle.tobytes())


@lru_cache(maxsize=8)
def _sun_of(latitude: float, longitude: float, instants: bytes) -> Any:
    """The sun over a place at `instants`, microseconds as int64: the sites of a zone, and what is asked of each, share it."""
    import pandas as pd  # type: ignore[import-untyped] # noqa: PLC0415  # with pvlib, a second that only a roof needs; no types
    from pvlib.solarposition import spa_python  # type: ignore[import-untyped] # noqa: PLC0415  # brings scipy; it ships no types

    middle = pd.DatetimeIndex(np.frombuffer(instants, dtype="datetime64[us]"), tz="UTC")
    return spa_python(middle, latitude, longitude)


def _roofs_kw(site: Site, values: pl.DataFrame) -> Array:
    """Power of all roofs under known radiation (columns start, radiation_w_m2, temperature_c, interval)."""
    position = _position(site, values["start"])
    ground = _spread(values, position["apparent_zenith"])
    air = values["temperature_c"].to_numpy()
    power = [_roof_kw(roof, position, ground, air) for roof in site.devices_of(Roof)]
    return np.asarray(np.sum(power, axis=0), dtype=np.float64)


def _spread(values: pl.DataFrame, zenith: Any) -> Array:
    """Radiation of each quarter hour, W/m2: that of its interval in the course of a clear sky."""
    from pvlib.clearsky import haurwitz  # type: ignore[import-untyped] # noqa: PLC0415  # as in `_position`

    clear = values.select("interval", pl.col("radiation_w_m2").clip(0), pl.Series("clear", haurwitz(zenith)["ghi"].to_numpy()))
    mean = pl.col("clear").mean().over("interval")
    return clear.select(pl.when(mean > 0).then(pl.col("radiation_w_m2") * pl.col("clear") / mean).otherwise(0.0)).to_series().to_numpy()


def _roof_kw(roof: Roof, position: Any, ground: Array, air: Array) -> Array:
    from pvlib import irradiance, pvsystem, temperature  # type: ignore[import-untyped] # noqa: PLC0415  # as in `_position`

    days = position.index.day_of_year.to_numpy()
    zenith, azimuth = position["zenith"].to_numpy(), position["azimuth"].to_numpy()
    light = irradiance.erbs(ground, zenith, days)
    extra = irradiance.get_extra_radiation(days)
    plane = irradiance.get_total_irradiance(
        roof.tilt, roof.azimuth, zenith, azimuth, light["dni"], ground, light["dhi"], dni_extra=extra, model="haydavies"
    )["poa_global"]
    cell = np.where(np.isnan(air), CELL_OF_UNKNOWN_AIR, temperature.ross(plane, air, k=ROSS_K_M2_PER_W))
    power = pvsystem.pvwatts_dc(plane, cell, roof.kwp * roof.performance_ratio, -LOSS_PER_K)
    return np.asarray(np.clip(power, 0, roof.inverter_kw or roof.kwp), dtype=np.float64)


def _dark_is_zero(site: Site, power: pl.DataFrame) -> pl.DataFrame:
    """Power set to zero where there is no roof and where the sun is down; unknown power already where it stands very low."""
    if not site.devices_of(Roof):
        return power.with_columns(pv_kw=pl.lit(0.0))
    elevation = pl.Series("elevation", sun(site, power["start"])[0])
    dark = (elevation <= 0) | (power["pv_kw"].is_null() & (elevation < DOWN_DEGREES))
    return power.with_columns(pl.when(dark).then(0.0).otherwise(pl.col("pv_kw")).alias("pv_kw"))
