"""Models of sites: trees with their bands, what they refuse, and the choice between trees and blend."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.models.site_load import LOAD_TREES
from electricity_optimizer.forecasting.models.site_models import forecast, learn
from electricity_optimizer.forecasting.models.site_pv import PV_TREES
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted
from electricity_optimizer.forecasting.sites.days import MeterDays
from electricity_optimizer.forecasting.sites.scores import band_scores, mae, naive
from electricity_optimizer_tests.forecasting.sites.meters import household, other_future, roof, simulated

LOAD = simulated(60)
ROOF = roof(60)
SEED = 1


def known(meter: MeterDays, back: int = 0) -> MeterDays:
    return meter.known_for(meter.last_day - dt.timedelta(days=back))


@pytest.fixture(scope="module")
def load_fit() -> Fitted:
    return LOAD_TREES.fit(known(LOAD, 7), SEED)


@pytest.fixture(scope="module")
def pv_fit() -> Fitted:
    return PV_TREES.fit(known(ROOF, 7), SEED)


def test_the_same_data_and_seed_give_the_same_file(load_fit: Fitted) -> None:
    assert save_fitted(LOAD_TREES.fit(known(LOAD, 7), SEED)) == save_fitted(load_fit)


def test_a_stored_fit_forecasts_to_the_bit_what_it_did_before(load_fit: Fitted) -> None:
    mine, stored = (LOAD_TREES.predict(fitted, known(LOAD)) for fitted in (load_fit, load_fitted(save_fitted(load_fit))))
    assert mine.high.tobytes() == stored.high.tobytes()


@pytest.mark.parametrize(("meter", "trees"), [(LOAD, LOAD_TREES), (ROOF, PV_TREES)], ids=["load", "pv"])
def test_what_comes_after_the_issue_changes_no_bit(meter: MeterDays, trees) -> None:
    day = meter.last_day - dt.timedelta(days=7)
    fits = [trees.fit(table.known_for(day), SEED) for table in (meter, other_future(meter, day))]
    assert save_fitted(fits[0]) == save_fitted(fits[1])
    later = day + dt.timedelta(days=3)
    found = [trees.predict(fits[0], table.known_for(later)) for table in (meter, other_future(meter, later))]
    for name in ("low", "middle", "high"):
        assert getattr(found[0], name).tobytes() == getattr(found[1], name).tobytes()


def test_a_load_is_followed_with_its_bands(load_fit: Fitted) -> None:
    days = [known(LOAD, back) for back in range(6, -1, -1)]
    found = [LOAD_TREES.predict(load_fit, day) for day in days]
    scores = [band_scores(LOAD.value[-7 + k], one) for k, one in enumerate(found)]
    assert np.mean([one["mae"] for one in scores]) < 0.8 * mae(LOAD.value[-7:], naive(LOAD)[-7:])
    assert np.mean([one["coverage_80"] for one in scores]) == pytest.approx(0.8, abs=0.08)
    assert all((one.low <= one.middle).all() and (one.middle <= one.high).all() and (one.low >= 0).all() for one in found)


def test_a_sun_is_dark_at_night_and_never_above_the_inverter(pv_fit: Fitted) -> None:
    found = PV_TREES.predict(pv_fit, known(ROOF))
    dark = ROOF.prior[-1] == 0
    assert not found.high[dark].any()
    assert found.high.max() <= 5.0
    assert found.low.min() >= 0
    assert found.middle[68] < 0.75 * ROOF.prior[-1][68]  # the shade of the afternoon


def test_readings_later_than_at_the_fit_and_unknown_inputs_are_refused(load_fit: Fitted) -> None:
    value = LOAD.value.copy()
    value[-4:] = np.nan
    with pytest.raises(ForecastError, match=r"readings end 2\.5 days before gate closure, the trees know 0"):
        LOAD_TREES.predict(load_fit, known(dataclasses.replace(LOAD, value=value)))
    inputs = {"temperature_c": LOAD.inputs["temperature_c"].copy()}
    inputs["temperature_c"][-1] = np.nan
    cold = dataclasses.replace(LOAD, inputs=inputs)
    with pytest.raises(ForecastError, match="temperature_c of the day is not known"):
        LOAD_TREES.predict(load_fit, known(cold))
    learnt = dataclasses.replace(load_fit, model="load_learnt")
    assert forecast("load", known(cold), learnt)[1] == "blend"
    assert forecast("load", known(LOAD), learnt)[1] == "learnt"


def test_an_input_that_was_hardly_ever_known_is_not_used() -> None:
    inputs = {"temperature_c": np.full(LOAD.value.shape, np.nan)}
    fitted = LOAD_TREES.fit(known(dataclasses.replace(LOAD, inputs=inputs)), SEED)
    assert fitted.inputs == ()


def test_four_weeks_are_needed_for_trees_and_one_for_a_blend() -> None:
    short = simulated(20)
    with pytest.raises(ForecastError, match="18 days of readings, 28 are needed"):
        LOAD_TREES.fit(known(short), SEED)
    fitted = learn("load", known(short))
    assert fitted.model == "load_blend"
    assert set(fitted.card["scores"]) == {"blend", "naive", "prior"}


def test_the_better_of_trees_and_blend_on_the_held_out_days_is_chosen() -> None:
    fitted = learn("pv", known(ROOF))
    scores = fitted.card["scores"]
    better = "learnt" if scores["learnt"]["mae"] < scores["blend"]["mae"] else "blend"
    assert fitted.model == f"pv_{better}"
    assert scores[better]["mae"] < scores["prior"]["mae"] < scores["naive"]["mae"]
    assert forecast("pv", known(ROOF), fitted)[1] == better


def test_the_real_household_is_learnt_better_than_last_week(shared: Path) -> None:
    days = household(shared)
    recent = days.tail(120)
    fitted = learn("load", known(recent))
    scores = fitted.card["scores"]
    assert fitted.model == "load_learnt"
    assert scores["learnt"]["mae"] < 0.85 * scores["naive"]["mae"]
    assert 0.75 < scores["learnt"]["coverage_80"] < 0.85
