"""A rate of the US Utility Rate Database as typed data: structures of periods and tiers, and the tables that say when a period holds.

A structure is a list of periods, a period a list of tiers; the full price of a tier is its rate and its adjustment. A schedule has
twelve rows (months) of 24 columns (hours of the local clock) with the number of a period, once for weekdays and once for weekends.
REopt files carry the same structure as `urdb_response`, with 0 or a huge number as the bound of the last tier.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.timeline import UTC

NAME = "openei-urdb"
ENDLESS = 1e9
"""A tier that ends here or later, or at 0, does not end."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Price = Annotated[float, Field(strict=True, ge=-1e6, le=1e6)]
Period = Annotated[int, Field(strict=True, ge=0)]
Month = Annotated[list[Period], Field(min_length=24, max_length=24)]
Schedule = Annotated[list[Month], Field(min_length=12, max_length=12)]


class Tier(BaseModel):
    """Price per kWh (or kW) up to `max` in `unit`; `adj` comes on top of `rate`, `sell` is paid for what is fed in."""

    model_config = ConfigDict(frozen=True)

    rate: Price | None = None
    adj: Price | None = None
    sell: Price | None = None
    max: Number | None = None
    unit: str | None = None

    @property
    def price(self) -> Decimal | None:
        """Rate and adjustment together, exactly; null where the rate is missing."""
        return None if self.rate is None else Decimal(repr(self.rate)) + Decimal(repr(self.adj or 0.0))

    @property
    def bound(self) -> float | None:
        """Where the tier ends; null: it does not."""
        return self.max if self.max and self.max < ENDLESS else None


Structure = list[Annotated[list[Tier], Field(min_length=1)]]


class Rate(BaseModel):
    """One rate, fields named as upstream (in lower case). Dates are epoch seconds that mean a day and no instant."""

    model_config = ConfigDict(frozen=True)

    label: str = ""
    name: str = ""
    utility: str = ""
    approved: bool = True
    startdate: Number | None = None
    enddate: Number | None = None
    revisions: list[Number] = Field(default_factory=list)
    country: str = "USA"
    servicetype: str = ""
    energycomments: str = ""

    energyratestructure: Annotated[Structure, Field(min_length=1)]
    energyweekdayschedule: Schedule
    energyweekendschedule: Schedule

    flatdemandstructure: Structure = Field(default_factory=list)
    flatdemandmonths: list[Period] = Field(default_factory=list)
    flatdemandunit: str = "kW"
    demandratestructure: Structure = Field(default_factory=list)
    demandrateunit: str = "kW"
    demandweekdayschedule: Schedule | None = None
    demandweekendschedule: Schedule | None = None
    coincidentratestructure: Structure = Field(default_factory=list)
    coincidentrateunit: str = "kW"
    demandwindow: Number | None = None
    demandratchetpercentage: list[Number] = Field(default_factory=list)
    lookbackpercent: Number | None = None
    lookbackrange: Number | None = None

    fixedchargefirstmeter: Price | None = None
    fixedchargeunits: str = ""
    fixedmonthlycharge: Price | None = None
    mincharge: Price | None = None
    minchargeunits: str = ""
    minmonthlycharge: Price | None = None
    annualmincharge: Price | None = None

    @property
    def first_day(self) -> dt.date | None:
        """First day of validity; null where it is not stated."""
        return None if self.startdate is None else _instant(self.startdate).date()

    @property
    def last_day(self) -> dt.date | None:
        """Last day of validity; null where there is none. Before `first_day` for a rate replaced from its first day on."""
        return None if self.enddate is None else _instant(self.enddate).date()

    @property
    def revised_at(self) -> dt.datetime | None:
        """When upstream last touched the rate."""
        return _instant(self.revisions[-1]) if self.revisions else None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the rate is in force on `day`."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)

    @property
    def place(self) -> str:
        """Where an error about this rate lies."""
        return f"{NAME} {self.label}".strip()

    @property
    def called(self) -> str:
        """The rate for people: label, name and utility, as far as they are known."""
        return " ".join(part for part in (self.label, f"'{self.name}'" if self.name else "", self.utility) if part) or "without a name"


def rate_of(item: Mapping[str, Any]) -> Rate:
    """The typed rate. Raises SchemaChangedError naming the field that is missing, no number, or at odds with another."""
    try:
        rate = Rate.model_validate({key.lower(): value for key, value in item.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise SchemaChangedError(f"{_path(first['loc'])}: {first['msg']}", where=_where(item)) from None
    _check_schedule(rate, "energyweekdayschedule", rate.energyweekdayschedule, "energyratestructure")
    _check_schedule(rate, "energyweekendschedule", rate.energyweekendschedule, "energyratestructure")
    _check_schedule(rate, "demandweekdayschedule", rate.demandweekdayschedule, "demandratestructure")
    _check_schedule(rate, "demandweekendschedule", rate.demandweekendschedule, "demandratestructure")
    _check_tiers(rate)
    return rate


def _check_tiers(rate: Rate) -> None:
    """Every tier of a period that is used has a rate, and all are per kWh."""
    for period in sorted({number for month in rate.energyweekdayschedule + rate.energyweekendschedule for number in month}):
        for place, tier in enumerate(rate.energyratestructure[period]):
            field = f"energyratestructure[{period}][{place}]"
            if tier.rate is None:
                raise SchemaChangedError(f"{field}.rate is missing", where=rate.place)
            if not (tier.unit or "kWh").startswith("kWh"):
                raise SchemaChangedError(f"{field}.unit: '{tier.unit}' is not per kWh", where=rate.place)


def _check_schedule(rate: Rate, name: str, schedule: Sequence[Sequence[int]] | None, structure: str) -> None:
    """A period that a schedule names must be in its structure; a schedule without a structure means nothing and is left alone."""
    known = len(getattr(rate, structure))
    for month, hours in enumerate(schedule or () if known else ()):
        for hour, period in enumerate(hours):
            if period >= known:
                raise SchemaChangedError(f"{name}[{month}][{hour}]: period {period} is not in {structure}", where=rate.place)


def _where(item: Mapping[str, Any]) -> str:
    return f"{NAME} {item.get('label', '')}".strip()


def _path(places: Sequence[int | str]) -> str:
    return "".join(f"[{place}]" if isinstance(place, int) else f".{place}" if at else place for at, place in enumerate(places))


def _instant(seconds: float) -> dt.datetime:
    """A date is midnight somewhere in the United States, 05:00 to 10:00 UTC: the UTC day is the day meant."""
    try:
        return dt.datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise SchemaChangedError(f"{seconds:g} is no date in epoch seconds", where=NAME) from None
