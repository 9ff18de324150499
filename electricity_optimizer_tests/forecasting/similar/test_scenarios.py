"""Price scenarios: weights, marginals that follow the forecast, movements that follow the similar days."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.similar.index import SimilarDay
from electricity_optimizer.forecasting.similar.scenarios import Departures, Scenarios, departures, price_scenarios
from electricity_optimizer_tests.forecasting.conftest import FIRST

HOURS = tuple(range(24))
QUARTERS = tuple(hour for hour in HOURS for _ in range(4))


def like(count: int, seed: int = 1, *, equal: bool = False) -> Departures:
    rng = np.random.default_rng(seed)
    hourly = np.cumsum(rng.normal(size=(count, 24)), axis=1)
    weights = np.full(count, 1 / count) if equal else rng.dirichlet(np.ones(count))
    return Departures(hourly, weights, tuple(FIRST + dt.timedelta(days=k) for k in range(count)))


def forecast(intervals: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A point and a skewed band around it, wider towards the evening."""
    point = 60 + 30 * np.sin(np.arange(intervals) / intervals * 6) + np.random.default_rng(seed).normal(0, 3, intervals)
    spread = np.where(np.array(LEVELS) > 0.5, 2.0, 1.0) * (np.array(LEVELS) - 0.5)
    return point, point + np.outer(spread, np.linspace(20, 60, intervals))


def share_below(made: Scenarios, limit: np.ndarray) -> np.ndarray:
    return made.weights @ (made.paths < limit - 1e-9)


@given(count=st.integers(1, 60), seed=st.integers(0, 50), quarters=st.booleans())
def test_weights_sum_to_one_and_every_interval_follows_its_quantiles(count: int, seed: int, quarters: bool) -> None:
    """What weighs below a quantile is its level, up to the half weight of the path that straddles it."""
    hours = QUARTERS if quarters else HOURS
    point, quantiles = forecast(len(hours), seed)
    made = price_scenarios(point, like(count, seed), hours, quantiles=quantiles)
    assert made.paths.shape == (count, len(hours))
    assert made.weights.sum() == pytest.approx(1.0)
    assert (made.weights > 0).all()
    assert np.isfinite(made.paths).all()
    for level, limit in zip(LEVELS, quantiles, strict=True):
        assert (np.abs(share_below(made, limit) - level) <= made.weights.max() + 1e-9).all()


def test_twenty_equal_paths_lie_on_the_quantiles_between() -> None:
    """Path i of 20 stands for the share from (i - 1)/20 to i/20: its value is the quantile of the middle."""
    point, quantiles = forecast(24)
    made = price_scenarios(point, like(20, equal=True), HOURS, quantiles=quantiles)
    assert np.sort(made.paths, axis=0)[1:-1] == pytest.approx((quantiles[1:] + quantiles[:-1]) / 2)


def test_paths_rise_and_fall_as_their_days_did() -> None:
    point, quantiles = forecast(24)
    days = like(30)
    made = price_scenarios(point, days, HOURS, quantiles=quantiles)
    for hour in HOURS:
        assert list(np.argsort(made.paths[:, hour])) == list(np.argsort(days.hourly[:, hour]))
    assert made.days == days.days


def test_quarter_hours_follow_the_hour_they_lie_in() -> None:
    point, quantiles = forecast(96)
    days = like(12)
    made = price_scenarios(point, days, QUARTERS, quantiles=quantiles)
    assert list(np.argsort(made.paths[:, 50])) == list(np.argsort(days.hourly[:, 12]))


def test_the_same_question_has_the_same_answer_also_at_ties() -> None:
    point, quantiles = forecast(24)
    flat = Departures(np.zeros((7, 24)), np.full(7, 1 / 7), like(7).days)
    first, second = (price_scenarios(point, flat, HOURS, quantiles=quantiles) for _ in range(2))
    assert np.array_equal(first.paths, second.paths)
    assert (np.diff(first.paths, axis=0) > 0).all()


def test_without_quantiles_paths_depart_from_the_point_as_the_days_did() -> None:
    point, _ = forecast(24)
    days = like(9)
    made = price_scenarios(point, days, HOURS, unit=4.0)
    assert made.weights @ made.paths == pytest.approx(point)
    assert (made.paths[3] - made.paths[5]) == pytest.approx(4.0 * (days.hourly[3] - days.hourly[5]))


def test_an_unknown_forecast_is_refused() -> None:
    point, quantiles = forecast(24)
    quantiles[3, 5] = np.nan
    with pytest.raises(ForecastError, match="unknown values"):
        price_scenarios(point, like(5), HOURS, quantiles=quantiles)
    with pytest.raises(ForecastError, match="unknown values"):
        price_scenarios(point * np.nan, like(5), HOURS)
    with pytest.raises(ForecastError, match="fewer than two quantiles"):
        price_scenarios(point, like(5), HOURS, quantiles=point[None, :], levels=(0.5,))


def near(*offsets: int) -> list[SimilarDay]:
    return [SimilarDay(FIRST + dt.timedelta(days=offset), 1.0 + k) for k, offset in enumerate(offsets)]


def test_departures_are_told_in_usual_changes(market: DayTable) -> None:
    """A market at four times the price departs alike: days of dear years compare with those of cheap ones."""
    dearer = DayTable(market.first_day, 4 * market.price)
    mine, others = (departures(table, near(60, 80, 100), 3) for table in (market, dearer))
    assert others.hourly == pytest.approx(mine.hourly)
    assert mine.weights.sum() == pytest.approx(1.0)
    assert list(mine.weights) == sorted(mine.weights, reverse=True)


def test_days_whose_prices_are_not_known_are_left_out_and_the_next_ones_taken(market: DayTable) -> None:
    price = market.price.copy()
    price[80, 4] = np.nan
    found = departures(DayTable(market.first_day, price), near(80, 10, 60, -5, 100, 120, 500), 2)
    assert [(day - FIRST).days for day in found.days] == [60, 100]
    with pytest.raises(ForecastError, match="no similar day has its prices"):
        departures(market, near(5), 2)
