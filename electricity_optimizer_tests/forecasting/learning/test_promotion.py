"""Champion and challenger: what a fresh fit must show before it forecasts. Prices of the made market, known to 2026-05-19."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.learning.promotion import (
    CHAMPION_DAYS,
    DAILY,
    SEEN,
    TRIAL,
    Terms,
    challenge,
    compare,
    standing_forecasts,
)
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.models.lear import Lear
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.models.network import Network
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted

UNTIL = dt.date(2026, 5, 19)
ONE_DAY = dt.timedelta(days=1)
TERMS = Terms(UNTIL + ONE_DAY, UNTIL, limits=(-500.0, 4000.0))
FIRST_TRIAL_DAY = dt.date(2026, 5, 6)


class Shuffled(Lear):
    """LEAR that learns from prices of the wrong days: what a broken join does."""

    def fit(self, known, seed, /):
        price = known.price.copy()
        order = np.random.default_rng(3).permutation(len(price) - 1)
        price[:-1] = price[:-1][order]
        return super().fit(dataclasses.replace(known, price=price), seed)


@dataclasses.dataclass(frozen=True)
class Saying:
    """Says `value` whatever is known."""

    name: str
    value: float
    refit_days: int = 7

    def fit(self, known, _seed, /):
        return Fitted(self.name, known.last_day)

    def predict(self, _fitted, _known, /):
        return np.full(24, self.value)


class GoesOn(Naive):
    """A model that goes on from its last fit; its card tells from which."""

    name, refit_days = "goes_on", 7

    def refit(self, known, previous, _seed, /):
        return Fitted(self.name, known.last_day, card={"from": str(previous.day)})


@pytest.fixture(autouse=True)
def weekly(monkeypatch):
    """lear_56 as a model that is kept for a week, as the long windows are: the made market is too short for those."""
    monkeypatch.setitem(MODELS, "lear_56", Lear(56, refit_days=7))


@pytest.fixture
def champion(market):
    """lear_56 as it was fitted for a day."""

    def of(day):
        return Lear(56, refit_days=7).fit(market.known_for(day), 0)

    return of


def test_the_same_recipe_is_accepted_after_a_trial_on_days_that_neither_has_seen(market, champion):
    judged = challenge(market, "lear_56", [champion(dt.date(2026, 5, 4))], TERMS)
    assert (judged.refused, judged.fitted.day) == ("", TERMS.day)
    scores = judged.scores
    assert (scores["rule"], scores["first_day"], scores["last_day"], scores["days"]) == (TRIAL, "2026-05-06", "2026-05-19", 14)
    assert scores["champion_trained_until"] == "2026-05-03"
    assert scores["mae"] == pytest.approx(scores["champion_mae"], rel=0.05)
    assert scores["rmae"] < 1


def test_a_challenger_that_learnt_from_shuffled_prices_is_refused_with_its_figures(market, champion, monkeypatch):
    monkeypatch.setitem(MODELS, "lear_56", Shuffled(56, refit_days=7))
    judged = challenge(market, "lear_56", [champion(FIRST_TRIAL_DAY)], TERMS)
    scores = judged.scores
    assert scores["mae"] > 2 * scores["champion_mae"]
    assert scores["p_value"] < 0.01
    assert judged.refused == (
        f"in the trial its error is {scores['mae']:.2f}, the champion's {scores['champion_mae']:.2f} on the same 14 days (p 0.000)"
    )


def test_the_champion_of_last_week_has_seen_trial_days_so_the_one_before_it_is_the_yardstick(market, champion):
    line = [champion(UNTIL - 6 * ONE_DAY), champion(UNTIL - 13 * ONE_DAY), champion(UNTIL - 20 * ONE_DAY)]
    assert challenge(market, "lear_56", line, TERMS).scores["champion_trained_until"] == str(UNTIL - 14 * ONE_DAY)


def test_without_one_before_it_the_trial_is_the_days_since(market, champion):
    scores = challenge(market, "lear_56", [champion(UNTIL - 6 * ONE_DAY)], TERMS).scores
    assert (scores["rule"], scores["first_day"], scores["days"]) == (TRIAL, str(UNTIL - 6 * ONE_DAY), 7)


@pytest.mark.parametrize("age", [2, CHAMPION_DAYS + 1], ids=["a second training in a week", "too old to judge"])
def test_a_champion_that_cannot_judge_leaves_sanity(market, champion, age):
    assert challenge(market, "lear_56", [champion(TERMS.day - age * ONE_DAY)], TERMS).scores["rule"] == SEEN


def test_the_first_training_costs_no_trial_and_must_beat_the_naive_on_days_it_has_seen(market, monkeypatch):
    fits = []
    monkeypatch.setattr(Lear, "fit", lambda self, known, seed, fit=Lear.fit: fits.append(known.last_day) or fit(self, known, seed))
    assert challenge(market, "lear_56", [], TERMS).refused == ""
    assert fits == [TERMS.day]
    monkeypatch.setitem(MODELS, "saying", Saying("saying", 100.0))
    assert challenge(market, "saying", [], TERMS).refused.startswith("on days it has seen its error is")


def test_models_that_are_refitted_every_day_have_no_trial(market, champion, monkeypatch):
    monkeypatch.setitem(MODELS, "lear_56", Lear(56, refit_days=1))
    assert challenge(market, "lear_56", [champion(dt.date(2026, 5, 1))], TERMS).scores == {"rule": DAILY}
    assert challenge(market, "naive", [], TERMS).scores == {"rule": DAILY}


@pytest.mark.parametrize(
    ("value", "said"),
    [(float("nan"), "is not a number in 24 hours"), (4001.0, "reaches from 4001 to 4001"), (-501.0, "the auction from -500")],
)
def test_forecasts_that_are_no_price_are_refused(market, monkeypatch, value, said):
    monkeypatch.setitem(MODELS, "saying", Saying("saying", value))
    judged = challenge(market, "saying", [], TERMS)
    assert judged.refused.startswith("its forecast of 2026-05-06")
    assert said in judged.refused


def test_a_fit_that_broke_on_the_newest_days_is_refused_though_its_trial_was_good(market, champion, monkeypatch):
    class Broke(Lear):
        def fit(self, known, seed, /):
            fitted = super().fit(known, seed)
            return (
                fitted
                if known.last_day < TERMS.day
                else dataclasses.replace(fitted, arrays={**fitted.arrays, "coefficients": 0 * fitted.arrays["coefficients"]})
            )

    monkeypatch.setitem(MODELS, "lear_56", Broke(56, refit_days=7))
    judged = challenge(market, "lear_56", [champion(FIRST_TRIAL_DAY)], TERMS)
    assert judged.refused.startswith("fitted on all days its error is")


def test_a_fit_without_an_input_that_the_day_lacks_does_not_become_champion(market):
    inputs = {name: values.copy() for name, values in market.inputs.items()}
    inputs["wind"][market.row(TERMS.day)] = np.nan
    judged = challenge(dataclasses.replace(market, inputs=inputs), "lear_56", [], TERMS)
    assert judged.refused == "2026-05-20 lacks wind"


def test_the_history_must_hold_the_window(market):
    with pytest.raises(ForecastError, match="364 are needed"):
        challenge(market, "lear_364", [], TERMS)


def test_a_model_that_goes_on_does_so_from_the_last_champion_before_the_day(market, monkeypatch):
    monkeypatch.setitem(MODELS, "goes_on", GoesOn())
    line = [Fitted("goes_on", day) for day in (TERMS.day, dt.date(2026, 5, 13), dt.date(2026, 5, 1))]
    assert challenge(market, "goes_on", line, TERMS).fitted.card == {"from": "2026-05-13"}  # so a second run trains the same
    assert challenge(market, "goes_on", [], TERMS).fitted.card == Naive().fit(market, 0).card


def test_two_trainings_on_the_same_days_make_the_same_file_and_scores(market, champion):
    line = [champion(dt.date(2026, 5, 4))]
    once = challenge(market, "lear_56", line, TERMS)
    again = challenge(market, "lear_56", [once.fitted, *line], TERMS)
    assert save_fitted(once.fitted) == save_fitted(again.fitted)
    assert once.scores == again.scores


def test_worse_means_by_five_per_cent_and_by_more_than_noise(market):
    days = TERMS.trial_days
    rng = np.random.default_rng(1)
    right = {day: market.price_of(day) for day in days}

    def off(by, spread=0.0):
        return {day: price + by + spread * rng.normal() for day, price in right.items()}

    assert not compare(market, off(1.04), off(1.0)).worse
    assert compare(market, off(1.06), off(1.0)).worse
    assert not compare(market, off(1.0), off(1.0)).worse
    assert not compare(market, off(1.5, spread=40.0), off(1.0, spread=40.0)).worse
    assert compare(market, dict(list(off(2.0).items())[:6]), off(1.0)) is None


def test_a_champion_stands_beyond_the_usual_age_of_its_model(market, champion):
    day = dt.date(2026, 5, 19)
    stood = standing_forecasts(market, day, {"lear_56": champion(day - 7 * ONE_DAY), "naive": Fitted("naive", dt.date(2026, 5, 1))})
    assert list(stood) == ["lear_56"]
    for age in (6, CHAMPION_DAYS + 1):
        assert standing_forecasts(market, day, {"lear_56": champion(day - age * ONE_DAY)}) == {}


@pytest.fixture(scope="module")
def year(nord_pool):
    """Nord Pool of 2013 and the spring of 2014: enough for a small network."""
    return DayTable(nord_pool.first_day, nord_pool.price[:430], {name: values[:430] for name, values in nord_pool.inputs.items()})


def test_the_network_goes_on_from_its_stored_weights_and_its_bands_are_scored(year, monkeypatch):
    monkeypatch.setitem(MODELS, "network", Network(members=3, epochs=2))
    until = year.last_day - ONE_DAY
    anew = challenge(year, "network", [], Terms(until - 13 * ONE_DAY, until - 14 * ONE_DAY, (-500.0, 4000.0)))
    stored = load_fitted(save_fitted(anew.fitted))
    terms = Terms(until + ONE_DAY, until, (-500.0, 4000.0))
    judged = challenge(year, "network", [stored], terms)
    assert (anew.fitted.card["epochs"], judged.fitted.card["epochs"]) == (2, 4)  # two weeks later: an epoch a week
    assert judged.fitted.card["anew"] == anew.fitted.card["anew"]
    assert judged.scores["rule"] == TRIAL
    assert 0 <= judged.scores["coverage_50"] <= judged.scores["coverage_90"] <= 1
    assert save_fitted(challenge(year, "network", [judged.fitted, stored], terms).fitted) == save_fitted(judged.fitted)
    hourly, fan = standing_forecasts(year, until, {"network": stored})["network"]
    assert fan.shape == (19, 24)
    assert hourly.tolist() == pytest.approx(fan[9].tolist())
