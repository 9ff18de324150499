"""The blend of prior and own profiles: from a week on, weighed by what was right, and blind to what comes after the issue."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.sites.bands import Banded
from electricity_optimizer.forecasting.sites.blend import blend_load, blend_pv
from electricity_optimizer.forecasting.sites.days import MeterDays
from electricity_optimizer.forecasting.sites.scores import band_scores, mae, naive
from electricity_optimizer_tests.forecasting.sites.meters import household, other_future, roof, simulated


def walked(days: MeterDays, count: int, blend) -> Banded:
    found = [blend(days.known_for(days.last_day - dt.timedelta(days=back))) for back in range(count - 1, -1, -1)]
    return Banded(*(np.stack([getattr(one, name) for one in found]) for name in ("low", "middle", "high")))


def test_a_meter_that_differs_from_its_prior_is_followed() -> None:
    days = simulated(60)
    forecast = walked(days, 21, blend_load)
    assert mae(days.value[-21:], forecast.middle) < 0.4 * mae(days.value[-21:], days.prior[-21:])
    assert mae(days.value[-21:], forecast.middle) < 0.85 * mae(days.value[-21:], naive(days)[-21:])
    assert band_scores(days.value[-21:], forecast)["coverage_80"] == pytest.approx(0.8, abs=0.04)


def test_a_prior_that_is_right_is_kept() -> None:
    days = simulated(60)
    truth = days.value / np.random.default_rng(1).lognormal(0, 0.02, days.value.shape)
    known = dataclasses.replace(days, prior=truth).known_for(days.last_day)
    assert np.abs(blend_load(known).middle / truth[-1] - 1).mean() < 0.06


@pytest.mark.parametrize(("days", "enough"), [(7, False), (9, True)])
def test_a_week_of_readings_is_needed(days: int, enough: bool) -> None:
    meter = simulated(days)
    known = meter.known_for(meter.last_day)
    if enough:
        assert np.isfinite(blend_load(known).high).all()
    else:
        with pytest.raises(ForecastError, match="5 days of readings, 7 are needed"):
            blend_load(known)


@pytest.mark.parametrize(("meter", "blend"), [(simulated(50), blend_load), (roof(50), blend_pv)], ids=["load", "pv"])
def test_what_comes_after_the_issue_changes_no_bit(meter: MeterDays, blend) -> None:
    day = meter.last_day - dt.timedelta(days=5)
    mine, others = (blend(table.known_for(day)) for table in (meter, other_future(meter, day)))
    for name in ("low", "middle", "high"):
        assert getattr(mine, name).tobytes() == getattr(others, name).tobytes()


def test_readings_that_come_late_are_enough() -> None:
    meter = simulated(60)
    value = meter.value.copy()
    value[-9:] = np.nan
    known = dataclasses.replace(meter, value=value).known_for(meter.last_day)
    assert known.age == 15
    assert mae(meter.value[-1], blend_load(known).middle) < mae(meter.value[-1], meter.prior[-1])


def test_a_shaded_roof_gives_less_than_its_prior_in_the_afternoon_and_nothing_at_night() -> None:
    meter = roof(40, shade=0.5)
    forecast = blend_pv(meter.known_for(meter.last_day))
    prior = meter.prior[-1]
    assert forecast.middle[68] < 0.7 * prior[68]  # 17:00 on the clock, 15:00 UTC
    assert forecast.middle[40] == pytest.approx(prior[40], rel=0.1)
    assert not forecast.high[prior == 0].any()
    assert (forecast.low >= 0).all()
    assert (forecast.high <= 5.0).all()


def test_a_day_without_its_weather_has_no_sun_to_blend() -> None:
    meter = roof(40)
    prior = meter.prior.copy()
    prior[-1] = np.nan
    with pytest.raises(ForecastError, match="neither prior nor readings"):
        blend_pv(dataclasses.replace(meter, prior=prior).known_for(meter.last_day))


def test_the_real_household_is_blended_better_than_last_week(shared: Path) -> None:
    days = household(shared)
    forecast = walked(days, 28, blend_load)
    scores = band_scores(days.value[-28:], forecast)
    assert scores["mae"] < 0.85 * mae(days.value[-28:], naive(days)[-28:])
    assert 0.72 < scores["coverage_80"] < 0.88
