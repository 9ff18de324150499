"""The supplier advice of one site: its year under every offer, with and without its devices planned, and whether a change pays."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.catalog.suppliers import Offer
from electricity_optimizer.sites.planned_year import needs_planning, planned_year, stored_values, usual_year
from electricity_optimizer.sites.year_of_load import LoadYear
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.tariffs.switching.advice import Advice, Option, advise
from electricity_optimizer.tariffs.switching.candidates import Candidate, choice
from electricity_optimizer.tariffs.switching.contracts import ONE_DAY, add_months
from electricity_optimizer.tariffs.switching.costs import YearTariff, year_tariff
from electricity_optimizer.tariffs.switching.drawn_years import draw_years
from electricity_optimizer.tariffs.switching.priced import YearAt, price_year
from electricity_optimizer.tariffs.switching.year import Usage, YearSteps, price_days, year_prices

ALIKE = 0.03
"""Currency per kWh by which two tariffs may lie apart, all year long, to be planned once."""
SAME = 1e-6


@dataclass(frozen=True)
class Told:
    """What the figures rest on: how the year was known, price years drawn, plans made, and offers that are not made to the site."""

    load: dict[str, int]
    price_days_known: int
    price_days_drawn_from: int
    price_years: int
    planned_days: int
    plans: int
    refused: dict[str, str]


@dataclass(frozen=True)
class SupplierAdvice:
    """The choices of a site, best first, and what they rest on."""

    site: str
    today: dt.date
    choices: list[Advice]
    told: Told


@dataclass(frozen=True)
class _Terms:
    """A candidate with its tariff over the year."""

    candidate: Candidate
    prices: TariffPrices
    year: YearTariff


def advise_site(
    site: Site, load: LoadYear, market: pl.DataFrame, offers: Sequence[Offer], *, today: dt.date, every: int = 1
) -> SupplierAdvice:
    """Advice for `site` on `today`, from a year of its load and `market` (start UTC, resolution_minutes, price_eur_mwh).

    The `market` should hold the year of `load`, and more years where they are known: price years are drawn from all of it. One week of each
    `every` is planned. Raises InputError where prices are too few or a tariff is not valid.
    """
    steps = load.steps
    known = price_days(market, site.tz)
    spot, days_known = year_prices(known, market, steps)
    current = choice(site, (), today=today, annual_kwh=0.0).candidates[0]
    habits = usual_year(site, load, current.tariff.prices(spot, site.tz))
    found = choice(site, offers, today=today, annual_kwh=float(habits.import_kwh.sum()))
    terms = [_terms(site, load, spot, candidate) for candidate in found.candidates]
    usages = _plans(site, load, terms, habits, every)
    year = YearAt(steps, spot["price_eur_mwh"].to_numpy(), habits, draw_years(known, steps.days))
    options = [Option(one.candidate, price_year(year, one.year, usages, repriced_per_kwh=_repriced(one.candidate, today))) for one in terms]
    planned = max((int(usage.planned.sum()) for usage in usages if usage is not habits), default=0)
    told = Told(load.told, days_known, len(known.days), len(year.drawn), planned, len(usages) - 1, found.refused)
    return SupplierAdvice(site.key, today, advise(options, steps, today, site.contract.customer), told)


def _terms(site: Site, load: LoadYear, spot: pl.DataFrame, candidate: Candidate) -> _Terms:
    prices = candidate.tariff.prices(spot, site.tz)
    standing, value = candidate.standing_per_month, stored_values(site, load, prices)
    year = year_tariff(candidate.tariff, prices, load.steps, standing_per_month=standing, stored_value=value)
    return _Terms(candidate, prices, year)


def _plans(site: Site, load: LoadYear, terms: Sequence[_Terms], habits: Usage, every: int) -> list[Usage]:
    """The habits, and a year planned for each tariff that is not much like one planned before."""
    usages, planned_for = [habits], list[_Terms]()
    for one in terms:
        if needs_planning(site, one.year) and not any(_alike(one, other) for other in planned_for):
            planned_for.append(one)
            usages.append(planned_year(site, load, one.prices, one.year.stored_value, habits, every))
    return usages


def _alike(one: _Terms, other: _Terms) -> bool:
    """Whether import and export prices lie apart by one small amount each all year, at the same demand charges.

    A plan for the one is then all but the best for the other: the amounts count only for the energy that plans differ in, losses mostly.
    """
    apart = [(one.prices.frame[name] - other.prices.frame[name]).to_numpy() for name in ("import_eur_kwh", "export_eur_kwh")]
    constant = all(float(np.ptp(difference)) < SAME and float(np.abs(difference).max()) < ALIKE for difference in apart)
    return constant and one.prices.charges == other.prices.charges


def _repriced(candidate: Candidate, today: dt.date) -> float:
    """1 + VAT times the share of the first twelve months in which the supplier may change a fixed price."""
    begins = candidate.switch_on or today
    ends = add_months(begins, 12)
    sure_until = begins if candidate.guaranteed_until is None else min(max(candidate.guaranteed_until + ONE_DAY, begins), ends)
    return float(1 + candidate.vat) * (ends - sure_until).days / (ends - begins).days


def steps_before(site: Site, today: dt.date) -> YearSteps:
    """The 365 days before `today`."""
    return YearSteps(today - 365 * ONE_DAY, today - ONE_DAY, site.tz)
