"""Offers of suppliers as data: prices, terms, bonuses and whom they are made to.

An offer either names a whole tariff of tariffs.toml, or states the supplier's own part only (`energy`): grid fees, levies, VAT, feed-in
and a grid's demand charge belong to the place and stay those of the site's current tariff, whoever supplies.
"""

import datetime as dt
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.catalog.contract import Count, Customer, Money, Notice
from electricity_optimizer.catalog.tariffs import Part, tariff_entry
from electricity_optimizer.catalog.toml import look_up, packaged, read_entries
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import CatalogError

FILE = "suppliers.toml"
Strict = ConfigDict(extra="forbid", frozen=True)


class Bonus(BaseModel):
    """Money paid once, after `after_months` of supply (0: at its beginning); as a rule to new customers only."""

    model_config = Strict

    amount: Money
    after_months: Count = 0
    new_customers_only: bool = True


class Requirements(BaseModel):
    """Whom an offer is made to."""

    model_config = Strict

    smart_meter: bool = False
    min_annual_kwh: Annotated[float, Field(ge=0)] = 0.0
    max_annual_kwh: Annotated[float, Field(gt=0)] | None = None


class Offer(BaseModel):
    """One offer. Amounts are in the currency of the tariff and as billed (with VAT); `energy` is net per kWh, like any tariff part.

    `lead_days` passes between signing and the first day of supply. The price holds until `price_guarantee_until` or for
    `price_guarantee_months` of supply, whichever is later; with neither the supplier may change it at any time. `notice` and
    `minimum_term_months` are those of the new contract. `source` and `as_of` say where the entry is from.
    """

    model_config = Strict

    key: str
    supplier: str
    name: str
    zones: Annotated[tuple[str, ...], Field(min_length=1)]
    customer: Customer = "household"
    tariff: str | None = None
    energy: Part | None = None
    feed_in: Part | None = None
    standing_charge_per_month: Money
    minimum_term_months: Count = 0
    notice: Notice
    lead_days: Count = 7
    price_guarantee_until: dt.date | None = None
    price_guarantee_months: Count = 0
    switching_cost: Money = Field(default=0, validate_default=True)
    bonuses: tuple[Bonus, ...] = ()
    valid_from: dt.date
    valid_until: dt.date | None = None
    requirements: Requirements = Requirements()
    green_percent: Annotated[float, Field(ge=0, le=100)]
    source: str
    as_of: dt.date

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.tariff is None) == (self.energy is None):
            raise ValueError("give either tariff, a key of tariffs.toml, or energy, the supplier's part")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from")
        return self


@cache
def offers() -> dict[str, Offer]:
    """All offers of the packaged catalogue by key."""
    return load_offers(packaged(FILE), FILE)


def load_offers(text: str, where: str) -> dict[str, Offer]:
    """Offers of a person's own TOML `text`; `where` names it in errors.

    Raises CatalogError naming entry and field, for an unknown zone or an unknown tariff too.
    """
    found = read_entries(text, Offer, where)
    for key, entry in found.items():
        try:
            for name in entry.zones:
                zone(name)
            if entry.tariff is not None:
                tariff_entry(entry.tariff)
        except CatalogError as error:
            raise CatalogError(error.what, where=f"{where} [{key}] {error.where}", remedy=error.remedy) from None
    return found


def offer(key: str) -> Offer:
    """One offer. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(offers(), key, "offer")


def offers_in(zone_key: str) -> list[Offer]:
    """The offers of the packaged catalogue in a zone, in the order of the catalogue."""
    return [entry for entry in offers().values() if zone_key in entry.zones]
