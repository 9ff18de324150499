import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.outlook import GROWTH, extend, growth_of
from electricity_optimizer.forecasting.outlook_inputs import with_estimates
from electricity_optimizer.forecasting.walk import walk_forward

MEMBERS = ("naive", "lear_56")
DAYS = [dt.date(2026, 4, 10) + dt.timedelta(days=k) for k in range(14)]


@pytest.fixture(scope="module")
def day_ahead(market):
    """The forecast of the last day, its table and fits."""
    known, fitted = market.known_for(DAYS[-1]), {}
    *_, first = walk_forward(known, DAYS, members=MEMBERS, history=MemberHistory(), fitted=fitted)
    return known, first, fitted


def width(forecast) -> float:
    return float(np.ptp(forecast.quantiles, axis=0).mean())


def test_an_outlook_goes_on_from_its_own_forecast_with_a_wider_band(day_ahead):
    known, first, fitted = day_ahead
    outlook = extend(known, first, fitted, days=2)
    assert [forecast.horizon_days for forecast in outlook] == [2, 3]
    assert [forecast.day for forecast in outlook] == [DAYS[-1] + dt.timedelta(days=k) for k in (1, 2)]
    assert outlook[0].inputs_missing == ("load", "wind")
    assert width(outlook[0]) == pytest.approx(GROWTH * width(first))
    assert width(outlook[1]) == pytest.approx(GROWTH**2 * width(first))


def test_six_days_with_estimated_inputs_keep_their_fits_and_name_what_was_estimated(day_ahead):
    known, first, fitted = day_ahead
    ahead = [DAYS[-1] + dt.timedelta(days=k) for k in range(1, 7)]
    table, estimated = with_estimates(known, ahead)
    before = dict(fitted)
    outlook = extend(table, first, fitted, days=6, estimated=estimated)
    assert [forecast.horizon_days for forecast in outlook] == [2, 3, 4, 5, 6, 7]
    assert all(set(forecast.members) == set(MEMBERS) for forecast in outlook)
    assert all(forecast.inputs_missing == ("load", "wind") for forecast in outlook)
    assert fitted == before


def test_nothing_known_after_the_day_ahead_changes_an_outlook(day_ahead, market):
    _, first, fitted = day_ahead
    day = DAYS[-1]
    changed = dataclasses.replace(market, price=np.where(np.arange(len(market))[:, None] >= market.row(day), 999.0, market.price))
    outlooks = [extend(table.known_for(day), first, fitted, days=3) for table in (market, changed)]
    for mine, others in zip(*outlooks, strict=True):
        assert mine.point.tobytes() == others.point.tobytes()


def test_a_correction_of_the_day_ahead_stays_in_its_outlook(market):
    known = market.known_for(DAYS[-1])  # a Thursday: the naive of Friday is Thursday
    (first,) = walk_forward(known, DAYS[-1:], members=("naive",))
    (plain,) = extend(known, first, {})
    (moved,) = extend(known, dataclasses.replace(first, point=first.point + 5.0), {})
    assert plain.point == pytest.approx(first.point)
    assert moved.point == pytest.approx(first.point + 10.0)  # 5 of the correction, 5 as the day before is 5 dearer


def test_the_band_widens_as_the_record_of_each_horizon_says_and_never_narrows():
    errors = {1: (10.0, 60), 2: (13.0, 60), 3: (12.0, 60), 4: (30.0, 13), 7: (20.0, 14)}
    grown = growth_of(errors, 7)
    assert grown == pytest.approx({2: 1.3, 3: 1.3, 4: 1.3 * GROWTH, 5: 1.3 * GROWTH**2, 6: 1.3 * GROWTH**3, 7: 2.0})
    assert growth_of({2: (13.0, 60)}, 2) == {2: GROWTH}  # nothing to compare with
