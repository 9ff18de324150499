import dataclasses
import datetime as dt
import subprocess
import sys

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.models.network import Network
from electricity_optimizer.forecasting.protocol import Fitted, WarmStarting, load_fitted, save_fitted
from electricity_optimizer.forecasting.quantiles import LEVELS, MEDIAN

DAY = dt.date(2026, 5, 6)
WEEK = dt.timedelta(days=7)
SMALL = Network(members=3, least_days=84, epochs=20)


@pytest.fixture(scope="module")
def fitted(market) -> Fitted:
    return SMALL.fit(market.known_for(DAY), 0)


def holed(table: DayTable, name: str, first: dt.date, days: int = 1) -> DayTable:
    values = table.inputs[name].copy()
    values[table.row(first) : table.row(first) + days, 5] = np.nan
    return dataclasses.replace(table, inputs={**table.inputs, name: values})


def test_it_learns_what_moves_the_price(market, fitted):
    days = market.days[market.row(DAY) :]
    errors = [np.abs(SMALL.predict(fitted, market.known_for(day)) - market.price_of(day)).mean() for day in days]
    assert np.mean(errors) < 8.0  # four months are little to learn from; yesterday's price errs by 14


def test_the_quantiles_ascend_around_the_point(market, fitted):
    known = market.known_for(DAY)
    fan = SMALL.quantiles(fitted, known)
    assert fan.shape == (len(LEVELS), 24)
    assert (np.diff(fan, axis=0) > 0).all()
    assert fan[MEDIAN] == pytest.approx(SMALL.predict(fitted, known))


def test_one_seed_gives_the_same_bytes_and_another_does_not(market, fitted):
    known = market.known_for(DAY)
    assert save_fitted(SMALL.fit(known, 0)) == save_fitted(fitted)
    assert save_fitted(SMALL.fit(known, 1)) != save_fitted(fitted)


def test_it_goes_on_from_a_stored_fit_as_from_its_own(market, fitted):
    known = market.known_for(DAY + WEEK)
    later = SMALL.refit(known, fitted, 0)
    assert save_fitted(SMALL.refit(known, load_fitted(save_fitted(fitted)), 0)) == save_fitted(later)
    assert later.day == DAY + WEEK
    assert later.card["anew"] == DAY.isoformat()
    assert later.card["epochs"] == fitted.card["epochs"] + 1  # one epoch for the week


def test_a_week_of_training_moves_the_forecast_a_little(market, fitted):
    known = market.known_for(DAY + WEEK)
    before, after = (SMALL.predict(fit, known) for fit in (fitted, SMALL.refit(known, fitted, 0)))
    assert 0 < np.abs(after - before).max() < 10


def test_it_begins_anew_when_that_is_due(market, fitted):
    impatient = dataclasses.replace(SMALL, anew_days=7)
    known = market.known_for(DAY + WEEK)
    assert save_fitted(impatient.refit(known, fitted, 0)) == save_fitted(impatient.fit(known, 0))


def test_it_begins_anew_without_an_input_that_stopped(market, fitted):
    stopped = holed(market, "wind", DAY - dt.timedelta(days=5), days=20)
    again = SMALL.refit(stopped.known_for(DAY + WEEK), fitted, 0)
    assert (fitted.inputs, again.inputs) == (("load", "wind"), ("load",))


def test_what_comes_after_the_gate_closure_changes_nothing(market, fitted):
    row = market.row(DAY)
    price = market.price.copy()
    price[row:] = 1e4
    inputs = {name: values.copy() for name, values in market.inputs.items()}
    for values in inputs.values():
        values[row + 1 :] = -1e4
    known = DayTable(market.first_day, price, inputs).known_for(DAY)
    again = SMALL.fit(known, 0)
    assert save_fitted(again) == save_fitted(fitted)
    assert (SMALL.predict(again, known) == SMALL.predict(fitted, market.known_for(DAY))).all()


def test_a_day_without_one_of_its_inputs_is_left_to_the_others(market, fitted):
    with pytest.raises(ForecastError, match="wind is not known"):
        SMALL.predict(fitted, holed(market, "wind", DAY).known_for(DAY))


def test_an_unknown_price_of_yesterday_is_refused(market, fitted):
    known = market.known_for(DAY)
    known.price[-2, 3] = np.nan
    with pytest.raises(ForecastError, match="last seven days"):
        SMALL.predict(fitted, known)


def test_a_day_with_a_hole_is_not_trained_on(market, fitted):
    with_hole = SMALL.fit(holed(market, "wind", DAY - dt.timedelta(days=40)).known_for(DAY), 0)
    assert with_hole.card["trained_days"] == fitted.card["trained_days"] - 3  # the day itself, the next and that a week later


def test_a_short_history_is_refused(market):
    with pytest.raises(ForecastError, match="leave the network out"):
        Network().fit(market.known_for(DAY), 0)


def test_a_spike_far_beyond_the_window_does_not_explode(market, fitted):
    known = market.known_for(DAY)
    known.price[-2] = 1e6
    assert np.abs(SMALL.predict(fitted, known)).max() < 1e3


def test_the_walk_hands_it_its_last_fit():
    assert isinstance(SMALL, WarmStarting)


def test_a_forecast_from_a_stored_fit_imports_no_torch():
    code = "import sys; import electricity_optimizer.forecasting.models.network; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
