"""Actual prices join each issued forecast by its horizon, and become arrays by day and hour."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.learning.observation import mean_errors, observe, observed, residuals_by_model
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer.warehouse.tables import QUANTILES
from electricity_optimizer_tests.forecasting.observations import FIRST, TZ, day_after, rows_of

SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2025, 10, 26)


def forecasts(day: dt.date, minutes: int, value: float, model: str = "ensemble", horizon_days: int = 1) -> pl.DataFrame:
    starts = interval_starts(day, TZ, minutes)
    bands = {name: value + (int(name[1:]) - 50) / 10 for name in QUANTILES} if model == "ensemble" else dict.fromkeys(QUANTILES)
    return pl.DataFrame({"start": starts}).with_columns(
        zone=pl.lit("DE-LU"), delivery_day=pl.lit(day), resolution_minutes=pl.lit(minutes, dtype=pl.Int64), model=pl.lit(model),
        issued_at=pl.lit(starts[0]), horizon_days=pl.lit(horizon_days, dtype=pl.Int64), value_eur_mwh=pl.lit(value),
        **{name: pl.lit(level, dtype=pl.Float64) for name, level in bands.items()},
    )  # fmt: skip


def prices(day: dt.date, minutes: int, values: list[float | None]) -> pl.DataFrame:
    starts = interval_starts(day, TZ, minutes)
    repeated = (values * len(starts))[: len(starts)]
    return pl.DataFrame({"start": starts, "price_eur_mwh": repeated}).with_columns(resolution_minutes=pl.lit(minutes, dtype=pl.Int64))


def test_each_horizon_is_observed_for_itself():
    issued = pl.concat([forecasts(FIRST, 60, 10.0 * horizon, horizon_days=horizon) for horizon in (1, 2, 7)])
    rows = observe(issued, prices(FIRST, 60, [12.0]))
    assert dict(rows.group_by("horizon_days").agg(pl.col("value_eur_mwh").unique().first()).iter_rows()) == {1: 10.0, 2: 20.0, 7: 70.0}
    assert rows["actual_eur_mwh"].unique().to_list() == [12.0]
    assert rows.height == 3 * 24


def test_an_hourly_forecast_meets_the_mean_of_its_quarters_and_a_quarter_its_own():
    issued = pl.concat([forecasts(FIRST, 15, 10.0), forecasts(FIRST, 60, 10.0, "naive")], how="diagonal_relaxed")
    rows = observe(issued, prices(FIRST, 15, [8.0, 10.0, 12.0, 14.0]))
    assert rows.filter(pl.col("model") == "naive")["actual_eur_mwh"].to_list() == [11.0] * 24
    assert rows.filter(pl.col("model") == "ensemble")["actual_eur_mwh"].to_list()[:4] == [8.0, 10.0, 12.0, 14.0]


def test_bands_hold_or_not_and_pinball_is_the_mean_over_the_levels():
    row = observe(forecasts(FIRST, 60, 10.0), prices(FIRST, 60, [13.5])).row(0, named=True)  # q05 5.5, q10 6, ... q90 14, q95 14.5
    assert (row["in_50"], row["in_80"], row["in_90"]) == (False, True, True)
    above = [(13.5 - (10 + (level - 50) / 10), level / 100) for level in range(5, 100, 5)]
    assert row["pinball"] == pytest.approx(np.mean([max(gap * level, gap * (level - 1)) for gap, level in above]))


def test_intervals_without_a_price_wait():
    assert observe(forecasts(FIRST, 60, 10.0), prices(day_after(1), 60, [1.0])).is_empty()
    some = observe(forecasts(FIRST, 60, 10.0, "naive"), prices(FIRST, 60, [1.0, None]))
    assert some.height == 12


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (FIRST, 24)])
def test_every_hour_of_a_day_has_its_place(day, hours):
    rows = observe(forecasts(day, 15, 10.0), prices(day, 15, [8.0, 10.0, 12.0, 14.0]))
    found = observed(rows, TZ, day, day)
    assert np.isfinite(found.value).sum() == hours
    assert found.actual[np.isfinite(found.actual)].tolist() == [11.0] * hours
    assert np.isfinite(found.value[0, 0, 0, 2]).tolist() == {23: [False, False], 25: [True, True], 24: [True, False]}[hours]


def test_a_window_ends_with_its_day_and_is_shorter_where_the_record_begins():
    found = observed(rows_of(np.zeros((10, 24)), {"naive": np.ones((10, 24))}), TZ, FIRST, day_after(9))
    assert found.window(day_after(4), 3).days == [day_after(2), day_after(3), day_after(4)]
    assert found.window(day_after(4), 30).days == [day_after(k) for k in range(5)]
    assert found.of("naive", 2) is None
    assert found.of("ensemble") is None


def test_residuals_are_those_of_the_day_ahead_members_and_unknown_before_the_record():
    actual = np.arange(48.0).reshape(2, 24)
    near = rows_of(actual, {"ensemble": actual, "naive": actual - 2, "lear_56": actual + 1})
    far = rows_of(actual, {"naive": actual - 9, "late": actual}, horizon_days=2)
    residuals = residuals_by_model(observed(pl.concat([near, far]), TZ, FIRST, day_after(1)), day_after(1), 4)
    assert set(residuals) == {"naive", "lear_56"}
    assert np.isnan(residuals["naive"][:2]).all()
    assert (residuals["naive"][2:] == 2).all()
    assert mean_errors(residuals) == {"lear_56": 1.0, "naive": 2.0}


def test_the_same_rows_give_the_same_bits_in_any_range():
    rng = np.random.default_rng(3)
    rows = rows_of(rng.normal(50, 20, (40, 24)), {"naive": rng.normal(50, 20, (40, 24)), "ensemble": rng.normal(50, 20, (40, 24))})
    whole = observed(rows, TZ, FIRST, day_after(39)).window(day_after(39), 5)
    short = observed(rows.filter(pl.col("delivery_day") >= day_after(30)), TZ, day_after(30), day_after(39)).window(day_after(39), 5)
    assert np.array_equal(whole.value, short.value, equal_nan=True)
    assert np.array_equal(whole.pinball, short.pinball, equal_nan=True)
