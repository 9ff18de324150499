"""Demand charges: a price per kW of the highest mean import of a calendar month, at all times or in windows of them."""

from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import ZERO
from electricity_optimizer.tariffs.windows import Schedule, Window, union

PricePerKw = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Above(BaseModel):
    """Another price per kW for what lies above `kw`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kw: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    price_per_kw: PricePerKw


class DemandCharge(BaseModel):
    """Price per kW of the highest mean import over `interval_minutes` in a calendar month, counting the times of `windows` (none: all).

    A plan of one day is charged in full, but only for what it adds above the month's peak so far (`existing_peak_kw` of the problem,
    from the days already settled). Over a month these additions sum to the bill: price x highest peak. A tariff may have several
    charges at a time; a plan knows one, so one of them is `planned` and a bill has them all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "demand"
    price_per_kw: PricePerKw
    interval_minutes: Annotated[int, Field(gt=0, le=60)] = 15
    windows: tuple[Window, ...] = ()
    above: tuple[Above, ...] = ()
    planned: bool = False

    @cached_property
    def schedule(self) -> Schedule:
        """1 where the charge counts."""
        return union(self.windows)

    def active(self, clock: Clock) -> Flags:
        """Whether each interval counts. Raises InputError where a window begins inside an interval."""
        return self.schedule.at(clock, f"demand charge '{self.name}'").astype(np.bool_)

    def gross(self, vat: Decimal) -> "DemandCharge":
        """The charge with VAT on its prices."""
        above = tuple(step.model_copy(update={"price_per_kw": step.price_per_kw * (1 + vat)}) for step in self.above)
        return self.model_copy(update={"price_per_kw": self.price_per_kw * (1 + vat), "above": above})

    def price_at(self, peak_kw: float) -> Decimal:
        """What one more kW costs above a peak of `peak_kw`."""
        return next((step.price_per_kw for step in reversed(self.above) if step.kw <= peak_kw), self.price_per_kw)

    def cost(self, peak_kw: Decimal) -> Decimal:
        """What a peak of `peak_kw` costs in a whole month, exactly."""
        edges = [ZERO, *(step.kw for step in self.above), None]
        prices = [self.price_per_kw, *(step.price_per_kw for step in self.above)]
        blocks = (
            (min(peak_kw, peak_kw if end is None else end) - begin, price)
            for (begin, end), price in zip(pairwise(edges), prices, strict=True)
            if begin is not None
        )
        return sum((kw * price for kw, price in blocks if kw > 0), ZERO)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if any(later.kw <= step.kw for step, later in pairwise(self.above)):
            raise ValueError("above must be ascending in kw")
        if 60 % self.interval_minutes:
            raise ValueError(f"interval_minutes {self.interval_minutes} does not divide an hour")
        cut = next((edge for window in self.windows for pair in window.hours for edge in pair if edge % self.interval_minutes), None)
        if cut is not None:
            raise ValueError(f"windows begin or end inside an interval of {self.interval_minutes} min")
        return self
