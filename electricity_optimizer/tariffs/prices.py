"""Prices of a tariff over a market series, and what a plan over some of its intervals is told of the demand charge."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.demand import DemandCharge, Flags


@dataclass(frozen=True)
class DatedCharge:
    """A demand charge with VAT on its price and the local days on which it holds, both included; None is without end."""

    charge: DemandCharge
    first: dt.date | None
    last: dt.date | None

    def continues(self, before: "DatedCharge") -> bool:
        """Whether it is the same charge as `before` and begins where that one ends."""
        next_day = None if before.last is None else before.last + dt.timedelta(days=1)
        return next_day is not None and self.first == next_day and self.charge == before.charge

    def active(self, clock: Clock) -> Flags:
        """Whether each interval counts."""
        days = clock.days
        held = np.ones(len(days), dtype=np.bool_)
        if self.first is not None:
            held &= (days >= self.first).to_numpy()
        if self.last is not None:
            held &= (days <= self.last).to_numpy()
        return held & self.charge.active(clock)


@dataclass(frozen=True)
class TariffPrices:
    """Prices of one tariff over a market series.

    `frame`: start (UTC), import_eur_kwh and export_eur_kwh (gross, in `currency` whatever the column is called; null where unknown),
    then `<component>_eur_kwh` of the import price (net amounts and `vat_eur_kwh`; they sum to import_eur_kwh).
    `charges` are all demand charges that may count; `tz` and `holidays` are the clock and country that their windows go by.
    """

    tariff: str
    currency: str
    frame: pl.DataFrame
    charges: tuple[DatedCharge, ...] = ()
    tz: str = "UTC"
    holidays: str | None = None

    @property
    def demand_charge(self) -> DemandCharge | None:
        """The demand charge, with VAT, of the intervals of `frame`. Raises InputError where several count: a plan knows one."""
        clock = Clock.of(self.frame["start"], self.tz, self.holidays)
        found = self._counting(clock, np.ones(len(clock.starts), dtype=np.bool_))
        return None if found is None else found[0]

    def demand_problem(self, starts: pl.Series, step_minutes: int, existing_peak_kw: float) -> dict[str, Any] | None:
        """`grid.demand_charge` of a problem of contracts/schedule_problem with steps at `starts` (UTC); None for a tariff without one.

        A peak is of one month: only steps in the month of the first one count, those of a look-ahead into the next do not. Where no step
        counts (a weekend, a summer), neither does any in `active`. Of a charge in blocks the price is that of the block that
        `existing_peak_kw` lies in. Raises InputError where several charges count in that month's steps and none is `planned`, and for
        steps that do not fit the charge's intervals.
        """
        if not self.charges:
            return None
        clock = Clock(starts, self.tz, self.holidays, step_minutes)
        months = clock.periods("month")
        charge, active = self._counting(clock, months == months[0]) or (self.charges[0].charge, np.zeros(len(starts), dtype=np.bool_))
        if charge.interval_minutes % step_minutes:
            what = f"demand charge '{charge.name}' is measured over {charge.interval_minutes} min, steps are {step_minutes} min"
            raise InputError(what, where=f"tariff {self.tariff}", remedy="plan in steps that divide it")
        told = {
            "price_per_kw": float(charge.price_at(existing_peak_kw)),
            "existing_peak_kw": existing_peak_kw,
            "interval_steps": charge.interval_minutes // step_minutes,
        }
        return told if active.all() else told | {"active": active.tolist()}

    def _counting(self, clock: Clock, among: Flags) -> tuple[DemandCharge, Flags] | None:
        """The one charge that counts on the intervals `among` those of `clock`, and where; of several the planned one."""
        counting = [(dated.charge, active) for dated in self.charges if (active := dated.active(clock) & among).any()]
        if len(counting) < 2:
            return counting[0] if counting else None
        planned = [pair for pair in counting if pair[0].planned]
        if len(planned) == 1:
            return planned[0]
        names = ", ".join(f"'{charge.name}' at {charge.price_per_kw} per kW" for charge, _ in counting)
        raise InputError(
            f"{len(counting)} demand charges count at these times ({names}); a plan knows one",
            where=f"tariff {self.tariff}",
            remedy="ask for the times of one of them, or mark one as planned (planned_demand of a URDB rate)",
        )
