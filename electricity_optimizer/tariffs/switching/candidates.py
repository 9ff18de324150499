"""Between what a site may choose: its present contract, and every offer that is made to it, with the days and payments of a change."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.suppliers import Bonus, Offer
from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.switching.contracts import add_months, switch_day
from electricity_optimizer.tariffs.switching.offered import held_tariff, offered_tariff
from electricity_optimizer.tariffs.tariff import Tariff, tariff

STAY = "stay"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Payment:
    """Money that moves once: a switching cost, or a bonus (negative)."""

    day: dt.date
    amount: Decimal
    name: str


@dataclass(frozen=True)
class Candidate:
    """One choice. `switch_on` is the first day under it, null for staying; a fixed price is sure until `guaranteed_until`."""

    key: str
    title: str
    tariff: Tariff
    standing_per_month: Decimal
    switch_on: dt.date | None = None
    guaranteed_until: dt.date | None = None
    payments: tuple[Payment, ...] = ()
    offer: Offer | None = None

    @property
    def vat(self) -> Decimal:
        """VAT of its tariff as a share of the net price."""
        return self.tariff.versions[-1].vat

    def paid(self, first: dt.date, until: dt.date) -> Decimal:
        """Sum of the payments from `first` to before `until`."""
        return sum((payment.amount for payment in self.payments if first <= payment.day < until), ZERO)


@dataclass(frozen=True)
class Choice:
    """The candidates, staying first, and why each other offer of the zone is not made to the site."""

    candidates: tuple[Candidate, ...]
    refused: dict[str, str]


def choice(site: Site, offers: Iterable[Offer], *, today: dt.date, annual_kwh: float) -> Choice:
    """What `site`, which takes `annual_kwh` from the grid, may choose `today`."""
    current = held_tariff(tariff(site.tariff), today)
    title = f"{current.entry.name}, with {site.contract.supplier}"
    stated = site.contract.standing_charge_per_month
    standing = standing_per_month(current) if stated is None else stated
    stay = Candidate(STAY, title, current, standing, guaranteed_until=site.contract.guaranteed_until)
    candidates, refused = [stay], dict[str, str]()
    for offer in offers:
        try:
            found = offered_tariff(offer, current, today)
        except InputError as error:  # a faulty offer is told and left out; the others are compared
            refused[offer.key] = str(error)
            continue
        foreign = found.entry.currency != current.entry.currency
        reason = _refusal(offer, site, today, annual_kwh, foreign=foreign)
        if reason is None:
            candidates.append(_candidate(offer, site, found, today))
        else:
            refused[offer.key] = reason
    return Choice(tuple(candidates), refused)


def standing_per_month(found: Tariff) -> Decimal:
    """Standing charges that a tariff states itself, with VAT: a twelfth of what they come to in a year of 365 days."""
    terms = found.versions[-1]
    months = [(dt.date(2027, month, 1), calendar.monthrange(2027, month)[1]) for month in range(1, 13)]
    year = sum((charge.share(first, days) for charge in terms.standing.values() for first, days in months), ZERO)
    return year / 12 * (1 + terms.vat)


def _candidate(offer: Offer, site: Site, found: Tariff, today: dt.date) -> Candidate:
    begins = switch_day(site.contract, today, offer.lead_days)
    guaranteed = add_months(begins, offer.price_guarantee_months) - dt.timedelta(days=1) if offer.price_guarantee_months else None
    cost = [Payment(begins, offer.switching_cost, "switching cost")] if offer.switching_cost else []
    new_customer = offer.supplier != site.contract.supplier
    bonuses = [_bonus(bonus, begins) for bonus in offer.bonuses if new_customer or not bonus.new_customers_only]
    return Candidate(
        offer.key,
        f"{offer.name}, with {offer.supplier}",
        found,
        offer.standing_charge_per_month,
        switch_on=begins,
        guaranteed_until=max((day for day in (guaranteed, offer.price_guarantee_until) if day is not None), default=None),
        payments=(*cost, *bonuses),
        offer=offer,
    )


def _bonus(bonus: Bonus, begins: dt.date) -> Payment:
    """A bonus after a year of supply is due with its last day: it belongs to that year."""
    due = add_months(begins, bonus.after_months) - dt.timedelta(days=1) if bonus.after_months else begins
    return Payment(due, -bonus.amount, "bonus")


def _refusal(offer: Offer, site: Site, today: dt.date, annual_kwh: float, *, foreign: bool) -> str | None:
    """Why an offer is not made to the site; null where it is."""
    asked, contract = offer.requirements, site.contract
    over = asked.max_annual_kwh is not None and annual_kwh > asked.max_annual_kwh
    reasons = (
        (site.zone not in offer.zones, f"not in {site.zone}"),
        (offer.customer != contract.customer, f"for a {offer.customer} only"),
        (today < offer.valid_from, f"not before {offer.valid_from}"),
        (offer.valid_until is not None and today > offer.valid_until, f"ended on {offer.valid_until}"),
        (asked.smart_meter and not contract.smart_meter, "needs a smart meter"),
        (annual_kwh < asked.min_annual_kwh, f"from {asked.min_annual_kwh:.0f} kWh a year"),
        (over, f"up to {asked.max_annual_kwh or 0:.0f} kWh a year"),
        (foreign, "its tariff is in another currency"),
    )
    return next((reason for applies, reason in reasons if applies), None)
