"""A real fortnight for the sites: DE-LU prices, solar forecast and generation, a plain outdoor temperature."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites import day_steps, load_profile, metered_load, pv_from_zone
from electricity_optimizer.tariffs import TariffPrices, tariff
from electricity_optimizer.timeline import UTC_DTYPE


@dataclass(frozen=True)
class RealMarket:
    """Prices (start, price_eur_mwh) and solar (start, forecast_mw, actual_mw) of DE-LU."""

    price: pl.DataFrame
    solar: pl.DataFrame

    def prices(self, site: Site) -> TariffPrices:
        return tariff(site.tariff).prices(self.price, site.tz)

    def forecast(self, site: Site, day: dt.date) -> pl.DataFrame:
        steps = day_steps(day, site.tz)
        return self._frame(site, load_profile(site, steps), "forecast_mw", outdoor=8.0)

    def readings(self, site: Site, day: dt.date) -> pl.DataFrame:
        steps = day_steps(day, site.tz)
        return self._frame(site, metered_load(site, steps), "actual_mw", outdoor=7.0)

    def _frame(self, site: Site, load: pl.DataFrame, column: str, outdoor: float) -> pl.DataFrame:
        solar = self.solar.select("start", pl.col(column).alias("solar_mw"))
        peak = solar.filter(pl.col("start") < load["start"][0]).tail(8760)["solar_mw"].max()
        pv = pv_from_zone(site, solar.with_columns(peak_mw=pl.lit(peak)), load["start"])
        wave = 4 * np.sin((np.arange(load.height) / 4 - 9) / 24 * 2 * np.pi)
        return load.join(pv, on="start", maintain_order="left").with_columns(outdoor_temperature_c=pl.Series(outdoor + wave))


@pytest.fixture(scope="session")
def market(shared) -> RealMarket:
    price = pl.read_parquet(shared / "data/de_lu_energycharts_15min_202510_202605.parquet")
    exog = pl.read_parquet(shared / "data/de_lu_exog_2024_2026_hourly.parquet")
    start = pl.col("utc").cast(UTC_DTYPE).alias("start")
    return RealMarket(
        price.select(start, pl.col("price").alias("price_eur_mwh")),
        exog.select(start, pl.col("solar_forecast_mw").alias("forecast_mw"), pl.col("solar_mw").alias("actual_mw")),
    )
