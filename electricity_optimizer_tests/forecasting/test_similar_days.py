"""Days like this one."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.similar_days import SimilarDays, similar_days

FIRST = dt.date(2026, 1, 5)


def table_of(price: np.ndarray) -> DayTable:
    return DayTable(FIRST, price, {"load": price * 2 + 1})


def test_the_same_weekday_with_the_same_prices_is_the_nearest_day() -> None:
    price = np.random.default_rng(3).normal(80, 30, (60, 24))
    price[42] = price[7]  # five weeks later, the same weekday
    nearest = similar_days(table_of(price)).like(FIRST + dt.timedelta(days=42), 3)
    assert nearest[0].day == FIRST + dt.timedelta(days=7)
    assert nearest[0].distance == pytest.approx(0, abs=1e-3)
    assert [similar.distance for similar in nearest] == sorted(similar.distance for similar in nearest)


def test_recall_against_brute_force_is_at_least_99_percent() -> None:
    vectors = np.random.default_rng(5).normal(size=(800, 26))
    days = [FIRST + dt.timedelta(days=k) for k in range(800)]
    index = SimilarDays(days, vectors)
    hits = 0
    for k in range(0, 800, 8):
        exact = np.argsort(np.linalg.norm(vectors - vectors[k], axis=1))[1:11]
        hits += len({days[j] for j in exact} & {similar.day for similar in index.like(days[k], 10)})
    assert hits >= 0.99 * 100 * 10


def test_a_day_with_an_unknown_price_is_left_out_and_asking_for_it_says_so() -> None:
    price = np.random.default_rng(3).normal(80, 30, (20, 24))
    price[5, 3] = np.nan
    index = similar_days(table_of(price))
    assert len(index.days) == 19
    with pytest.raises(ForecastError, match="is not known whole"):
        index.like(FIRST + dt.timedelta(days=5), 3)


def test_unknown_values_and_wrong_counts_are_refused() -> None:
    with pytest.raises(ForecastError, match="unknown values"):
        SimilarDays([FIRST], np.array([[np.nan, 1.0]]))
    with pytest.raises(ForecastError, match="2 days and 1 vectors"):
        SimilarDays([FIRST, FIRST + dt.timedelta(days=1)], np.ones((1, 3)))
