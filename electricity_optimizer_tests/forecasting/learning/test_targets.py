"""What the forecasts are held to."""

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.forecasting.learning.observation import observed
from electricity_optimizer.forecasting.learning.scores import accuracy_rows
from electricity_optimizer.forecasting.learning.targets import far_from_zero, judged_row, shortfalls
from electricity_optimizer_tests.forecasting.observations import FIRST, TZ, day_after, rows_of

GOOD = {"rmae": 0.5, "coverage_90": 0.9, "mape": 6.0}


def test_a_good_month_misses_nothing():
    assert shortfalls(GOOD, percentages=True) == []


@pytest.mark.parametrize(
    ("change", "serious", "said"),
    [
        ({"rmae": 1.0}, True, "rMAE 1.000 over 30 days, no better than the naive forecast"),
        ({"coverage_90": 0.8}, False, "held 80.0% of the hours, outside 84% to 96%"),
        ({"coverage_90": 0.99}, False, "held 99.0%"),
        ({"mape": 12.34}, False, "MAPE 12.3 %, the target is below 10 %"),
    ],
)
def test_what_is_missed_is_told_with_its_number(change, serious, said):
    (found,) = shortfalls(GOOD | change, percentages=True)
    assert found.serious == serious
    assert said in found.text


def test_percentages_are_no_target_where_prices_are_near_zero():
    assert shortfalls(GOOD | {"mape": 80.0}, percentages=False) == []


def test_what_cannot_be_measured_is_not_missed():
    assert shortfalls({"rmae": None, "coverage_90": None, "mape": None}, percentages=True) == []


@pytest.mark.parametrize(("cheap_hours", "far"), [(0, True), (1, True), (2, False), (24, False)])
def test_prices_are_far_from_zero_when_nearly_every_hour_is(cheap_hours, far):
    actual = np.full((30, 24), 60.0)
    actual[:, :cheap_hours] = -5.0
    assert far_from_zero(observed(rows_of(actual, {"ensemble": actual}), TZ, FIRST, day_after(29)), day_after(29)) == far


@pytest.mark.parametrize(("days", "judged"), [(10, False), (23, False), (24, True), (40, True)])
def test_a_month_is_judged_when_most_of_it_is_known(days, judged):
    rows = rows_of(np.zeros((days, 24)), {"ensemble": np.ones((days, 24)), "naive": np.full((days, 24), 2.0)})
    found = judged_row(accuracy_rows(observed(rows, TZ, FIRST, day_after(days - 1)), day_after(days - 1)))
    assert (found is not None) == judged
    assert found is None or found["rmae"] == 0.5


def test_without_an_ensemble_there_is_nothing_to_judge():
    rows = rows_of(np.zeros((30, 24)), {"naive": np.ones((30, 24))})
    accuracy = accuracy_rows(observed(rows, TZ, FIRST, day_after(29)), day_after(29))
    assert judged_row(accuracy) is None
    assert judged_row(pl.DataFrame(schema=accuracy.schema)) is None
