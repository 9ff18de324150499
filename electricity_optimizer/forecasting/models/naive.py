"""The naive forecast everything is measured against, as in epftoolbox.

Tuesday to Friday: the same hour yesterday. Saturday, Sunday and Monday: the same hour a week ago.
Lago, Marcjasz, De Schutter, Weron, Applied Energy 293 (2021) 116983.
"""

import datetime as dt

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.protocol import Fitted


class Naive:
    """The epftoolbox naive as a model; there is nothing to fit."""

    name = "naive"
    refit_days = 1

    def fit(self, known: DayTable, _seed: int, /) -> Fitted:
        """An empty fit."""
        return Fitted(self.name, known.last_day, card={"rule": "Tue-Fri yesterday, Sat-Mon a week ago"})

    def predict(self, _fitted: Fitted, known: DayTable, /) -> Array:
        """Prices of the day that is alike. Raises ForecastError when that day is not known."""
        day = known.last_day
        alike = day - dt.timedelta(days=naive_lag(day))
        prices = known.price_of(alike)
        if not np.isfinite(prices).all():
            raise ForecastError(f"the price of {alike} is not known", where=f"naive {day}", remedy="fetch that day first")
        return prices.copy()
