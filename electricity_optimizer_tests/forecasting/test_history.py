import datetime as dt

import numpy as np

from electricity_optimizer.forecasting.history import MemberHistory

DAY = dt.date(2026, 5, 4)


def test_a_forecast_once_made_is_never_changed():
    history = MemberHistory()
    history.add(DAY, "naive", np.zeros(24))
    history.add(DAY, "naive", np.ones(24))
    assert history.get(DAY, "naive").tolist() == [0.0] * 24


def test_it_goes_through_a_frame_and_back_and_drops_days_with_holes():
    history = MemberHistory()
    for back in range(3):
        history.add(DAY - dt.timedelta(days=back), "naive", np.arange(24.0) + back)
    history.add(DAY, "lear_56", np.ones(24))
    frame = history.frame()
    again = MemberHistory.from_frame(frame.sample(fraction=1, shuffle=True, seed=1))
    assert again.frame().sort("day", "model", "hour").equals(frame.sort("day", "model", "hour"))
    assert MemberHistory.from_frame(frame.tail(-1), ["naive"]).get(DAY, "lear_56") is None
    assert len(MemberHistory.from_frame(frame.tail(-1)).frame()) == len(frame) - 24
    assert MemberHistory().frame().is_empty()


def test_residuals_are_actual_minus_forecast_of_the_days_before(market):
    history = MemberHistory()
    day = dt.date(2026, 4, 1)
    history.add(day - dt.timedelta(days=1), "naive", np.zeros(24))
    residuals = history.residuals("naive", market.known_for(day), 3)
    assert np.isnan(residuals[:2]).all()
    assert residuals[2].tolist() == market.price_of(day - dt.timedelta(days=1)).tolist()


def test_quantiles_of_a_member_are_kept_beside_its_point():
    history, fan = MemberHistory(), np.arange(19.0)[:, None] * np.ones(24)
    history.add(DAY, "network", np.zeros(24), fan)
    history.add(DAY, "network", np.zeros(24), fan + 1)
    fans = history.fans("network", DAY, 2)
    assert fans.shape == (3, 19, 24)
    assert np.isnan(fans[:2]).all()
    assert (fans[2] == fan).all()
    assert history.fan(DAY, "naive") is None


def test_forecasts_of_the_days_before_and_the_day_itself():
    history = MemberHistory()
    history.add(DAY, "naive", np.ones(24))
    forecasts = history.forecasts("naive", DAY, 1)
    assert np.isnan(forecasts[0]).all()
    assert forecasts[1].tolist() == [1.0] * 24
