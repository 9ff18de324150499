"""Learning: observations, accuracy, weights, journal and similar days say what the forecasts and prices they come from say."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.forecasting.combination import WINDOW_DAYS, hour_weights
from electricity_optimizer.forecasting.learning.observation import observed, residuals_by_model
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer_tests.defs.small_homes import (
    EXTENT,
    LAST,
    ONE_DAY,
    TZ,
    ZONE,
    Home,
    contents,
    copy_of,
    failed_checks,
    materialize,
)

FIRST = LAST - (EXTENT.forecast - 1) * ONE_DAY
SPRING = dt.date(2026, 3, 29)
LEARNING = ["forecast_observations", "forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal", "similar_day_index"]
DAYS = [FIRST + k * ONE_DAY for k in range(EXTENT.forecast)]


def hourly(home: Home, day: dt.date) -> pl.DataFrame:
    """Hourly means of each model's forecast of a day, a column each."""
    rows = home.house.read("price_forecasts", ZONE, day, day).with_columns(pl.col("start").dt.truncate("1h").alias("hour"))
    return rows.group_by("hour", "model").agg(pl.col("value_eur_mwh").mean()).sort("hour").pivot("model", index="hour")


@pytest.mark.parametrize("day", DAYS[:-1])
def test_the_weights_of_a_day_are_those_of_the_next_days_forecast(small_home: Home, day: dt.date) -> None:
    published = dict(small_home.house.read("ensemble_weights", ZONE, day, day).select("model", "weight").iter_rows())
    assert sum(published.values()) == pytest.approx(1.0)
    found = observed(small_home.house.read("forecast_observations", ZONE, None, day), TZ, FIRST, day)
    weights = hour_weights(residuals_by_model(found, day, WINDOW_DAYS))
    assert published == pytest.approx({name: by_hour.mean() for name, by_hour in weights.items()})
    members = hourly(small_home, day + ONE_DAY)
    hours = members["hour"].dt.convert_time_zone(TZ).dt.hour().to_numpy()
    point = sum((by_hour[hours] * members[name].to_numpy() for name, by_hour in weights.items()), start=0.0)
    assert members[ENSEMBLE].to_list() == pytest.approx(list(point), abs=1e-8)


def test_the_better_member_has_more_weight(small_home: Home) -> None:
    mae = dict(accuracy(small_home, 60).select("model", "mae").iter_rows())
    weights = dict(small_home.house.read("ensemble_weights", ZONE, LAST, LAST).select("model", "weight").iter_rows())
    assert min(mae["naive"], mae["lear_56"]) == mae[max(weights, key=lambda name: weights[name])]


def accuracy(home: Home, window: int, day: dt.date = LAST) -> pl.DataFrame:
    whole = {"window_days": [window], "horizon_days": [1], "hour": [-1]}
    return home.house.read("forecast_accuracy", ZONE, day, day, where=whole)


def test_the_naive_is_measured_against_itself_exactly(small_home: Home) -> None:
    rows = small_home.house.read("forecast_accuracy", ZONE).filter(pl.col("model") == "naive")
    assert rows["rmae"].unique().to_list() == [1.0]


def test_the_error_of_one_day_can_be_counted_by_hand(small_home: Home) -> None:
    prices = small_home.house.read("prices", ZONE, LAST, LAST)
    actual = prices.group_by(pl.col("start").dt.truncate("1h")).agg(pl.col("price_eur_mwh").mean()).sort("start")["price_eur_mwh"]
    members = hourly(small_home, LAST)
    counted = {name: float((members[name] - actual).abs().to_numpy().mean()) for name in (ENSEMBLE, "naive", "lear_56")}
    published = dict(accuracy(small_home, 1).select("model", "mae").iter_rows())
    assert published == pytest.approx(counted)
    assert dict(accuracy(small_home, 1).select("model", "rmae").iter_rows())[ENSEMBLE] == pytest.approx(
        counted[ENSEMBLE] / counted["naive"]
    )


def test_every_forecast_interval_that_has_a_price_is_observed_once(small_home: Home) -> None:
    observed = small_home.house.read("forecast_observations", ZONE, SPRING, SPRING)
    assert dict(observed.group_by("model").len().iter_rows()) == {ENSEMBLE: 92, "naive": 23, "lear_56": 23}
    assert observed.select("start", "model").is_unique().all()
    quarters = observed.filter(pl.col("model") == ENSEMBLE)
    prices = small_home.house.read("prices", ZONE, SPRING, SPRING)
    assert quarters["actual_eur_mwh"].to_list() == prices["price_eur_mwh"].to_list()
    assert quarters["pinball"].null_count() == quarters["in_90"].null_count() == 0


def test_days_without_prices_wait(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    ahead = LAST + 2 * ONE_DAY
    assert materialize(desk, ["raw_grid_forecasts", "price_features", "price_forecasts"], LAST, ahead).success
    assert desk.warehouse.read("price_forecasts", ZONE, ahead, ahead)["horizon_days"].unique().to_list() == [2]
    assert materialize(desk, LEARNING[:2], LAST, ahead).success
    assert desk.warehouse.versions("forecast_observations", ZONE)["partition"].max() == LAST.isoformat()
    said = failed_checks(materialize(desk, LEARNING[:1], ahead, ahead))["forecast_observations every_zone_published"].description
    assert "no forecast has its prices yet" in said


def test_learning_again_makes_no_new_version(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    before = contents(desk.warehouse)
    for _ in range(2):
        assert materialize(desk, LEARNING, FIRST, LAST).success
    assert contents(desk.warehouse).rows() == before.rows()


def test_the_journal_speaks_in_numbers(small_home: Home) -> None:
    entry = small_home.house.read("learning_journal", ZONE, LAST, LAST).row(0, named=True)
    best = accuracy(small_home, 1).filter(pl.col("model") == ENSEMBLE).row(0, named=True)
    assert f"off by {best['mae']:.2f} EUR/MWh" in entry["text"]
    assert f"{best['rmae']:.2f} of the naive error" in entry["text"]
    assert entry["details"]["day"]["mae"] == best["mae"]
    assert sum(entry["details"]["weights"].values()) == pytest.approx(1.0)


def test_similar_days_look_back_only_and_come_nearest_first(small_home: Home) -> None:
    rows = small_home.house.read("similar_day_index", ZONE)
    assert (rows["similar_day"] < rows["delivery_day"]).all()
    for _, part in rows.group_by("delivery_day"):
        assert part["rank"].to_list() == list(range(1, 21))
        assert part["distance"].is_sorted()


def test_bias_is_the_mean_error_of_an_hour(small_home: Home) -> None:
    rows = small_home.house.read("forecast_bias", ZONE, LAST, LAST)
    assert sorted(rows.filter(pl.col("model") == ENSEMBLE)["hour"]) == list(range(24))
    observed = small_home.house.read("forecast_observations", ZONE).filter(pl.col("model") == "naive")
    noon = observed.filter(pl.col("start").dt.convert_time_zone("Europe/Berlin").dt.hour() == 12)
    counted = float((noon["value_eur_mwh"] - noon["actual_eur_mwh"]).to_numpy().mean())
    published = rows.filter(pl.col("model") == "naive", pl.col("hour") == 12)
    assert published["bias_eur_mwh"].item() == pytest.approx(counted)
    assert published["count"].item() == EXTENT.forecast
