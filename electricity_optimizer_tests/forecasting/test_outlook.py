import datetime as dt

import numpy as np

from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.outlook import extend
from electricity_optimizer.forecasting.walk import walk_forward

MEMBERS = ("naive", "lear_56")
DAYS = [dt.date(2026, 4, 10) + dt.timedelta(days=k) for k in range(14)]


def test_an_outlook_goes_on_from_its_own_forecast_with_a_wider_band(market):
    known, history, fitted = market.known_for(DAYS[-1]), MemberHistory(), {}
    *_, first = walk_forward(known, DAYS, members=MEMBERS, history=history, fitted=fitted)
    outlook = extend(known, first, fitted, days=2)
    assert [forecast.horizon_days for forecast in outlook] == [2, 3]
    assert [forecast.day for forecast in outlook] == [DAYS[-1] + dt.timedelta(days=k) for k in (1, 2)]
    assert outlook[0].inputs_missing == ("load", "wind")
    widths = [np.ptp(forecast.quantiles, axis=0).mean() for forecast in (first, *outlook)]
    assert widths[0] < widths[1] < widths[2]
    assert history.get(outlook[0].day, "ensemble") is None
