"""No look-ahead: what comes after a delivery day changes nothing that was published for it, and its own price not its forecast."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from electricity_optimizer.catalog.sites import sites_of
from electricity_optimizer.warehouse.publish import STOPWATCHES
from electricity_optimizer_tests.defs.small_homes import (
    LAST,
    NOW,
    ONE_DAY,
    ZONE,
    Home,
    contents,
    desk_of,
    materialize,
    run_small,
    write_files,
)

DAY = LAST - ONE_DAY
SITES = [site.key for site in sites_of([ZONE])]
FORECASTING = ["price_forecasts", "ensemble_weights", "forecast_observations", "forecast_accuracy", "forecast_bias", "similar_day_index"]


@pytest.fixture(scope="module")
def other_future(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A house whose prices and inputs are others from the day after `DAY` on."""
    folder = tmp_path_factory.mktemp("other")
    return run_small(desk_of(folder / "home", *write_files(shared, folder / "files", changed_from=LAST)))


def hashes(home: Home, last: dt.date) -> pl.DataFrame:
    return contents(home.house).filter(
        pl.col("asset") != "forecast_models", pl.col("partition") <= last.isoformat(), pl.col("asset") != "savings"
    )


def test_nothing_published_up_to_a_day_depends_on_a_later_price_or_input(small_home: Home, other_future: Home) -> None:
    assert_frame_equal(hashes(small_home, DAY), hashes(other_future, DAY))


@pytest.mark.parametrize(
    ("asset", "scope"), [*[(asset, ZONE) for asset in FORECASTING], *[("optimized_schedules", site) for site in SITES]]
)
def test_every_row_up_to_a_day_is_identical(small_home: Home, other_future: Home, asset: str, scope: str) -> None:
    mine, others = (home.house.read(asset, scope, None, DAY) for home in (small_home, other_future))
    assert mine.height > 0
    assert mine.drop(STOPWATCHES, strict=False).rows() == others.drop(STOPWATCHES, strict=False).rows()


@pytest.mark.parametrize(("asset", "scope"), [("price_forecasts", ZONE), *[("optimized_schedules", site) for site in SITES]])
def test_the_day_that_changed_is_another_one(small_home: Home, other_future: Home, asset: str, scope: str) -> None:
    mine, others = (home.house.versions(asset, scope, LAST, LAST)["content_hash"].item() for home in (small_home, other_future))
    assert mine != others


def test_its_own_price_changes_no_forecast_but_may_change_the_schedule(small_home: Home, other_future: Home) -> None:
    settings = other_future.desk.settings
    known = small_home.desk.settings.input_files[0]
    desk = desk_of(settings.home, settings.price_files[0], known, NOW + ONE_DAY)  # from here on only the price of LAST is another
    result = materialize(
        desk, ["raw_grid_forecasts", "price_features", "price_forecasts", "site_forecasts", "optimized_schedules"], LAST, LAST
    )
    assert result.success
    house = desk.warehouse
    assert house.versions("price_forecasts", ZONE, LAST, LAST)["version"].item() == 2
    mine, others = (home.read("price_forecasts", ZONE, LAST, LAST) for home in (small_home.house, house))
    assert mine.rows() == others.rows()
    for site in SITES:
        mine, others = (home.read("optimized_schedules", site, LAST, LAST)["cost"].item() for home in (small_home.house, house))
        assert mine != others
