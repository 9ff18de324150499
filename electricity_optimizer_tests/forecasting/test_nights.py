import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.days import DayTable, day_table
from electricity_optimizer.forecasting.nights import with_dark_nights

SUMMER = [np.nan] * 5 + [0.5, 20, 90, 300, 600, 800, 900, 1000, 1000, 900, 800, 600, 400, 200, 60, 10, 0.0, np.nan, np.nan]


def table(*days) -> DayTable:
    values = np.array(days, float)
    return DayTable(dt.date(2026, 5, 4), np.zeros_like(values), {"solar": values})


def test_missing_hours_beside_sunrise_and_sunset_are_zero():
    dark, filled = with_dark_nights(table(SUMMER, SUMMER))
    assert filled == {"solar": 14}
    assert dark.inputs["solar"][1].tolist() == np.nan_to_num(SUMMER).tolist()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({12: np.nan}, "a hole at noon"),
        ({22: np.nan, 21: np.nan, 20: np.nan, 19: np.nan, 18: np.nan}, "the hours before sunset are missing too"),
        (dict.fromkeys(range(24), np.nan), "the whole day is missing"),
    ],
)
def test_other_holes_stay_unknown(change, why):
    day = np.array(SUMMER)
    day[list(change)] = list(change.values())
    after = with_dark_nights(table(day))[0].inputs["solar"][0]
    assert np.isnan(after[list(change)]).all(), why


def test_a_load_without_its_night_stays_unknown():
    load = [np.nan] * 4 + [40.0] * 20
    assert with_dark_nights(table(load))[1] == {}


def test_the_days_of_the_real_forecast_are_whole_with_it(shared):
    frame = pl.read_parquet(shared / "data/de_lu_exog_2024_2026_hourly.parquet").select(
        pl.col("utc").alias("start"), "solar_forecast_mw", "wind_forecast_mw", pl.lit(1.0).alias("price")
    )
    before = day_table(frame, "Europe/Berlin")
    after, filled = with_dark_nights(before)
    assert not np.isfinite(before.inputs["solar_forecast_mw"]).all(axis=1).any()
    assert np.isfinite(after.inputs["solar_forecast_mw"]).all()
    assert list(filled) == ["solar_forecast_mw"]
