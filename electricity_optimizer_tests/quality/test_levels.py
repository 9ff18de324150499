"""Level and spikes of a day beside the days before it, on real prices."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.quality.levels import level_columns
from electricity_optimizer_tests.quality.days import ONE_DAY, real_prices

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 20)


@pytest.fixture
def march(shared: Path) -> pl.DataFrame:
    return real_prices(shared, FIRST, LAST)


def from_day(frame: pl.DataFrame, day: dt.date, value: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(price=pl.when(pl.col("delivery_day") >= day).then(value).otherwise("price"))


@pytest.mark.parametrize("factor", [10.0, 100.0, 1000.0, 0.1, 0.01, 0.001])
def test_a_source_that_changed_its_unit_is_out_on_every_day_and_not_on_the_first_alone(march: pl.DataFrame, factor: float) -> None:
    day = FIRST + 10 * ONE_DAY
    found = level_columns(from_day(march, day, pl.col("price") * factor), march.clear())
    fits = dict(found.select("delivery_day", "level_fits").iter_rows())
    assert [fits[day + k * ONE_DAY] for k in range(5)] == [False] * 5
    assert all(fits[FIRST + k * ONE_DAY] for k in range(5, 10))


def test_the_first_days_of_a_zone_have_nothing_to_compare_with(march: pl.DataFrame) -> None:
    assert level_columns(march, march.clear())["level_fits"].to_list()[:5] == [None] * 5


def test_days_before_those_that_are_judged_count(march: pl.DataFrame) -> None:
    later = march.filter(pl.col("delivery_day") > FIRST + 9 * ONE_DAY)
    before = march.filter(pl.col("delivery_day") <= FIRST + 9 * ONE_DAY)
    assert level_columns(later, before)["level_fits"].all()


def test_simulated_days_are_not_compared_with_real_ones(march: pl.DataFrame) -> None:
    simulated = from_day(march, LAST, pl.col("price") * 10).with_columns(synthetic=pl.col("delivery_day") == LAST)
    assert level_columns(simulated, march.clear())["level_fits"][-1] is None


@pytest.mark.parametrize("value", [936.28, -450.0])
def test_a_spike_counts_upwards_and_downwards(march: pl.DataFrame, value: float) -> None:
    sharp = march.with_columns(price=pl.when(pl.col("start") == march["start"][-5]).then(value).otherwise("price"))
    found = level_columns(sharp, march.clear()).row(-1, named=True)
    assert found["spikes"] == 1
    assert f"{value:.2f}" in found["spikes_said"]
    assert found["level_fits"]
