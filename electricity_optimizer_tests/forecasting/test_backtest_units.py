import datetime as dt
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.backtest import ModelResult, Request
from electricity_optimizer.forecasting.backtest_units import at_units, naive_units, unit_table
from electricity_optimizer.forecasting.published import forecast_rows
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.shape import learn_shape
from electricity_optimizer.forecasting.walk import ENSEMBLE, DayForecast
from electricity_optimizer.timeline import UTC, day_start, grid

BERLIN = "Europe/Berlin"
SWITCH = dt.date(2025, 10, 1)


@pytest.fixture(scope="module")
def german_prices(shared):
    """DE-LU: hours until 2025-09-30, quarter hours from 2025-10-01 on."""
    names = ("de_lu_energycharts_hourly_2020_202509", "de_lu_energycharts_15min_202510_202605")
    parts = [pl.read_parquet(shared / f"data/{name}.parquet").select(pl.col("utc").alias("start"), "price") for name in names]
    return pl.concat([parts[0].tail(60 * 24), parts[1]])


@pytest.fixture(scope="module")
def units(german_prices):
    return unit_table(german_prices, BERLIN)


def hourly_results(units, request, name=ENSEMBLE):
    """A forecast that knows the hourly prices but for a normal error of 8, mostly the day's, as real ones; with the bands of that error.

    Neighbouring hours' errors differ by a quarter of their variance. The days' errors are spread evenly over the distribution.
    """
    rng, days = np.random.default_rng(5), len(request.days)
    hourly = np.array([units.price_of(day).mean(axis=1) for day in request.days])
    of_day = evenly_normal(rng, days)
    error = np.sqrt(0.875) * of_day[:, None] + np.sqrt(0.125) * rng.normal(0, 1, hourly.shape)
    spread = np.array([NormalDist(0, 8).inv_cdf(level) for level in LEVELS])
    point = hourly + 8 * error
    return {name: ModelResult(point, point[:, None, :] + spread[None, :, None], {"fit_cpu_seconds": 1.0, "predict_cpu_seconds": 0.5})}


def evenly_normal(rng, count):
    return rng.permutation([NormalDist().inv_cdf((k + 0.5) / count) for k in range(count)])


def test_each_day_has_its_own_unit_and_hours_are_repeated_in_the_shorter_steps(units):
    assert units.steps == 4
    assert (units.minutes_of(SWITCH - dt.timedelta(days=1)), units.minutes_of(SWITCH)) == (60, 15)
    assert (np.ptp(units.price_of(SWITCH - dt.timedelta(days=1)), axis=1) == 0).all()
    assert np.ptp(units.price_of(SWITCH), axis=1).max() > 5


def test_the_rows_are_those_that_production_publishes(units, german_prices):
    """The spring day of 23 hours and an ordinary one, to the last bit but for the order of additions."""
    for day in (dt.date(2026, 3, 29), dt.date(2026, 5, 6)):
        request = Request(day, day)
        results = hourly_results(units, request)
        finer = at_units(units, request, results)[ENSEMBLE]
        forecast = DayForecast(day, {}, {}, results[ENSEMBLE].point[0], results[ENSEMBLE].quantiles[0])
        shape = learn_shape(german_prices, BERLIN, before=day_start(day, BERLIN))
        rows = forecast_rows(forecast, zone="DE-LU", tz=BERLIN, minutes=15, shape=shape, issued_at=day_start(day, BERLIN), synthetic=False)
        local = rows["start"].dt.convert_time_zone(BERLIN)
        place = local.dt.hour().cast(int).to_numpy() * 4 + local.dt.minute().cast(int).to_numpy() // 15
        assert np.allclose(finer.point[0][place], rows["value_eur_mwh"])
        for level in (5, 50, 95):
            assert np.allclose(finer.quantiles[0][LEVELS.index(level / 100)][place], rows[f"q{level:02d}"])


def test_the_units_are_better_than_flat_hours_and_their_bands_hold(units):
    request = Request(dt.date(2025, 12, 15), dt.date(2026, 1, 31))
    results = hourly_results(units, request)
    measures = at_units(units, request, results)[ENSEMBLE].measures
    flat = np.repeat(results[ENSEMBLE].point, 4, axis=1)
    actual = np.array([units.price_of(day).ravel() for day in request.days])
    assert measures["mae"] < 0.97 * np.abs(flat - actual).mean()
    for band, stated in (("coverage_50", 0.5), ("coverage_80", 0.8), ("coverage_90", 0.9)):
        assert measures[band] == pytest.approx(stated, abs=0.025)
    assert measures["fit_cpu_seconds"] == 1.0


def test_the_naive_is_the_same_unit_yesterday_or_a_week_ago_with_an_rmae_of_one(units):
    request = Request(dt.date(2026, 5, 4), dt.date(2026, 5, 10))
    naive = naive_units(units, request)
    assert naive[1].tolist() == units.price_of(dt.date(2026, 5, 4)).ravel().tolist()  # a Tuesday
    assert naive[6].tolist() == units.price_of(dt.date(2026, 5, 3)).ravel().tolist()  # a Sunday
    finer = at_units(units, request, hourly_results(units, request, "naive"))["naive"]
    assert (finer.point == naive).all()
    assert finer.measures["rmae"] == 1.0


def test_nothing_of_the_day_or_later_changes_its_units(units, german_prices):
    day = dt.date(2026, 4, 15)
    request = Request(day, day)
    results = hourly_results(units, request)
    later = german_prices.with_columns(price=pl.when(pl.col("start") >= day_start(day, BERLIN)).then(-500.0).otherwise("price"))
    before, after = (at_units(one, request, results)[ENSEMBLE] for one in (units, unit_table(later, BERLIN)))
    assert before.point.tobytes() == after.point.tobytes()
    assert before.quantiles.tobytes() == after.quantiles.tobytes()


def test_on_a_day_of_hours_every_step_is_the_hour(units):
    request = Request(dt.date(2025, 9, 20), dt.date(2025, 9, 20))
    results = hourly_results(units, request)
    finer = at_units(units, request, results)[ENSEMBLE]
    assert (finer.point == np.repeat(results[ENSEMBLE].point, 4, axis=1)).all()
    assert (finer.quantiles == np.repeat(results[ENSEMBLE].quantiles, 4, axis=2)).all()


def test_half_hours_among_quarter_hours_and_naive_local_time():
    start = dt.datetime(2026, 3, 1, tzinfo=UTC)
    halves = grid(start, start + dt.timedelta(days=20), 30)
    quarters = grid(start + dt.timedelta(days=20), start + dt.timedelta(days=40), 15)
    frame = pl.DataFrame({"start": pl.concat([halves, quarters])}).with_columns(
        price=pl.col("start").dt.hour() + pl.col("start").dt.minute() / 60, start=pl.col("start").dt.replace_time_zone(None)
    )
    units = unit_table(frame, None)
    assert [units.minutes_of(start.date() + dt.timedelta(days=k)) for k in (0, 19, 20)] == [30, 30, 15]
    assert units.price_of(start.date())[5].tolist() == [5.0, 5.0, 5.5, 5.5]
    shape = units.shape_before(start.date() + dt.timedelta(days=15)).following(np.arange(24.0))
    assert shape.deviation[5] == pytest.approx([-0.25, -0.25, 0.25, 0.25])
    assert (units.shape_before(start.date() + dt.timedelta(days=20)).deviation == 0).all()  # no quarter hours are known yet
