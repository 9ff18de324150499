"""What the members forecast on past days: from it come the weights, the residuals and the bands.

A forecast enters once and is never changed. Actual prices are not kept here: they are read from what is known on the day that asks.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.days import HOURS, Array, DayTable
from electricity_optimizer.forecasting.quantiles import COLUMNS, LEVELS, MEDIAN

SCHEMA = pl.Schema({"day": pl.Date, "hour": pl.Int64, "model": pl.String, "price": pl.Float64})


class MemberHistory:
    """Point forecasts by day and model, each (24,) local hours, and the quantiles (19, 24) of the models that give them."""

    def __init__(self) -> None:
        self._days: dict[dt.date, dict[str, Array]] = {}
        self._fans: dict[dt.date, dict[str, Array]] = {}

    def add(self, day: dt.date, model: str, hourly: Array, fan: Array | None = None) -> None:
        """Remember the forecast of `model` for `day`, and its quantiles if it has any; what is already there stays."""
        self._days.setdefault(day, {}).setdefault(model, hourly)
        if fan is not None:
            self._fans.setdefault(day, {}).setdefault(model, fan)

    def get(self, day: dt.date, model: str) -> Array | None:
        """The forecast of `model` for `day`, None when it made none."""
        return self._days.get(day, {}).get(model)

    def fan(self, day: dt.date, model: str) -> Array | None:
        """The quantiles of `model` for `day`, None when it gave none."""
        return self._fans.get(day, {}).get(model)

    def rows(self) -> Iterator[tuple[dt.date, str, Array]]:
        """Every forecast, in the order of days and of entering."""
        for day in sorted(self._days):
            for model, hourly in self._days[day].items():
                yield day, model, hourly

    def residuals(self, model: str, known: DayTable, days: int) -> Array:
        """Actual minus forecast of `model`, (days, 24), for the `days` before the last day of `known`; NaN where either is missing."""
        past = _days_to(known.last_day, days)[:-1]
        residuals: Array = np.array([known.price_of(day) for day in past]) - self.forecasts(model, known.last_day, days)[:-1]
        return residuals

    def forecasts(self, model: str, last: dt.date, days: int) -> Array:
        """Forecasts of `model` for the `days` before `last` and `last` itself, (days + 1, 24); NaN where there is none."""
        unknown = np.full(HOURS, np.nan)
        return np.array([self._days.get(day, {}).get(model, unknown) for day in _days_to(last, days)])

    def fans(self, model: str, last: dt.date, days: int) -> Array:
        """Quantiles of `model` for the `days` before `last` and `last` itself, (days + 1, 19, 24); NaN where there are none."""
        unknown = np.full((len(LEVELS), HOURS), np.nan)
        return np.array([self._fans.get(day, {}).get(model, unknown) for day in _days_to(last, days)])

    def frame(self) -> pl.DataFrame:
        """One row an hour: day, hour, model, price."""
        parts = [pl.DataFrame({"day": day, "hour": range(HOURS), "model": name, "price": values}) for day, name, values in self.rows()]
        return pl.concat(parts).cast(SCHEMA) if parts else SCHEMA.to_frame()

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, models: Sequence[str] | None = None) -> "MemberHistory":
        """The history in rows of day, hour 0..23, model, price (as `frame` gives it) and, where known, the quantiles q05 ... q95.

        A day with a missing hour is left out.
        """
        history = cls()
        wanted = frame if models is None else frame.filter(pl.col("model").is_in(list(models)))
        for day, name, values in _whole_days(wanted, ["price"]):
            history.add(day, name, values[0])
        if set(COLUMNS) <= set(wanted.columns):
            for day, name, values in _whole_days(wanted.drop_nulls(COLUMNS[0]), COLUMNS):
                history.add(day, name, values[MEDIAN], values)
        return history


def _whole_days(frame: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[dt.date, str, Array]]:
    """Each day and model with all its hours, and the columns `names` of it (names, 24)."""
    every_hour = list(range(HOURS))
    days = frame.sort("hour").group_by("day", "model", maintain_order=True).agg("hour", *names)
    for day, name, hours, *values in days.iter_rows():
        if hours == every_hour:
            yield day, name, np.array(values)


def _days_to(last: dt.date, days: int) -> list[dt.date]:
    return [last - dt.timedelta(days=back) for back in range(days, -1, -1)]
