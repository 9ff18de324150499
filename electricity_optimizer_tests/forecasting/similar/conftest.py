"""A real zone for the tests of similar days."""

import polars as pl
import pytest

from electricity_optimizer.forecasting.days import DayTable, day_table

INPUTS = ["load_forecast", "wind_offshore", "wind_onshore", "solar"]


@pytest.fixture(scope="package")
def germany(shared) -> DayTable:
    """DE-LU by the hour, 2023-02 to 2025-01 (shared data/README.md): prices and day-ahead forecasts of load, wind and sun."""
    rows = pl.read_parquet(shared / "data/eu_zones_2023_2025_hourly.parquet").filter(pl.col("zone") == "DE_LU")
    return day_table(rows.select(pl.col("utc").alias("start"), "price", *INPUTS), "Europe/Berlin")
