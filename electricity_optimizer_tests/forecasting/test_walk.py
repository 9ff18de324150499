import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted
from electricity_optimizer.forecasting.walk import DayForecast, fit_members, walk_forward

MEMBERS = ("naive", "lear_56")
DAYS = [dt.date(2026, 4, 10) + dt.timedelta(days=k) for k in range(14)]


def bits(forecast: DayForecast) -> bytes:
    parts = [*forecast.members.values(), forecast.point, *([] if forecast.quantiles is None else [forecast.quantiles])]
    return repr(sorted(forecast.weights.items())).encode() + b"".join(part.tobytes() for part in parts)


@pytest.fixture(scope="module")
def walked(market) -> list[DayForecast]:
    return list(walk_forward(market, DAYS, members=MEMBERS, recalibrate=7))


def test_nothing_later_leaks_into_an_earlier_forecast(market, walked):
    """Given every later price and input of later days changed, then each earlier forecast is the same to the last bit."""
    for changed_from in (DAYS[0], DAYS[5], DAYS[-1]):
        row = market.row(changed_from)
        price = market.price.copy()
        price[row:] = np.random.default_rng(1).normal(1e3, 500, price[row:].shape)
        inputs = {name: values.copy() for name, values in market.inputs.items()}
        for values in inputs.values():
            values[row + 1 :] *= -7
        again = walk_forward(DayTable(market.first_day, price, inputs), DAYS, members=MEMBERS, recalibrate=7)
        for before, after in zip(walked, again, strict=True):
            if before.day <= changed_from:
                assert bits(before) == bits(after)
            else:
                assert bits(before) != bits(after)


def test_tomorrow_is_forecast_by_the_same_path_as_a_past_day(market, walked):
    """Given only what was known on one day, when that day is forecast alone, then it is what the backtest says."""
    day = DAYS[-1]
    history = MemberHistory()
    for forecast in walked[:-1]:
        for name, hourly in forecast.members.items():
            history.add(forecast.day, name, hourly)
        history.add(forecast.day, "ensemble", forecast.point)
    fitted = fit_members(market, DAYS[7], MEMBERS)
    stored = {name: load_fitted(save_fitted(fit)) for name, fit in fitted.items()}
    (alone,) = walk_forward(market.known_for(day), [day], members=MEMBERS, recalibrate=7, history=history, fitted=stored)
    assert bits(alone) == bits(walked[-1])


def test_the_better_member_has_the_greater_weight(walked):
    assert all(weights.tolist() == [0.5] * 24 for weights in walked[0].weights.values())
    assert walked[-1].weights["lear_56"].min() > 0.95


def test_the_band_is_there_after_a_week_and_holds_the_point(walked):
    assert [forecast.quantiles is not None for forecast in walked] == [False] * 7 + [True] * 7
    assert (walked[-1].quantiles[0] < walked[-1].point).all()
    assert (walked[-1].quantiles[-1] > walked[-1].point).all()


def test_a_member_short_of_history_is_left_out_and_says_why(market):
    (forecast,) = walk_forward(market, [DAYS[0]], members=("naive", "lear_364"))
    assert list(forecast.members) == ["naive"]
    assert "364 are needed" in forecast.left_out["lear_364"]


def test_without_any_member_there_is_no_forecast(market):
    with pytest.raises(ForecastError, match="no member can forecast"):
        list(walk_forward(market, [DAYS[0]], members=("lear_364",)))


def test_a_missing_input_is_done_without_for_that_day_and_said(market):
    wind = market.inputs["wind"].copy()
    wind[market.row(DAYS[3])] = np.nan
    holed = dataclasses.replace(market, inputs={**market.inputs, "wind": wind})
    fitted: dict = {}
    forecasts = list(walk_forward(holed, DAYS[:6], members=("lear_56",), recalibrate=7, fitted=fitted))
    assert [forecast.inputs_missing for forecast in forecasts] == [(), (), (), ("wind",), ("wind",), ()]  # a day later it lacks the lag
    assert fitted["lear_56"].inputs == ("load", "wind")


class GoingOn:
    """A model that forecasts how often it was fitted since its beginning."""

    name, refit_days = "going_on", 7

    def fit(self, known: DayTable, _seed: int, /) -> Fitted:
        return Fitted(self.name, known.last_day, card={"fits": 1})

    def refit(self, known: DayTable, previous: Fitted, _seed: int, /) -> Fitted:
        assert previous.day < known.last_day
        return Fitted(self.name, known.last_day, card={"fits": previous.card["fits"] + 1})

    def predict(self, fitted: Fitted, _known: DayTable, /) -> Array:
        return np.full(24, float(fitted.card["fits"]))


def test_a_model_that_can_go_on_is_given_its_last_fit(market, monkeypatch):
    monkeypatch.setitem(MODELS, "going_on", GoingOn())
    walked = list(walk_forward(market, DAYS, members=("going_on",), recalibrate=5))
    assert [forecast.point[0] for forecast in walked] == [1.0] * 5 + [2.0] * 5 + [3.0] * 4


def test_fitting_members_goes_on_from_the_fits_it_is_given(market, monkeypatch):
    monkeypatch.setitem(MODELS, "going_on", GoingOn())
    first = fit_members(market, DAYS[0], ("naive", "going_on"))
    later = fit_members(market, DAYS[7], ("naive", "going_on"), previous=first)
    assert (first["going_on"].card["fits"], later["going_on"].card["fits"]) == (1, 2)


def test_fitting_members_leaves_out_what_the_history_is_too_short_for(market):
    assert list(fit_members(market, DAYS[0])) == ["naive", "lear_56", "lear_84", "analog"]
    with pytest.raises(ForecastError, match="no member can be fitted"):
        fit_members(market, DAYS[0], ("lear_1456",))
