"""What the models read of the published features of a zone, as a day table."""

import polars as pl

from electricity_optimizer.forecasting.calendar import HOLIDAY
from electricity_optimizer.forecasting.days import DayTable, day_table

INPUTS = ("load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw", "neighbour_price_eur_mwh")
"""Known-ahead inputs of the models, known before gate closure: day-ahead forecasts of the grid, and a neighbour's price of the day."""


def feature_table(features: pl.DataFrame, tz: str) -> DayTable:
    """Day table of published hourly features with what the models read of them; an input that is never known is left out.

    What was left out of `INPUTS` and why: docs/FEATURES.md.
    """
    known = [name for name in INPUTS if features[name].is_not_null().any()]
    rows = features.select("start", pl.col("price_eur_mwh").alias("price"), *known, pl.col(HOLIDAY).cast(pl.Float64))
    return day_table(rows, tz, inputs=[*known, HOLIDAY])
