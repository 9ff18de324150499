"""Standing charges: what is due for a day, a month or a year whatever one uses."""

import calendar
import datetime as dt
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from electricity_optimizer.tariffs.clock import days_of_month
from electricity_optimizer.tariffs.component import ZERO, Amount


class StandingCharge(BaseModel):
    """One of `per_day`, `per_month` and `per_year`, net. A part of a month or year costs its share of the days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_day: Amount | None = None
    per_month: Amount | None = None
    per_year: Amount | None = None

    def share(self, first: dt.date, days: int) -> Decimal:
        """What `days` days from `first` cost; they lie in one calendar month."""
        if self.per_day is not None:
            return self.per_day * days
        if self.per_month is not None:
            return self.per_month * days / days_of_month(first)
        return (self.per_year or ZERO) * days / (366 if calendar.isleap(first.year) else 365)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(amount is not None for amount in (self.per_day, self.per_month, self.per_year)) != 1:
            raise ValueError("give one of per_day, per_month and per_year")
        return self
