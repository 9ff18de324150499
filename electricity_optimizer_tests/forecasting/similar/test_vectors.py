"""A day as a point among days."""

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.calendar import HOLIDAY
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.residual_load import RESIDUAL, with_residual
from electricity_optimizer.forecasting.similar.vectors import (
    Scales,
    ahead_vectors,
    scales_before,
    used_inputs,
    whole_vectors,
    with_stand_ins,
)

END = 100
ROWS = np.arange(29, 140)


def changed(table: DayTable, row: int, price: float = 0.0, inputs: float = 0.0) -> DayTable:
    """The same table with other prices and inputs from `row` on."""
    other = DayTable(table.first_day, table.price.copy(), {name: values.copy() for name, values in table.inputs.items()})
    other.price[row:] += price
    for values in other.inputs.values():
        values[row:] += inputs
    return other


@pytest.fixture(scope="module")
def scales(market: DayTable) -> Scales:
    return scales_before(market, END, used_inputs(market, END))


def test_scales_are_those_of_the_days_before(market: DayTable, scales: Scales) -> None:
    later = changed(market, END, price=500.0, inputs=900.0)
    assert scales_before(later, END, used_inputs(later, END)) == scales
    assert scales.price[0] == pytest.approx(float(np.median(market.price[:END])))
    assert scales.inputs["load"][1] == pytest.approx(float(market.inputs["load"][:END].std()))


def test_scales_survive_json_to_the_bit(scales: Scales) -> None:
    assert Scales.from_card(json.loads(json.dumps(scales.card(), sort_keys=True))) == scales
    with pytest.raises(InputError, match="build the index again"):
        Scales.from_card({"price": [1.0]})


def test_the_vector_of_a_day_ahead_does_not_know_its_price_or_what_comes_after(market: DayTable, scales: Scales) -> None:
    row = np.array([120])
    vector = ahead_vectors(market, row, scales)
    assert np.array_equal(ahead_vectors(changed(market, 120, price=700.0), row, scales), vector)
    assert np.array_equal(ahead_vectors(changed(market, 121, price=700.0, inputs=700.0), row, scales), vector)
    assert not np.array_equal(ahead_vectors(changed(market, 119, price=7.0), row, scales), vector)
    assert not np.array_equal(ahead_vectors(changed(market, 120, inputs=7.0), row, scales), vector)


def test_ahead_a_market_at_four_times_the_price_looks_the_same(market: DayTable, scales: Scales) -> None:
    """Prices ahead are told in usual changes: a power of two keeps every bit."""
    dearer = DayTable(market.first_day, 4 * market.price, market.inputs)
    mine, others = (ahead_vectors(table, ROWS, scales_before(table, END, scales.names)) for table in (market, dearer))
    assert np.array_equal(mine, others)


def test_a_whole_day_lies_near_to_one_with_equal_prices_and_inputs(market: DayTable, scales: Scales) -> None:
    twin = changed(market, 140)
    twin.price[90] = twin.price[76]  # a fortnight apart: the same weekday
    for values in twin.inputs.values():
        values[90] = values[76]
    vectors = whole_vectors(twin, np.arange(140), scales)
    distances = np.linalg.norm(vectors - vectors[90], axis=1)
    assert int(np.argsort(distances)[1]) == 76
    assert distances[76] < 0.2


def test_an_hour_that_is_not_known_leaves_the_day_without_vector(market: DayTable, scales: Scales) -> None:
    hole = changed(market, 140)
    hole.price[60, 3] = np.nan
    assert np.isnan(whole_vectors(hole, np.array([60]), scales)).any()
    ahead = np.isnan(ahead_vectors(hole, np.arange(60, 80), scales)).any(axis=1)
    assert list(np.flatnonzero(ahead) + 60) == [61, 62, 63, 67]  # d-14 is stood in for by the week before


def test_a_holiday_is_a_sunday(market: DayTable, scales: Scales) -> None:
    holiday = np.zeros_like(market.price)
    monday = next(row for row, day in enumerate(market.days) if day.weekday() == 0 and row > 50)
    holiday[monday] = 1.0
    with_holiday = dataclasses.replace(market, inputs={**market.inputs, HOLIDAY: holiday})
    assert used_inputs(with_holiday, END) == used_inputs(market, END) == ["load", "wind"]
    week = whole_vectors(with_holiday, np.array([monday - 1, monday, monday + 7]), scales)[:, -9:-2]
    assert np.array_equal(week[0], week[1])
    assert not np.array_equal(week[1], week[2])


def test_an_input_that_is_rarely_known_is_not_looked_at(market: DayTable) -> None:
    load = market.inputs["load"].copy()
    load[:60, 5] = np.nan
    young = dataclasses.replace(market, inputs={**market.inputs, "load": load})
    assert used_inputs(young, END) == ["wind"]
    assert used_inputs(young, 130) == ["load", "wind"]


def test_the_residual_load_follows_from_the_inputs() -> None:
    one, two, three = np.full((3, 2, 24), [[[5.0]], [[3.0]], [[1.0]]])
    assert with_residual({"load_forecast_mw": one, "wind": two, "solar": three})[RESIDUAL][0, 0] == 1.0
    assert with_residual({"Exogenous 1": one, "Exogenous 2": two})[RESIDUAL][0, 0] == 2.0
    assert list(with_residual({"gas": one})) == ["gas"]


def test_what_is_not_published_yet_is_stood_in_for_by_the_day_the_naive_forecast_copies(market: DayTable) -> None:
    tuesday = next(row for row, day in enumerate(market.days) if day.weekday() == 1 and row > 50)
    for row, before in ((tuesday, tuesday - 1), (tuesday + 4, tuesday - 3)):
        load = market.inputs["load"].copy()
        load[row, 10:] = np.nan
        table = dataclasses.replace(market, inputs={**market.inputs, "load": load})
        filled = with_stand_ins(table, market.first_day + dt.timedelta(days=row), ["load", "wind"]).inputs["load"][row]
        assert np.array_equal(filled[:10], load[row, :10])
        assert np.array_equal(filled[10:], load[before, 10:])
        assert np.isnan(load[row, 10:]).all(), "the table itself stays"
