"""The terms of a rate as records: what each tier of energy, feed-in and demand costs, and what is due whatever one uses.

Nothing is expanded here. `unit` begins with what the price is per; what the columns have no room for follows after a semicolon
("USD/kW; flat, months 6-8; ratchet 80 %"). A date that the rate does not state is 1970-01-01 or 2100-01-01.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.parts.urdb_rate import NAME, Rate, Structure
from electricity_optimizer.sources.records import TariffTermRecord
from electricity_optimizer.timeline import range_bounds

CURRENCY = "USD"
NO_START = dt.date(1970, 1, 1)
NO_END = dt.date(2099, 12, 31)


class Term(NamedTuple):
    """A term before it has dates; `key` tells it from the others of its rate."""

    key: str
    term: str
    price: float | None
    unit: str
    period: int = 0
    tier: int = 0
    tier_max: float | None = None
    tier_unit: str | None = None


def term_records(rate: Rate, area: str, tz: str, version: int) -> list[TariffTermRecord]:
    """The terms of `rate` over its validity, days being those of `tz`; none for a rate that was replaced from its first day on."""
    first, last = rate.first_day or NO_START, rate.last_day or NO_END
    if last < first:
        return []
    start, end = range_bounds(first, last, tz)
    entry = source(NAME)
    return [
        TariffTermRecord(
            series_id=f"{NAME}:{area}:tariff_terms:none:{term.key}:{CURRENCY}",
            start_utc=start,
            end_utc=end,
            source=NAME,
            area=area,
            delivery_date=first,
            term=term.term,
            period=term.period,
            tier=term.tier,
            tier_max=term.tier_max,
            tier_unit=term.tier_unit,
            price=term.price,
            unit=term.unit,
            currency=CURRENCY,
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=version,
        )
        for term in (*_energy(rate), *_demand(rate), *_standing(rate))
    ]


def _energy(rate: Rate) -> Iterator[Term]:
    yield from _tiers("energy", "energy", rate.energyratestructure, "USD/kWh", "kWh")
    for term in _tiers("sell", "sell", rate.energyratestructure, "USD/kWh", "kWh"):
        sold = rate.energyratestructure[term.period][term.tier].sell
        if sold is not None:
            yield term._replace(price=sold)


def _demand(rate: Rate) -> Iterator[Term]:
    more = _ratchet(rate)
    for term in _tiers("demand-flat", "demand", rate.flatdemandstructure, f"USD/{rate.flatdemandunit}; flat", rate.flatdemandunit):
        months = _months([month for month, period in enumerate(rate.flatdemandmonths, 1) if period == term.period])
        yield term._replace(unit=f"{term.unit}{months}{more}")
    unit = f"USD/{rate.demandrateunit}; time of use{more}"
    yield from _tiers("demand", "demand", rate.demandratestructure, unit, rate.demandrateunit)
    unit = f"USD/{rate.coincidentrateunit}; at the peak of the system{more}"
    yield from _tiers("demand-coincident", "demand", rate.coincidentratestructure, unit, rate.coincidentrateunit)


def _tiers(key: str, term: str, structure: Structure, unit: str, usual: str) -> Iterator[Term]:
    for period, tiers in enumerate(structure):
        for place, tier in enumerate(tiers):
            price = None if tier.price is None else float(tier.price)
            yield Term(f"{key}-{period}-{place}", term, price, unit, period, place, tier.bound, tier.unit or usual)


def _standing(rate: Rate) -> Iterator[Term]:
    """What is due whatever one uses; `fixedmonthlycharge` and its like are the fields of versions before 4."""
    stated = (
        ("fixed", "fixed", rate.fixedchargefirstmeter, _per(rate.fixedchargeunits)),
        ("fixed-month", "fixed", rate.fixedmonthlycharge, "USD/month"),
        ("minimum", "minimum", rate.mincharge, _per(rate.minchargeunits)),
        ("minimum-month", "minimum", rate.minmonthlycharge, "USD/month"),
        ("minimum-year", "minimum", rate.annualmincharge, "USD/year"),
    )
    return (Term(key, term, price, unit) for key, term, price, unit in stated if price is not None)


def _per(units: str) -> str:
    """Units as sent, "$/month" as "USD/month"; upstream sometimes names a charge and not how often it is due."""
    return units.replace("$", CURRENCY) if units else f"{CURRENCY}; how often is not stated"


def _ratchet(rate: Rate) -> str:
    """Over what a demand is measured and how long it is remembered, as far as the rate says; shares of the peak in percent."""
    share = max([*rate.demandratchetpercentage, rate.lookbackpercent or 0.0])
    notes = [f"window {rate.demandwindow:g} min"] if rate.demandwindow else []
    notes += [f"ratchet {share * 100 if share <= 1 else share:g} %"] if share else []
    notes += [f"over {rate.lookbackrange:g} months"] if rate.lookbackrange else []
    return "".join(f"; {note}" for note in notes)


def _months(months: list[int]) -> str:
    """Months in which a period holds as ", months 1-5 10"; empty where the rate does not date it."""
    runs = [[month for _, month in run] for _, run in groupby(enumerate(months), key=lambda pair: pair[1] - pair[0])]
    text = " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f", months {text}" if text else ""
