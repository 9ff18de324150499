import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.models.boosting import Boosting
from electricity_optimizer.forecasting.protocol import InputsMissingError, load_fitted, save_fitted

DAY = dt.date(2026, 5, 10)
YOUNG = Boosting(112)


@pytest.fixture(scope="module")
def fitted(market):
    return YOUNG.fit(market.known_for(DAY), 3)


def without(table: DayTable, name: str, day: dt.date) -> DayTable:
    values = table.inputs[name].copy()
    values[table.row(day), 5] = np.nan
    return dataclasses.replace(table, inputs={**table.inputs, name: values})


def test_it_learns_what_moves_the_price(market, fitted):
    days = [DAY + dt.timedelta(days=k) for k in range(10)]
    errors = [np.abs(YOUNG.predict(fitted, market.known_for(day)) - market.price_of(day)).mean() for day in days]
    naive = [np.abs(market.price_of(day - dt.timedelta(days=1)) - market.price_of(day)).mean() for day in days]
    assert np.mean(errors) < 0.75 * np.mean(naive)  # of 83 days; the noise alone has 1.6


def test_two_fits_with_one_seed_are_equal_to_the_byte(market, fitted):
    assert save_fitted(YOUNG.fit(market.known_for(DAY), 3)) == save_fitted(fitted)


def test_a_stored_fit_forecasts_the_same_to_the_bit(market, fitted):
    known = market.known_for(DAY)
    stored = load_fitted(save_fitted(fitted))
    assert stored.arrays["trees"].dtype == np.uint8
    assert np.array_equal(YOUNG.predict(stored, known), YOUNG.predict(fitted, known))


def test_what_comes_after_gate_closure_changes_nothing(market, fitted):
    changed = DayTable(market.first_day, market.price.copy(), {name: values.copy() for name, values in market.inputs.items()})
    row = market.row(DAY)
    changed.price[row:] = 1e4
    for values in changed.inputs.values():
        values[row + 1 :] = -1e4
    known = changed.known_for(DAY)
    assert save_fitted(YOUNG.fit(known, 3)) == save_fitted(fitted)
    assert np.array_equal(YOUNG.predict(fitted, known), YOUNG.predict(fitted, market.known_for(DAY)))


def test_prices_in_another_unit_are_forecast_in_that_unit(market):
    """Four units to the euro: a power of two, so that even rounding is the same."""
    plain = DayTable(market.first_day, market.price)
    other = DayTable(market.first_day, market.price * 4)
    known, moved = plain.known_for(DAY), other.known_for(DAY)
    assert YOUNG.predict(YOUNG.fit(moved, 0), moved) == pytest.approx(4 * YOUNG.predict(YOUNG.fit(known, 0), known))


def test_three_quarters_of_the_window_suffice_and_less_is_refused(market):
    known = market.known_for(DAY)  # 129 days before it
    assert Boosting(172).fit(known, 0).card["trained_hours"] == (129 - 29) * 24
    with pytest.raises(ForecastError, match="leave the window out"):
        Boosting(173).fit(known, 0)


def test_an_input_that_the_day_lacks_is_left_out_of_the_fit_and_named(market):
    fitted = YOUNG.fit(without(market, "wind", DAY).known_for(DAY), 0)
    assert (fitted.inputs, fitted.inputs_missing) == (("load",), ("wind",))


def test_an_older_fit_that_needs_the_missing_input_refuses(market, fitted):
    with pytest.raises(InputsMissingError, match="wind"):
        YOUNG.predict(fitted, without(market, "wind", DAY).known_for(DAY))


def test_a_name_may_hold_any_sign(market):
    table = DayTable(market.first_day, market.price, {'load "DE", [MW]': market.inputs["load"], "wind: all": market.inputs["wind"]})
    known = table.known_for(DAY)
    assert np.isfinite(YOUNG.predict(YOUNG.fit(known, 0), known)).all()


def test_the_prices_from_before_an_input_began_are_trained_on():
    rng = np.random.default_rng(1)
    load = rng.normal(50, 5, (320, 24))
    price = 2 * load + rng.normal(0, 1, load.shape)
    load[:100] = np.nan
    known = DayTable(dt.date(2026, 1, 1), price, {"load": load}).known_for(dt.date(2026, 11, 10))
    fitted = Boosting(313).fit(known, 0)
    assert fitted.inputs == ("load",)
    assert fitted.card["trained_hours"] == (313 - 29) * 24
    assert np.abs(Boosting(313).predict(fitted, known) - price[313]).mean() < 3.0  # without the load it is 8


def test_hours_without_price_are_not_trained_on(market):
    price = market.price.copy()
    price[60, 3] = np.nan
    fitted = YOUNG.fit(dataclasses.replace(market, price=price).known_for(DAY), 0)
    assert 0.9 * 83 * 24 < fitted.card["trained_hours"] < 83 * 24


def test_an_unknown_price_of_yesterday_is_refused(market, fitted):
    known = market.known_for(DAY)
    known.price[-2, 3] = np.nan
    with pytest.raises(ForecastError, match="last seven days"):
        YOUNG.predict(fitted, known)


def test_a_constant_price_is_forecast_as_it_is():
    table = DayTable(dt.date(2026, 1, 1), np.full((120, 24), 42.0))
    known = table.known_for(dt.date(2026, 4, 20))
    assert YOUNG.predict(YOUNG.fit(known, 0), known) == pytest.approx(np.full(24, 42.0))
