import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.models.naive import Naive

MONDAY = dt.date(2026, 5, 4)


@pytest.mark.parametrize(("weekday", "lag"), [(0, 7), (1, 1), (2, 1), (3, 1), (4, 1), (5, 7), (6, 7)])
def test_tuesday_to_friday_look_at_yesterday_and_the_others_a_week_back(weekday, lag):
    price = np.arange(21.0)[:, None] * np.ones(24)  # the price of a day is its number
    table = DayTable(MONDAY, price)
    known = table.known_for(MONDAY + dt.timedelta(days=14 + weekday))
    naive = Naive()
    assert naive.predict(naive.fit(known, 0), known).tolist() == [14.0 + weekday - lag] * 24


def test_a_day_whose_alike_is_unknown_is_refused_with_the_day_to_fetch():
    known = DayTable(MONDAY, np.full((3, 24), 1.0)).known_for(MONDAY)
    with pytest.raises(ForecastError, match="2026-04-27 is not known"):
        Naive().predict(Naive().fit(known, 0), known)


def test_on_the_nord_pool_test_period_it_errs_as_published(nord_pool):
    naive = Naive()
    errors = []
    for day in nord_pool.days[-728:]:
        known = nord_pool.known_for(day)
        errors.append(np.abs(naive.predict(naive.fit(known, 0), known) - nord_pool.price_of(day)).mean())
    assert np.mean(errors) == pytest.approx(3.165, abs=5e-4)  # reference/forecasting.md section 1.1, recomputed from published rows
