"""The path from prices to forecasts on PostgreSQL publishes the same rows under the same content hashes as on SQLite."""

import datetime as dt
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.small_homes import LAST, NOW, ONE_DAY, PRICE_FILE, ZONE, contents, cut, desk_of, materialize

FIRST = LAST - 11 * ONE_DAY  # the naive needs a week, a band another
FORECASTS = [
    "price_forecasts",
    "forecast_observations",
    "forecast_accuracy",
    "forecast_bias",
    "ensemble_weights",
    "learning_journal",
    "similar_day_index",
]


def filled(desk: Desk) -> Desk:
    market = ["raw_prices", "raw_weather", "raw_grid_forecasts", "prices", "weather", "price_features"]
    for assets, first in ((market, FIRST), (FORECASTS, LAST - 3 * ONE_DAY), (["site_forecasts", "optimized_schedules"], LAST)):
        result = materialize(desk, assets, first, LAST)
        assert result.success
    return desk


@pytest.fixture
def prices(shared: Path, tmp_path: Path) -> Path:
    file = tmp_path / "prices.csv"
    cut(shared, PRICE_FILE, LAST, 12, ["price"]).write_csv(file)
    return file


def test_both_databases_hold_the_same(prices: Path, tmp_path: Path, postgres_url: str) -> None:
    sqlite = filled(desk_of(tmp_path / "sqlite", prices))
    postgres = filled(desk_of(tmp_path / "postgres", prices, DATABASE_URL=postgres_url))
    assert postgres.warehouse.engine.dialect.name == "postgresql"
    assert_frame_equal(contents(postgres.warehouse), contents(sqlite.warehouse), check_row_order=False)
    for asset in ("prices", "price_features", *FORECASTS):
        assert postgres.warehouse.read(asset, ZONE).rows() == sqlite.warehouse.read(asset, ZONE).rows(), asset
    again = Desk(postgres.settings, lambda: NOW + dt.timedelta(hours=1))
    assert materialize(again, FORECASTS[:1], LAST, LAST).success
    assert again.warehouse.versions("price_forecasts", ZONE)["version"].unique().to_list() == [1]
    postgres.warehouse.engine.dispose()
