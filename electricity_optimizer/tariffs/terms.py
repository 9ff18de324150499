"""The terms of a tariff that hold over a span of days: an entry or one of its versions with its kinds read."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.tariffs import Part, TariffEntry
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Component
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.kinds import FeedInKind, Imported, RateKind, read_fields, read_part
from electricity_optimizer.tariffs.registry import ENERGY, FEED_IN, SURCHARGE
from electricity_optimizer.tariffs.standing import StandingCharge
from electricity_optimizer.timeline import delivery_days

Days = tuple[dt.date | None, dt.date | None]
"""First and last day, None without end."""

A_YEAR = tuple(delivery_days(dt.date(2019, 1, 1), dt.date(2019, 12, 31)))
"""A year in which every country that is known has a holiday."""

TAKEN = {"import", "export", "vat", "energy", "spot", "markup", "adjustment"}
"""Names of columns and of components of the energy part."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Terms on the local days `first` to `last`, both included; None is without end. Amounts are net, `vat` a share of them."""

    first: dt.date | None
    last: dt.date | None
    vat: Decimal
    energy: RateKind
    surcharges: Mapping[str, RateKind]
    feed_in: FeedInKind
    demand_charges: tuple[DemandCharge, ...]
    standing: Mapping[str, StandingCharge]
    minimum: StandingCharge | None

    def imported(self, clock: Clock) -> Imported:
        """Components of the import price at the intervals of `clock`."""
        energy = self.energy.components(clock, "energy")
        net = [*energy, *(part for name, kind in self.surcharges.items() for part in kind.components(clock, name))]
        return Imported(self.energy, energy, net, self.vat)

    def exported(self, clock: Clock, imported: Imported) -> list[Component]:
        """Components of what an exported kWh earns."""
        return self.feed_in.components(clock, imported)


def read_terms(entry: TariffEntry, place: str) -> tuple[Terms, ...]:
    """The terms of an entry, one after the other; `place` names it in errors. Raises CatalogError naming the field."""
    if entry.holidays is not None and not any(is_holiday(entry.holidays, day) for day in A_YEAR):
        raise CatalogError(
            f"no holiday of '{entry.holidays}' is known", where=f"{place} holidays", remedy="an ISO 3166 country, such as DE"
        )
    entries = list(_versions(entry))
    lasts = [later.valid_from - dt.timedelta(days=1) for later in entry.versions] + [entry.valid_until]
    return tuple(_read(version, last, f"{place} {where}".strip()) for (version, where), last in zip(entries, lasts, strict=True))


def _versions(entry: TariffEntry) -> Iterator[tuple[TariffEntry, str]]:
    """The entry as it is at first and after each of its versions, with the place of the version in errors."""
    yield entry, ""
    for number, version in enumerate(entry.versions):
        changed = {name: value for name in version.model_fields_set if (value := getattr(version, name)) is not None}
        changed |= {name: {**getattr(entry, name), **changed[name]} for name in ("surcharges", "standing") if name in changed}
        entry = entry.model_copy(update=changed)
        yield entry, f"versions.{number}"


def _read(entry: TariffEntry, last: dt.date | None, place: str) -> Terms:
    energy = read_part(entry.energy, ENERGY, f"{place} energy", entry.holidays)
    feed_in = read_part(entry.feed_in, FEED_IN, f"{place} feed_in", entry.holidays)
    first, last = _within((entry.valid_from, last), energy.validity(), place)
    found = Terms(
        first=first,
        last=last,
        vat=entry.vat_percent / 100,
        energy=energy,
        surcharges={
            name: read_part(part, SURCHARGE, f"{place} surcharges.{name}", entry.holidays) for name, part in entry.surcharges.items()
        },
        feed_in=feed_in,
        demand_charges=(*_demand_charges(entry, place), *energy.demand_charges()),
        standing=energy.standing() | {name: _standing(part, f"{place} standing.{name}") for name, part in entry.standing.items()},
        minimum=energy.minimum() if entry.minimum is None else _standing(entry.minimum, f"{place} minimum"),
    )
    _check(found, entry.currency, place)
    return found


def _demand_charges(entry: TariffEntry, place: str) -> list[DemandCharge]:
    several = len(entry.demand_charge) > 1
    return [
        read_fields(part, DemandCharge, f"{place} demand_charge" + f".{number}" * several, entry.holidays)
        for number, part in enumerate(entry.demand_charge)
    ]


def _standing(part: Part, where: str) -> StandingCharge:
    return read_fields(part, StandingCharge, where)


def _within(stated: Days, rate: Days, place: str) -> Days:
    """Days of the entry on which its rate holds too. Raises CatalogError where there are none."""
    first = max((day for day in (stated[0], rate[0]) if day is not None), default=None)
    last = min((day for day in (stated[1], rate[1]) if day is not None), default=None)
    if first is not None and last is not None and last < first:
        raise CatalogError(
            f"the rate holds from {rate[0]} to {rate[1]}, never within it", where=f"{place} valid_from", remedy="correct one"
        )
    return first, last


def _check(terms: Terms, currency: str, place: str) -> None:
    """What is wrong with parts beside one another. Raises CatalogError naming the field."""
    taken = next((name for name in terms.surcharges if name in TAKEN), None)
    if taken is not None:
        raise CatalogError(f"'{taken}' is the name of another component", where=f"{place} surcharges.{taken}", remedy="call it otherwise")
    names = [charge.name for charge in terms.demand_charges]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CatalogError(f"two charges are called '{twice}'", where=f"{place} demand_charge", remedy="give each a name of its own")
    for field, kind in (("energy", terms.energy), ("feed_in", terms.feed_in)):
        if kind.only_in not in {None, currency}:
            what = f"the tariff is in {currency}, prices of kind '{kind.kind}' are in {kind.only_in}"
            raise CatalogError(what, where=f"{place} {field}", remedy=f'currency = "{kind.only_in}", or another kind')
    try:
        terms.feed_in.fits(terms.energy)
    except ValueError as error:
        raise CatalogError(str(error), where=f"{place} feed_in.kind", remedy="correct this field") from None
