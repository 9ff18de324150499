"""What is learnt from the meters of sites: their history as tables of days, their models, and the forecasts these give over the priors.

The priors of past days are made from the forecasts of their weather, as those of the day ahead, so that models learn from what they
will be given.
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial

import polars as pl

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.defs.site_inputs import ONE_DAY, SiteInputs, part
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.models.site_models import Quantity, forecast
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted
from electricity_optimizer.forecasting.sites.bands import Banded
from electricity_optimizer.forecasting.sites.days import MeterDays, meter_days
from electricity_optimizer.sites import load_profile, roofs_limit_kw, sun
from electricity_optimizer.warehouse import Part, Warehouse

MODEL_SCHEMA = 1
LEARNT_DAYS = 400
"""How far back a model learns: a year, and the lags of its first days."""

BLENDED_DAYS = 80
"""How far back a forecast looks: four weeks of errors, four weeks before each of them, and readings that come a week late."""

PRIOR = "profile"
AIR = "temperature_c"


class SiteMeters:
    """Meters of sites and their priors on the days `first` - `back` to `last`; what the sites of a zone share is read once."""

    def __init__(self, house: Warehouse, first: dt.date, last: dt.date, back: int) -> None:
        self.house, self.first, self.last = house, first, last
        self._since = first - back * ONE_DAY
        self._inputs = SiteInputs(house, self._since, last)

    def expected(self, site: Site) -> list[Part]:
        """Parts of `site_forecasts`: stored models where there are any, else a blend of the meter's profiles, else the prior."""
        prior = self._prior(site)
        days = self._inputs.whole_days(site, prior.filter(pl.col("delivery_day") >= self.first), "forecast")
        tables = dict(self.tables(site, prior))
        models = self._stored(site)
        simulated = self._simulated(site)
        parts = []
        for day, frame in days.items():
            found = {quantity: _learnt(quantity, table, day, models) for quantity, table in tables.items()}
            parts.append(_forecast_part(site, day, frame, {q: one for q, one in found.items() if one}, simulated=simulated))
        return parts

    def tables(self, site: Site, prior: pl.DataFrame | None = None) -> Iterator[tuple[Quantity, MeterDays]]:
        """What there is to learn of a site: its load and, with a roof, its sun. Nothing where its meter never said anything."""
        readings = self.house.read("meter_readings", site.key, self._since, self.last)
        if readings.is_empty():
            return
        known = self._prior(site) if prior is None else prior
        metered = readings.select("start", pl.col("load_kw").alias("load_value"), pl.col("pv_kw").alias("pv_value"))
        frame = known.join(metered, on="start", how="left", maintain_order="left")
        since = max(self._since, min(readings["delivery_day"].to_list()))
        table = partial(meter_days, tz=site.tz, span=(since, self.last), is_holiday=partial(is_holiday, site.place.country))
        air = frame.filter(pl.col("delivery_day") >= since).select(
            "start", "load_value", "pv_value", "pv_kw", "load_kw", pl.col("outdoor_temperature_c").alias(AIR)
        )
        yield "load", table(air.rename({"load_value": "value", "load_kw": "prior"}), inputs=[AIR])
        if site.devices_of(Roof):
            elevation, azimuth = sun(site, air["start"])
            sky = air.with_columns(elevation=pl.Series(elevation), azimuth=pl.Series(azimuth))
            renamed = sky.rename({"pv_value": "value", "pv_kw": "prior"})
            yield "pv", table(renamed, inputs=[AIR, "elevation", "azimuth"], limit=roofs_limit_kw(site))

    def _prior(self, site: Site) -> pl.DataFrame:
        """start, delivery_day, load_kw with its deciles, pv_kw, outdoor_temperature_c, synthetic from `first` - `back` on."""
        frame = self._inputs.sun_and_air(site, "forecast")
        return load_profile(site, frame["start"]).join(frame, on="start", maintain_order="left")

    def _stored(self, site: Site) -> list[Fitted]:
        cards = self.house.read("site_models", site.key).filter(pl.col("schema_version") == MODEL_SCHEMA)
        return [load_fitted(self.house.models.get(row["file_sha256"])) for row in cards.iter_rows(named=True)]

    def _simulated(self, site: Site) -> bool:
        return bool(self.house.versions("meter_readings", site.key, self._since, self.last)["synthetic"].any())


def _learnt(quantity: Quantity, table: MeterDays, day: dt.date, models: list[Fitted]) -> tuple[Banded, str] | None:
    """Forecast of `day` at its own steps by a model from before it, and its method; None where there is the prior only."""
    known = table.known_for(day)
    stored = next((one for one in models if one.model.startswith(quantity) and one.day <= day), None)
    try:
        clock, method = forecast(quantity, known, stored)
    except ForecastError:  # too short a history: the prior is the forecast, and the column `method` says so
        return None
    return Banded(known.steps(clock.low), known.steps(clock.middle), known.steps(clock.high)), method


def _forecast_part(site: Site, day: dt.date, frame: pl.DataFrame, found: dict[Quantity, tuple[Banded, str]], *, simulated: bool) -> Part:
    columns: dict[str, pl.Series] = {}
    for quantity, (steps, _) in found.items():
        values = {f"{quantity}_kw": steps.middle, f"{quantity}_q10_kw": steps.low, f"{quantity}_q90_kw": steps.high}
        columns |= {name: pl.Series(name, value) for name, value in values.items()}
    methods = {quantity: found[quantity][1] if quantity in found else PRIOR for quantity in _quantities(site)}
    method = "/".join(dict.fromkeys(methods.values()))
    synthetic = (pl.col("synthetic") | pl.lit(simulated and bool(found))).alias("synthetic")
    return part(site, day, frame.with_columns(**columns), pl.lit(method).alias("method"), synthetic)


def _quantities(site: Site) -> tuple[Quantity, ...]:
    return ("load", "pv") if site.devices_of(Roof) else ("load",)
