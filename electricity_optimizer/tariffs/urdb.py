"""A rate of OpenEI's US Utility Rate Database as a tariff: energy by period and tier, fixed and least charges, demand charges, validity.

The tiers' use is counted over the calendar month whatever the period (as on a utility's bill; SAM counts each period for itself), and a
bound per day grows with the days of the month (as in SAM). Schedules know weekdays and weekends: public holidays go with the weekend
where the tariff names the country of its holidays, else they are the weekdays they fall on.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from electricity_optimizer.catalog.tariffs import urdb_record
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import ZERO, Component, Ladder, Tier
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.kinds import RateKind
from electricity_optimizer.tariffs.standing import StandingCharge
from electricity_optimizer.tariffs.urdb_demand import demand_charges
from electricity_optimizer.tariffs.urdb_rate import NOT_BILLED, UrdbRate, UrdbTier
from electricity_optimizer.tariffs.windows import Schedule

HOURS = tuple(range(0, 24 * 60, 60))
PER = {"$/day": "per_day", "$/month": "per_month", "$/year": "per_year"}

Amounts = Literal["rate", "adj", "sell"]


class Urdb(RateKind):
    """A rate by its `label` among the records of the catalogue (catalog/urdb), or as a record of its own (`rate`).

    What a rate states and we cannot bill (NOT_BILLED) is refused unless `leave_out` names the field. `planned_demand` names the demand
    charge that a plan knows where several count at a time. `demand_minutes` is for a rate that does not state its demand window.
    """

    only_in: ClassVar[str | None] = "USD"

    rate: UrdbRate
    leave_out: tuple[str, ...] = ()
    planned_demand: str | None = None
    demand_minutes: int = 15

    def components(self, clock: Clock, name: str) -> list[Component]:
        """Energy, and the adjustments where there are any."""
        found = [self._component(clock, name, "rate")]
        adjusted = any(tier.adj for period in self.rate.used_periods for tier in self.rate.energyratestructure[period])
        return [*found, self._component(clock, "adjustment", "adj")] if adjusted else found

    @property
    def sells(self) -> bool:
        """Whether every tier of a period in use has a selling price."""
        return all(tier.sell is not None for period in self.rate.used_periods for tier in self.rate.energyratestructure[period])

    def sold(self, clock: Clock) -> list[Component]:
        """What the rate pays for exports; of the tier that the next imported kWh would have."""
        return [self._component(clock, "feed_in", "sell")]

    def standing(self) -> dict[str, StandingCharge]:
        """The fixed charge of the first meter."""
        rate = self.rate
        stated = {"fixed_charge": (rate.fixedchargefirstmeter, rate.fixedchargeunits), "fixed_month": (rate.fixedmonthlycharge, "$/month")}
        return {name: _due(amount, units, "fixedchargeunits") for name, (amount, units) in stated.items() if amount}

    def minimum(self) -> StandingCharge | None:
        """The least charge, of a month or by the day."""
        rate = self.rate
        if rate.mincharge:
            return _due(rate.mincharge, rate.minchargeunits, "minchargeunits")
        return StandingCharge(per_month=rate.minmonthlycharge) if rate.minmonthlycharge else None

    def demand_charges(self) -> tuple[DemandCharge, ...]:
        """The charges on the highest demand of the month, one for each period that costs anything."""
        return self.charges

    @cached_property
    def charges(self) -> tuple[DemandCharge, ...]:
        """The demand charges; the one that is planned marked."""
        found = demand_charges(self.rate, self.demand_minutes)
        names = [charge.name for charge in found]
        if self.planned_demand is not None and self.planned_demand not in names:
            raise ValueError(f"planned_demand '{self.planned_demand}' is none of its demand charges: {', '.join(names) or 'it has none'}")
        return tuple(charge.model_copy(update={"planned": charge.name == self.planned_demand}) for charge in found)

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day of the rate."""
        return self.rate.validity

    @cached_property
    def schedule(self) -> Schedule:
        """Number of the period; holidays as weekends."""
        days = [self.rate.energyweekdayschedule] * 5 + [self.rate.energyweekendschedule] * 3
        return Schedule(HOURS, np.array(days).swapaxes(0, 1))

    def _component(self, clock: Clock, name: str, amounts: Amounts) -> Component:
        ladders = tuple(_ladder(f"period {number}", tiers, amounts) for number, tiers in enumerate(self.rate.energyratestructure))
        return Component(name, ladders, self.schedule.at(clock, f"rate {self.rate.label}"))

    @model_validator(mode="before")
    @classmethod
    def _by_label(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "rate" in given or "label" not in given:
            return given
        return {**{key: value for key, value in given.items() if key != "label"}, "rate": urdb_record(str(given["label"]))}

    @model_validator(mode="after")
    def _billed(self) -> Self:
        left = next((field for field in self.rate.not_billed if field not in self.leave_out), None)
        if left is not None:
            raise ValueError(
                f'the rate has {left} ({NOT_BILLED[left]}), which is not billed here; write leave_out = ["{left}"] to do without'
            )
        _ = self.charges, self.standing(), self.minimum()
        return self


def _ladder(label: str, tiers: Sequence[UrdbTier], amounts: Amounts) -> Ladder:
    """The last tier has no end, even where the record states one: what lies above would have no price."""
    prices: list[Decimal] = [getattr(tier, amounts) or ZERO for tier in tiers]
    steps = [Tier(tier.bound, price) for tier, price in zip(tiers[:-1], prices[:-1], strict=True)]
    return Ladder(label, (*steps, Tier(None, prices[-1])), by_day=any(tier.unit == "kWh daily" for tier in tiers))


def _due(amount: Any, units: str, field: str) -> StandingCharge:
    if units not in PER:
        raise ValueError(f"{field} '{units}' does not say how often the charge is due; write one of {', '.join(PER)}")
    return StandingCharge.model_validate({PER[units]: amount})
