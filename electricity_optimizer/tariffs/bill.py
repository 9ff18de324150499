"""The bill of a site under a tariff over whole local days: every item exact, rounded to the cent once, at the end.

Energy and surcharges are kWh times price, spot the sum of kWh times market price. Standing charges, demand charges and the least charge
are due for the part of a calendar month that the bill covers. VAT is on the sum of all net items of its rate. Exports earn without VAT.
All arithmetic is decimal; a line is rounded half up (half a cent away from zero) and the total is the sum of the rounded lines, so that
a bill can be added up by hand.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from functools import cached_property

import numpy as np
import polars as pl

from electricity_optimizer.tariffs.bill_lines import Category, Flow, Line, lines_of, merged
from electricity_optimizer.tariffs.clock import Clock, days_of_month
from electricity_optimizer.tariffs.component import ZERO
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.peak import month_peak
from electricity_optimizer.tariffs.tariff import Tariff
from electricity_optimizer.tariffs.terms import Terms
from electricity_optimizer.tariffs.usage import Decimals, Usage, read_usage
from electricity_optimizer.timeline import delivery_day

EXACT = Context(prec=100)
STATED = Decimal("1e-30")
"""Exact amounts are stated to this: a third of a month's charge has no last digit."""

CONSUMED: tuple[Category, ...] = ("energy", "surcharge")
NOTHING: Decimals = []
"""Use so far, for a component that has no tiers."""


@dataclass(frozen=True)
class Bill:
    """What is due for the local days `first` to `last`. `months` has the exact amount of each calendar month ("2026-05")."""

    tariff: str
    currency: str
    first: dt.date
    last: dt.date
    lines: tuple[Line, ...]
    months: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """What is to be paid: the sum of the rounded lines."""
        return sum((line.amount for line in self.lines), ZERO)

    def of(self, category: Category) -> Decimal:
        """The rounded lines of one category together; income is negative."""
        return sum((line.amount for line in self.lines if line.category == category), ZERO)


@dataclass(frozen=True, eq=False)
class _Part:
    """Intervals `begin` to `end` (left out) of the usage: days of one calendar month over which the same terms hold."""

    usage: Usage
    terms: Terms
    begin: int
    end: int

    @cached_property
    def clock(self) -> Clock:
        return self.usage.clock.between(self.begin, self.end)

    @property
    def first(self) -> dt.date:
        return delivery_day(self.clock.starts[0], self.clock.tz)

    @property
    def days(self) -> int:
        numbers = self.clock.periods("day")
        return int(numbers[-1] - numbers[0]) + 1


def bill(tariff: Tariff, meter: pl.DataFrame, market: pl.DataFrame | None, tz: str, used_kwh: Decimal = ZERO) -> Bill:
    """The bill for `meter` (start UTC, import_kwh and export_kwh by interval, without gaps, whole local days of `tz`).

    `market` (start UTC, price_eur_mwh) covers it at the same or a coarser resolution, None where the tariff does not follow the market.
    `used_kwh` was imported before the first day in its month, for tiers of a bill that begins within one. A charge on demand counts the
    highest mean of each month's intervals in its windows.
    Raises InputError for a series that is wrong, has a gap or does not cover whole days, for an unknown market price at which energy
    flowed, and for days on which the tariff is not valid.
    """
    usage = read_usage(meter, market, tz, tariff.entry.holidays, used_kwh)
    lines: list[Line] = []
    months: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for part in _parts(tariff, usage):
            found = [line for line in _lines(part) if line.quantity or line.exact]
            month = part.first.strftime("%Y-%m")
            months[month] = months.get(month, ZERO) + sum((line.exact for line in found), ZERO)
            lines += found
        stated = tuple(_stated(line) for line in merged(lines))
        months = {month: amount.quantize(STATED) for month, amount in months.items()}
    first, last = (delivery_day(usage.clock.starts[place], tz) for place in (0, -1))
    return Bill(tariff.entry.key, tariff.entry.currency, first, last, stated, months)


def _stated(line: Line) -> Line:
    quantity = line.quantity.quantize(STATED) if line.unit == "net" else line.quantity
    return replace(line, quantity=quantity, exact=line.exact.quantize(STATED))


def _parts(tariff: Tariff, usage: Usage) -> Iterator[_Part]:
    months = usage.clock.periods("month")
    for stretch in tariff.stretches(usage.clock):
        begin = stretch.begin
        while begin < stretch.end:
            end = begin + int(np.count_nonzero(months[begin : stretch.end] == months[begin]))
            yield _Part(usage, stretch.terms, begin, end)
            begin = end


def _lines(part: _Part) -> Iterator[Line]:
    """The items of a part, VAT and income last."""
    net = [*_energy(part), *_standing(part), *_demand(part)]
    net += _minimum(part, sum((line.exact for line in net), ZERO))
    yield from net
    base, vat = sum((line.exact for line in net), ZERO), part.terms.vat
    if vat:
        yield Line("vat", "vat", f"{(vat * 100).normalize():f} %", base, "net", vat, base * vat)
    yield from _income(part)


def _energy(part: _Part) -> Iterator[Line]:
    imported = part.terms.imported(part.clock)
    usage, span = part.usage, slice(part.begin, part.end)
    flows = {name: Flow(name, part.clock, usage.imported[span], usage.spot[span]) for name in CONSUMED}
    for component in imported.net:
        flow = flows["energy" if component in imported.energy else "surcharge"]
        yield from lines_of(component, flow, usage.use_before(component.period)[span] if component.tiered else NOTHING)


def _income(part: _Part) -> Iterator[Line]:
    """What exports earn, with the sign of an income; an export has the price of the tier that its interval's import has reached."""
    usage, span = part.usage, slice(part.begin, part.end)
    flow = Flow("feed_in", part.clock, [-kwh for kwh in usage.exported[span]], usage.spot[span], climbs=False)
    for component in part.terms.exported(part.clock, part.terms.imported(part.clock)):
        yield from lines_of(component, flow, usage.use_after(component.period)[span] if component.tiered else NOTHING)


def _standing(part: _Part) -> Iterator[Line]:
    days = Decimal(part.days)
    for name, charge in part.terms.standing.items():
        yield Line("standing", name, "", days, "days", None, charge.share(part.first, part.days))


def _minimum(part: _Part, net: Decimal) -> Iterator[Line]:
    """What is missing to the least charge."""
    least = part.terms.minimum
    if least is not None and (short := least.share(part.first, part.days) - net) > 0:
        yield Line("minimum", "minimum charge", part.first.strftime("%Y-%m"), Decimal(part.days), "days", None, short)


def _demand(part: _Part) -> Iterator[Line]:
    share = Decimal(part.days) / days_of_month(part.first)
    for charge in part.terms.demand_charges:
        peak = month_peak(charge, part.clock, part.usage.minutes, part.usage.imported[part.begin : part.end])
        yield Line("demand", charge.name, part.first.strftime("%Y-%m"), peak, "kW", _price(charge), charge.cost(peak) * share)


def _price(charge: DemandCharge) -> Decimal | None:
    return None if charge.above else charge.price_per_kw
