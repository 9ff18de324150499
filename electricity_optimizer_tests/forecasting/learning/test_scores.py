"""Accuracy by model, horizon, window and hour."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.learning.observation import observed
from electricity_optimizer.forecasting.learning.scores import accuracy_rows
from electricity_optimizer_tests.forecasting.observations import FIRST, TZ, day_after, rows_of

DAYS = 40
LAST = day_after(DAYS - 1)


@pytest.fixture(scope="module")
def market() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    actual = rng.normal(50, 30, (DAYS, 24))
    ensemble, naive = (actual + rng.normal(0, spread, (DAYS, 24)) for spread in (2, 6))
    return {"actual": actual, "ensemble": ensemble, "naive": naive, "worse": ensemble + rng.normal(0, 3, (DAYS, 24))}


@pytest.fixture(scope="module")
def rows(market) -> pl.DataFrame:
    models = {name: values for name, values in market.items() if name != "actual"}
    far = {name: values + 4 for name, values in models.items() if name != "worse"}
    both = pl.concat([rows_of(market["actual"], models), rows_of(market["actual"], far, horizon_days=3)])
    return accuracy_rows(observed(both, TZ, FIRST, LAST), LAST)


def one(rows: pl.DataFrame, model: str, window: int = 30, horizon: int = 1, hour: int = -1) -> dict:
    wanted = {"model": model, "window_days": window, "horizon_days": horizon, "hour": hour}
    return rows.filter(pl.col(name).eq(value) for name, value in wanted.items()).row(0, named=True)


@pytest.mark.parametrize("window", [1, 7, 30])
def test_every_measure_counted_by_hand(market, rows, window):
    actual, ensemble, naive = (market[name][-window:] for name in ("actual", "ensemble", "naive"))
    error = np.abs(ensemble - actual)
    found = one(rows, "ensemble", window)
    assert found["count"] == 24 * window
    assert found["mae"] == pytest.approx(error.mean())
    assert found["rmae"] == pytest.approx(error.mean() / np.abs(naive - actual).mean())
    assert found["rmse"] == pytest.approx(np.sqrt((error**2).mean()))
    assert found["smape"] == pytest.approx((200 * error / (np.abs(ensemble) + np.abs(actual))).mean())
    assert found["mape"] == pytest.approx((100 * error / np.maximum(np.abs(actual), 10)).mean())
    assert found["pinball"] == pytest.approx(error.mean() / 2)
    assert [found[name] for name in ("coverage_50", "coverage_80", "coverage_90")] == [(error <= reach).mean() for reach in (0.5, 1, 2)]


def test_the_naive_of_a_horizon_is_the_measure_of_that_horizon(market, rows):
    ahead = one(rows, "ensemble", horizon=3)
    actual, ensemble, naive = (market[name][-30:] for name in ("actual", "ensemble", "naive"))
    assert ahead["rmae"] == pytest.approx(np.abs(ensemble + 4 - actual).mean() / np.abs(naive + 4 - actual).mean())
    assert one(rows, "naive", horizon=3)["rmae"] == one(rows, "naive")["rmae"] == 1.0


def test_hours_are_told_over_one_window_and_average_to_the_whole(rows):
    hours = rows.filter(pl.col("hour") >= 0)
    assert hours["window_days"].unique().to_list() == [30]
    assert hours.filter(pl.col("model") == "ensemble", pl.col("horizon_days") == 1)["hour"].to_list() == list(range(24))
    assert hours.filter(pl.col("model") == "ensemble", pl.col("horizon_days") == 1)["mae"].to_numpy().mean() == pytest.approx(
        one(rows, "ensemble")["mae"]
    )


def test_the_table_of_a_day_stays_small(rows):
    assert rows.height == 5 * (4 + 24)  # three models a day ahead and two three days ahead: four windows, 24 hours


def test_a_model_is_tested_against_the_ensemble_alone(rows):
    assert one(rows, "ensemble")["dm_p_value"] is None
    assert one(rows, "worse")["dm_p_value"] > 0.99
    assert one(rows, "worse", window=1)["dm_p_value"] is None
    assert one(rows, "naive", hour=19)["dm_p_value"] > 0.99


def test_a_member_without_bands_has_none(rows):
    assert [one(rows, "naive")[name] for name in ("pinball", "coverage_50", "coverage_80", "coverage_90")] == [None] * 4


def test_without_a_naive_nothing_is_relative(market):
    found = observed(rows_of(market["actual"], {"ensemble": market["ensemble"]}), TZ, FIRST, LAST)
    assert accuracy_rows(found, LAST)["rmae"].null_count() == len(accuracy_rows(found, LAST))


def test_hours_of_which_the_naive_is_unknown_count_for_the_error_only(market):
    naive = rows_of(market["actual"][10:], {"naive": market["naive"][10:]}, first=day_after(10))
    both = pl.concat([rows_of(market["actual"], {"ensemble": market["ensemble"]}), naive])
    found = one(accuracy_rows(observed(both, TZ, FIRST, LAST), LAST), "ensemble", window=60)
    error = np.abs(market["ensemble"] - market["actual"])
    assert found["mae"] == pytest.approx(error.mean())
    assert found["rmae"] == pytest.approx(error[10:].mean() / np.abs(market["naive"] - market["actual"])[10:].mean())


def test_the_day_of_25_hours_counts_25():
    first = dt.date(2025, 10, 20)
    days = {"naive": np.ones((8, 25)), "ensemble": np.full((8, 25), 3.0)}
    last = first + dt.timedelta(days=7)
    rows = accuracy_rows(observed(rows_of(np.zeros((8, 25)), days, first=first), TZ, first, last), last)
    assert one(rows, "ensemble", window=7)["count"] == 7 * 24 + 1
    assert one(rows, "ensemble", hour=2)["count"] == 9
    assert one(rows, "ensemble", window=7)["rmae"] == 3.0


def test_an_exact_naive_leaves_the_relative_error_unknown(market):
    exact = rows_of(market["actual"], {"ensemble": market["ensemble"], "naive": market["actual"]})
    assert one(accuracy_rows(observed(exact, TZ, FIRST, LAST), LAST), "ensemble")["rmae"] is None
