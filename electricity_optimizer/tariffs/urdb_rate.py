"""A rate of OpenEI's US Utility Rate Database with exact amounts: structures of periods and tiers, and tables that say when a period holds.

The record is the one of the API (an item of `items`, or the `urdb_response` of a REopt file), as our source keeps it in its payloads.
A structure is a list of periods, a period a list of tiers, the price of a tier its `rate` and its `adj`. A schedule has twelve rows
(months) of 24 columns (hours of the wall clock) with the number of a period. A bound of 0 or of 1e9 and more is none.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.tariffs.component import ZERO, Amount

ENDLESS = Decimal(10**9)
DOLLAR = {"USA", "PRI", "GUM", "VIR", "ASM", "MNP"}
NOT_BILLED = {
    "coincidentratestructure": "a charge at the peak of the system",
    "demandratchetpercentage": "a peak that is remembered over months",
    "lookbackpercent": "a peak that is remembered over months",
    "fueladjustmentsmonthly": "an adjustment by month",
    "demandreactivepowercharge": "a charge on reactive power",
    "annualmincharge": "a least charge of a year",
}
"""Fields that change a bill and that we do not compute."""

Epoch = Annotated[Amount, Field(ge=-(10**10), le=10**11)]
"""A date as seconds since 1970."""

Row = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=24, max_length=24)]
Table = Annotated[list[Row], Field(min_length=12, max_length=12)]


class UrdbTier(BaseModel):
    """Price per kWh (or kW) up to `max` in `unit`; `adj` comes on top of `rate`, `sell` is paid for what is fed in."""

    model_config = ConfigDict(frozen=True)

    rate: Amount | None = None
    adj: Amount = ZERO
    sell: Amount | None = None
    max: Amount | None = None
    unit: str = ""

    @property
    def price(self) -> Decimal:
        """Rate and adjustment together."""
        return (self.rate or ZERO) + self.adj

    @property
    def bound(self) -> Decimal | None:
        """Where the tier ends; None: it does not."""
        return self.max if self.max and self.max < ENDLESS else None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


Structure = list[Annotated[list[UrdbTier], Field(min_length=1)]]


class UrdbRate(BaseModel):
    """The fields of a rate that prices and bills are made of, named as upstream (in lower case)."""

    model_config = ConfigDict(frozen=True)

    label: str = ""
    name: str = ""
    utility: str = ""
    country: str = "USA"
    startdate: Epoch | None = None
    enddate: Epoch | None = None

    energyratestructure: Annotated[Structure, Field(min_length=1)]
    energyweekdayschedule: Table
    energyweekendschedule: Table

    flatdemandstructure: Structure = Field(default_factory=list)
    flatdemandmonths: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=12)] = Field(default_factory=list)
    flatdemandunit: str = "kW"
    demandratestructure: Structure = Field(default_factory=list)
    demandrateunit: str = "kW"
    demandweekdayschedule: Table | None = None
    demandweekendschedule: Table | None = None
    demandwindow: Amount | None = None

    fixedchargefirstmeter: Amount | None = None
    fixedchargeunits: str = ""
    fixedmonthlycharge: Amount | None = None
    mincharge: Amount | None = None
    minchargeunits: str = ""
    minmonthlycharge: Amount | None = None

    not_billed: tuple[str, ...] = ()
    """Fields of NOT_BILLED that the record states."""

    @property
    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day. A date is midnight somewhere in the United States: the UTC day is the day meant."""
        first, last = (
            None if date is None else dt.datetime.fromtimestamp(int(date), dt.UTC).date() for date in (self.startdate, self.enddate)
        )
        return first, last

    @property
    def used_periods(self) -> list[int]:
        """Periods of energy that the schedules name."""
        return sorted({period for row in self.energyweekdayschedule + self.energyweekendschedule for period in row})

    @model_validator(mode="before")
    @classmethod
    def _as_sent(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        stated = {key.lower(): value for key, value in given.items() if value is not None}
        return {**stated, "not_billed": tuple(field for field in NOT_BILLED if any(_amounts(stated.get(field))))}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for name in ("energy", "demand"):
            structure = getattr(self, f"{name}ratestructure")
            for table in (f"{name}weekdayschedule", f"{name}weekendschedule"):
                _periods_known(table, getattr(self, table) or [], structure)
        _periods_known("flatdemandmonths", [self.flatdemandmonths], self.flatdemandstructure)
        for period in self.used_periods:
            _tiers_known(f"energyratestructure[{period}]", self.energyratestructure[period])
        if self.country not in DOLLAR:
            raise ValueError(f"country {self.country}: its prices are in no currency that the rate names")
        first, last = self.validity
        if first is not None and last is not None and last < first:
            raise ValueError(f"enddate {last} lies before startdate {first}: the rate was replaced before it held")
        return self


def _amounts(value: Any) -> Iterator[float]:
    """Numbers in a field that are not zero, at any depth; bounds of tiers are no amounts."""
    if isinstance(value, dict):
        yield from (number for key in ("rate", "adj") for number in _amounts(value.get(key)))
    elif isinstance(value, list):
        yield from (number for item in value for number in _amounts(item))
    elif isinstance(value, int | float | Decimal) and value:
        yield float(value)


def _periods_known(field: str, rows: list[list[int]], structure: Structure) -> None:
    """A period that a table names must be in its structure; a table without a structure means nothing."""
    unknown = next((period for row in rows for period in row if period >= len(structure)), None) if structure else None
    if unknown is not None:
        raise ValueError(f"{field}: period {unknown} is not in its structure")


def _tiers_known(field: str, tiers: list[UrdbTier]) -> None:
    """Every tier has a rate; bounds are kWh, or kWh a day, and ascending."""
    for place, tier in enumerate(tiers):
        if tier.rate is None:
            raise ValueError(f"{field}[{place}].rate is missing")
        if (tier.unit or "kWh") not in {"kWh", "kWh daily"}:
            raise ValueError(f"{field}[{place}].unit: tiers by '{tier.unit}' are not supported")
    bounds = [tier.bound for tier in tiers[:-1]]
    if None in bounds or sorted(set(bounds), key=lambda bound: bound or ZERO) != bounds:
        raise ValueError(f"{field}: bounds of the tiers must be ascending")
