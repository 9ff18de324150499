import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.models.lear import Lear
from electricity_optimizer.forecasting.protocol import InputsMissingError

DAY = dt.date(2026, 5, 1)


def without(table: DayTable, name: str, day: dt.date) -> DayTable:
    values = table.inputs[name].copy()
    values[table.row(day), 5] = np.nan
    return dataclasses.replace(table, inputs={**table.inputs, name: values})


def test_it_learns_what_moves_the_price(market):
    lear, errors = Lear(84, refit_days=1), []
    for day in market.days[-14:]:
        known = market.known_for(day)
        errors.append(np.abs(lear.predict(lear.fit(known, 0), known) - market.price_of(day)).mean())
    assert np.mean(errors) < 3.0  # the noise alone has 1.6; yesterday's price errs by 14


def test_a_window_longer_than_the_history_is_refused(market):
    with pytest.raises(ForecastError, match="leave the window out"):
        Lear(364, refit_days=7).fit(market.known_for(DAY), 0)


def test_a_day_with_a_hole_is_not_trained_on(market):
    fitted = Lear(56, refit_days=1).fit(without(market, "wind", DAY - dt.timedelta(days=20)).known_for(DAY), 0)
    assert fitted.inputs == ("load", "wind")
    assert fitted.card["trained_days"] == 49 - 3  # the day itself, the next (lag 1) and that a week later (lag 7)


def test_an_input_that_the_day_lacks_is_left_out_of_the_fit_and_named(market):
    fitted = Lear(56, refit_days=1).fit(without(market, "wind", DAY).known_for(DAY), 0)
    assert (fitted.inputs, fitted.inputs_missing) == (("load",), ("wind",))


def test_an_older_fit_that_needs_the_missing_input_refuses(market):
    lear = Lear(56, refit_days=1)
    fitted = lear.fit(market.known_for(DAY - dt.timedelta(days=1)), 0)
    with pytest.raises(InputsMissingError, match="wind"):
        lear.predict(fitted, without(market, "wind", DAY).known_for(DAY))


def test_an_unknown_price_of_yesterday_is_refused(market):
    lear, known = Lear(56, refit_days=1), market.known_for(DAY)
    fitted = lear.fit(known, 0)
    known.price[-2, 3] = np.nan
    with pytest.raises(ForecastError, match="last seven days"):
        lear.predict(fitted, known)


def test_a_constant_price_is_forecast_as_it_is():
    table = DayTable(dt.date(2026, 1, 1), np.full((80, 24), 42.0))
    known = table.known_for(dt.date(2026, 3, 20))
    lear = Lear(56, refit_days=1)
    assert lear.predict(lear.fit(known, 0), known) == pytest.approx(np.full(24, 42.0))


def test_a_spike_far_beyond_the_window_does_not_explode(market):
    lear, known = Lear(56, refit_days=1), market.known_for(DAY)
    fitted = lear.fit(known, 0)
    known.price[-2] = 1e6
    assert np.abs(lear.predict(fitted, known)).max() < 1e3


def test_on_nord_pool_it_is_as_good_as_the_published_lear_of_the_same_window(nord_pool, shared):
    published = pl.read_parquet(shared / "data/epf_published_forecasts_NP.parquet")
    theirs = published["LEAR 84"].to_numpy().reshape(-1, 24)
    lear, ours, reference = Lear(84, refit_days=1), [], []
    for row, day in list(enumerate(nord_pool.days[-728:]))[::28]:
        known = nord_pool.known_for(day)
        ours.append(np.abs(lear.predict(lear.fit(known, 0), known) - nord_pool.price_of(day)).mean())
        reference.append(np.abs(theirs[row] - nord_pool.price_of(day)).mean())
    assert np.mean(ours) < np.mean(reference)
