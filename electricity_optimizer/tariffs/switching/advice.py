"""The advice: every choice in figures, ranked, one of them recommended, each with its reason in words.

An offer is compared with staying over its first twelve months of supply, with its switching cost and the bonuses that fall due within
them. It is recommended only where that saves enough to be worth the trouble (`TROUBLE`) and where it is cheaper in most of the price
years that might come (`LEAST_CONFIDENCE`); among those that are, the cheapest. Otherwise the advice is to stay.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electricity_optimizer.catalog.contract import Customer
from electricity_optimizer.tariffs.switching.candidates import Candidate
from electricity_optimizer.tariffs.switching.contracts import ONE_DAY, add_months, months_until
from electricity_optimizer.tariffs.switching.priced import PricedYear
from electricity_optimizer.tariffs.switching.year import DAYS, YearSteps, season_distance

TROUBLE: dict[Customer, float] = {"household": 20.0, "business": 250.0}
"""What a change must save in its first twelve months to be worth the letters and the hours, in currency."""
LEAST_CONFIDENCE = 0.75
BREAK_EVEN_YEARS = 2
CENT = 0.005


@dataclass(frozen=True)
class Option:
    """A candidate with its priced year."""

    candidate: Candidate
    year: PricedYear


@dataclass(frozen=True)
class Advice:
    """One choice as it is told. Money in the currency of its tariff; `saving` is that of its first twelve months against staying."""

    candidate: Candidate
    year: PricedYear
    rank: int
    recommended: bool
    first_year_cost: float
    saving: float
    break_even_on: dt.date | None
    confidence: float | None
    months_before: float
    reason: str


def advise(options: Sequence[Option], steps: YearSteps, today: dt.date, customer: Customer = "household") -> list[Advice]:
    """The advice on `options`, staying first among them, best first; `steps` are those of their years."""
    stay = options[0]
    compared = [_Compared(option, stay, steps, today, customer) for option in options]
    ranked = sorted(compared, key=lambda one: (-round(one.saving, 2), one.option.candidate.switch_on is not None, one.option.candidate.key))
    worth = [one for one in ranked if one.worth_it]
    chosen = worth[0] if worth else compared[0]
    return [
        Advice(
            candidate=one.option.candidate,
            year=one.option.year,
            rank=rank,
            recommended=one is chosen,
            first_year_cost=one.first_year_cost,
            saving=one.saving,
            break_even_on=one.break_even_on,
            confidence=one.confidence,
            months_before=months_until(one.option.candidate.switch_on or today, today),
            reason=_reason(one, chosen, ranked),
        )
        for rank, one in enumerate(ranked, 1)
    ]


class _Compared:
    """One option against staying."""

    def __init__(self, option: Option, stay: Option, steps: YearSteps, today: dt.date, customer: Customer) -> None:
        self.option, self.stay, self.steps, self.today, self.customer = option, stay, steps, today, customer
        self.stays = option is stay
        begins = option.candidate.switch_on or today
        one_off = float(option.candidate.paid(begins, add_months(begins, 12)))
        self.saving = stay.year.total - option.year.total - one_off
        dearer = option.year.scenarios + one_off - stay.year.scenarios
        self.confidence = None if self.stays else float((dearer < -CENT).mean())

    @property
    def least_saving(self) -> float:
        """Below it a change is not worth the trouble."""
        return TROUBLE[self.customer]

    @property
    def worth_it(self) -> bool:
        """Whether it may be recommended instead of staying."""
        return self.confidence is not None and self.saving >= self.least_saving and self.confidence >= LEAST_CONFIDENCE

    @property
    def first_year_cost(self) -> float:
        """The 365 days from today: under the old contract until the change, with what is paid and received within them."""
        until = self.today + DAYS * ONE_DAY
        cost = sum(self._day(self.today + k * ONE_DAY) for k in range(DAYS))
        return float(cost) + float(self.option.candidate.paid(self.today, until))

    @property
    def break_even_on(self) -> dt.date | None:
        """The first day from which on all that was saved stays above all that was paid, looked for over two years; null without one."""
        begins = self.option.candidate.switch_on
        if begins is None:
            return None
        ends = add_months(begins, 12 * BREAK_EVEN_YEARS)
        days = [begins + k * ONE_DAY for k in range((ends - begins).days)]
        paid = np.array([float(self.option.candidate.paid(day, day + ONE_DAY)) for day in days])
        saved = np.cumsum([self._at(self.stay, day) - self._at(self.option, day) for day in days] - paid)
        behind = np.flatnonzero(saved < -CENT)
        after = int(behind[-1]) + 1 if len(behind) else 0
        return days[after] if after < len(days) and saved[-1] > CENT else None

    def _day(self, day: dt.date) -> float:
        begins = self.option.candidate.switch_on
        return self._at(self.option if begins is not None and day >= begins else self.stay, day)

    def _at(self, option: Option, day: dt.date) -> float:
        return float(option.year.by_day[_same_date(self.steps, day)])


def _same_date(steps: YearSteps, day: dt.date) -> int:
    """Index of the day of the year of load that has the date of `day`, or of the one nearest to it in the season."""
    for year in (steps.last.year, steps.first.year):
        date = add_months(day, 12 * (year - day.year))
        if steps.first <= date <= steps.last:
            return (date - steps.first).days
    return min(range(len(steps.days)), key=lambda k: season_distance(steps.days[k], day))


def _reason(one: "_Compared", chosen: "_Compared", ranked: Sequence["_Compared"]) -> str:
    """The advice in words, with the numbers that decided it."""
    if one.stays:
        return _stay_reason(one, chosen, ranked)
    currency = one.option.candidate.tariff.entry.currency
    figures = f"{_amount(one.saving, currency)} than staying in its first twelve months"
    if one is chosen:
        begins = one.option.candidate.switch_on
        since = f"ahead from {one.break_even_on} on" if one.break_even_on else "not paid back within two years"
        return f"Switch: it costs {figures}, cheaper in {_share(one)} of the price years; can begin on {begins}, {since}.{_risk(one)}"
    if one.saving < one.least_saving:
        enough = f", and at least {one.least_saving:.0f} {currency} less would be worth the trouble" if one.saving > CENT else ""
        return f"Costs {figures}{enough}.{_risk(one)}"
    if not one.worth_it:
        needed = f"less than the {LEAST_CONFIDENCE:.0%} that make it sure enough"
        return f"Costs {figures}, but is cheaper in only {_share(one)} of the price years, {needed}.{_risk(one)}"
    return f"Costs {figures}, but '{chosen.option.candidate.key}' costs less still.{_risk(one)}"


def _stay_reason(one: "_Compared", chosen: "_Compared", ranked: Sequence["_Compared"]) -> str:
    currency = one.option.candidate.tariff.entry.currency
    if one is not chosen:
        return f"Staying costs {chosen.saving:.0f} {currency} more than '{chosen.option.candidate.key}' in its first twelve months."
    others = [other for other in ranked if not other.stays]
    if not others:
        return "Stay: no offer of the catalogue is made to this site."
    best = others[0]
    name = f"the best offer, '{best.option.candidate.key}', costs"
    if best.saving <= CENT:
        return f"Stay: {name} {_amount(best.saving, currency)} in its first twelve months."
    if best.saving < best.least_saving:
        return f"Stay: {name} {best.saving:.0f} {currency} less, and at least {best.least_saving:.0f} would be worth the trouble."
    return f"Stay: {name} {best.saving:.0f} {currency} less, but in only {_share(best)} of the price years: below {LEAST_CONFIDENCE:.0%}."


def _amount(saving: float, currency: str) -> str:
    if abs(saving) < CENT:
        return f"no more and no less {currency}"
    return f"{abs(saving):.0f} {currency} {'less' if saving > 0 else 'more'}"


def _share(one: "_Compared") -> str:
    return f"{one.confidence or 0.0:.0%}"


def _risk(one: "_Compared") -> str:
    """What a bad and a good year cost, where the price moves."""
    low, high = one.option.year.quantile(0.1), one.option.year.quantile(0.9)
    if high - low < 1:
        return ""
    currency = one.option.candidate.tariff.entry.currency
    return f" A year between {low:.0f} and {high:.0f} {currency} in eight of ten."
