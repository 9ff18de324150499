"""Days like this one."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.similar_days import SimilarDays, earlier_days_like

FIRST = dt.date(2026, 1, 5)


def day(offset: int) -> dt.date:
    return FIRST + dt.timedelta(days=offset)


def found_in(price: np.ndarray, first: dt.date = FIRST) -> dict[dt.date, list[dt.date]]:
    table = DayTable(FIRST, price, {"load": price * 2 + 1})
    return {asked: [similar.day for similar in similar_days] for asked, similar_days in earlier_days_like(table, first, 3)}


def test_the_same_weekday_with_the_same_prices_is_the_nearest_day() -> None:
    price = np.random.default_rng(3).normal(80, 30, (60, 24))
    price[42] = price[7]  # five weeks later, the same weekday
    assert found_in(price)[day(42)][0] == day(7)


def test_only_earlier_days_are_found() -> None:
    price = np.random.default_rng(4).normal(80, 30, (40, 24))
    price[10] = price[38]
    for asked, similar in found_in(price).items():
        assert all(earlier < asked for earlier in similar)


def test_recall_against_brute_force_is_at_least_99_percent() -> None:
    vectors = np.random.default_rng(5).normal(size=(800, 26))
    index = SimilarDays(26, 800)
    for k, vector in enumerate(vectors):
        index.add(day(k), vector)
    hits = 0
    for k in range(0, 800, 8):
        exact = {day(int(j)) for j in np.argsort(np.linalg.norm(vectors - vectors[k], axis=1))[:10]}
        hits += len(exact & {similar.day for similar in index.like(vectors[k], 10)})
    assert hits >= 0.99 * 100 * 10


def test_a_day_with_an_unknown_price_is_neither_asked_nor_found() -> None:
    price = np.random.default_rng(3).normal(80, 30, (20, 24))
    price[5, 3] = np.nan
    found = found_in(price)
    assert day(5) not in found
    assert all(day(5) not in similar for similar in found.values())


def test_unknown_values_and_wrong_lengths_are_refused() -> None:
    index = SimilarDays(2, 5)
    with pytest.raises(ForecastError, match="unknown values"):
        index.add(FIRST, np.array([np.nan, 1.0]))
    with pytest.raises(ForecastError, match="give 2 numbers"):
        index.add(FIRST, np.ones(3))
    assert index.like(np.ones(2), 3) == []
