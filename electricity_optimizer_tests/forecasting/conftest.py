"""Tables the tests of forecasting share: a small made market, and the Nord Pool benchmark."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.days import DayTable, day_table

FIRST = dt.date(2026, 1, 1)


@pytest.fixture(scope="session")
def market() -> DayTable:
    """140 days in which price follows load minus wind, with a weekly rhythm and some noise; the last day is 2026-05-20."""
    rng = np.random.default_rng(7)
    days, hours = 140, np.arange(24)
    weekend = (np.arange(days)[:, None] + FIRST.weekday()) % 7 >= 5
    load = 50 + 10 * np.sin((hours - 8) / 24 * 2 * np.pi) - 8 * weekend + rng.normal(0, 1, (days, 24))
    wind = 15 + np.cumsum(rng.normal(0, 1, (days, 24)), axis=1) + rng.normal(0, 6, (days, 1))
    price = 20 + 2 * (load - 40) - 1.5 * wind + rng.normal(0, 2, (days, 24))
    return DayTable(FIRST, price, {"load": load, "wind": wind})


@pytest.fixture(scope="session")
def nord_pool(shared) -> DayTable:
    """The NP set of the open benchmark (Lago and others 2021): naive local time, two day-ahead forecasts."""
    frame = pl.read_parquet(shared / "data/epf_NP.parquet").rename({"Date": "start", "Price": "price"})
    return day_table(frame, None)
