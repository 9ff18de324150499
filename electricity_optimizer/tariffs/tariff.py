"""A tariff: from a market price series to what a kWh costs and earns at one connection.

Import price = (energy + surcharges) x (1 + VAT); VAT is on the whole net price, so a negative net price carries negative VAT.
Amounts are exact decimals; only the price of an interval is a float, rounded to 1e-10 per kWh. A series that crosses a change of the
tariff has each version's prices in its time, by local days.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from electricity_optimizer.catalog.tariffs import FILE, TariffEntry, tariff_entry
from electricity_optimizer.catalog.toml import read_entries
from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import ZERO, Component, Floats
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.prices import DatedCharge, TariffPrices
from electricity_optimizer.tariffs.series import checked_market
from electricity_optimizer.tariffs.terms import Terms, read_terms

DECIMALS = 10


class Stretch(NamedTuple):
    """The intervals `begin` to `end` (left out) of a series, which the same terms hold over."""

    begin: int
    end: int
    terms: Terms


@dataclass(frozen=True, eq=False)
class UseSoFar:
    """`kwh` used in the period in which `series` begins; later periods begin with nothing used."""

    series: Clock
    kwh: float

    def at(self, component: Component, clock: Clock) -> Floats:
        """Use so far at the intervals of `clock`, a part of the series."""
        if self.kwh == 0 or not component.tiered:
            return np.zeros(len(clock.starts))
        return np.where(clock.periods(component.period) == self.series.periods(component.period)[0], self.kwh, 0.0)


@dataclass(frozen=True, eq=False)
class Tariff:
    """A tariff with its kinds read, one after the other in time. Made by `tariff`, `load_tariffs` or `urdb_tariff`."""

    entry: TariffEntry
    versions: tuple[Terms, ...]

    @property
    def demand_charge(self) -> DemandCharge | None:
        """The first demand charge of its latest version, net; None where it has none."""
        charges = self.versions[-1].demand_charges
        return charges[0] if charges else None

    @property
    def vat(self) -> Decimal:
        """VAT of its latest version, as a share of the net price."""
        return self.versions[-1].vat

    def terms_on(self, day: dt.date) -> Terms:
        """The terms on the local `day`. Raises InputError naming tariff and day where it is not valid."""
        for terms in reversed(self.versions):
            if terms.first is None or terms.first <= day:
                if terms.last is not None and day > terms.last:
                    raise self._not_valid(day, f"it held until {terms.last}")
                return terms
        raise self._not_valid(day, f"it begins on {self.versions[0].first}")

    def stretches(self, clock: Clock) -> Iterator[Stretch]:
        """The series of `clock` cut where the terms change. Raises InputError where the tariff is not valid on one of its days."""
        days = clock.days
        begin = 0
        while begin < len(days):
            terms = self.terms_on(days[begin])
            end = len(days) if terms.last is None else int(days.search_sorted(terms.last, side="right"))
            yield Stretch(begin, end, terms)
            begin = end

    def prices(self, market: pl.DataFrame, tz: str, used_kwh: float = 0.0) -> TariffPrices:
        """Prices at the intervals of `market` (start UTC ascending, price_eur_mwh), any resolution; `tz` is the site's.

        Tiers: `used_kwh` is the import so far in the day or month, whichever they count over, in which the series begins; each interval
        of it has the price of the tier that the next kWh falls into, those of later days or months the price of their first tier.
        Raises InputError for a missing or mistyped column, a NaN or an infinity, an order that is not ascending, a day on which the
        tariff is not valid, and a window that begins inside an interval. A null market price stays null in every price that depends on
        the market.
        """
        checked = checked_market(market)
        if not (math.isfinite(used_kwh) and used_kwh >= 0):
            raise InputError(f"{used_kwh} is no use so far", where="used_kwh", remedy="give kWh since the period began, 0 or more")
        clock = Clock.of(checked["start"], tz, self.entry.holidays)
        price = checked["price_eur_mwh"].cast(pl.Float64).fill_null(math.nan).to_numpy()
        cuts = list(self.stretches(clock)) or [Stretch(0, 0, self.versions[-1])]
        use = UseSoFar(clock, used_kwh)
        frames = [_priced(terms, clock.between(begin, end), price[begin:end], use) for begin, end, terms in cuts]
        return TariffPrices(self.entry.key, self.entry.currency, _one_frame(frames), self._charges(), tz, self.entry.holidays)

    def _charges(self) -> tuple[DatedCharge, ...]:
        """Demand charges with VAT; one that goes on unchanged into the next version is one."""
        found: list[DatedCharge] = []
        for terms in self.versions:
            for charge in terms.demand_charges:
                dated = DatedCharge(charge.gross(terms.vat), terms.first, terms.last)
                before = next((old for old in found if dated.continues(old)), None)
                if before is not None:
                    found.remove(before)
                    dated = replace(dated, first=before.first)
                found.append(dated)
        return tuple(found)

    def _not_valid(self, day: dt.date, why: str) -> InputError:
        return InputError(f"is not valid on {day}: {why}", where=f"tariff {self.entry.key}", remedy="take a tariff or version of that day")


@cache
def tariff(key: str) -> Tariff:
    """A tariff of the packaged catalogue. Raises CatalogError when it is not known or does not fit."""
    return read_tariff(tariff_entry(key), FILE)


def load_tariffs(text: str, where: str) -> dict[str, Tariff]:
    """Tariffs of a person's own TOML `text`; `where` names it in errors. Raises CatalogError naming entry and field."""
    return {key: read_tariff(entry, where) for key, entry in read_entries(text, TariffEntry, where).items()}


def read_tariff(entry: TariffEntry, where: str) -> Tariff:
    """A tariff of an entry made elsewhere; `where` names its file in errors. Raises CatalogError naming the field."""
    return Tariff(entry, read_terms(entry, f"{where} [{entry.key}]"))


def urdb_tariff(record: Mapping[str, Any], key: str, **fields: Any) -> Tariff:
    """A tariff of a rate record as OpenEI's API sends it (an item of `items`), for instance from a payload of our source.

    `fields` are those of the `urdb` kind (leave_out, planned_demand, demand_minutes) and `holidays` ("US": they count as weekends).
    Exports earn what the rate says, or nothing. Raises CatalogError naming the field that is missing, wrong or not billed.
    """
    rest = {name: value for name, value in fields.items() if name != "holidays"}
    energy = {"kind": "urdb", "rate": dict(record), **rest}
    entry = TariffEntry(key=key, name=str(record.get("name", key)), currency="USD", vat_percent=ZERO, energy=energy)
    entry = entry.model_copy(update={"holidays": fields.get("holidays")})
    found = read_tariff(entry, "rate")
    if not found.versions[0].energy.sells:
        return found
    return read_tariff(entry.model_copy(update={"feed_in": {"kind": "urdb"}}), "rate")


def _priced(terms: Terms, clock: Clock, market: Floats, use: UseSoFar) -> pl.DataFrame:
    """Prices over intervals that the same terms hold over."""
    imported = terms.imported(clock)
    net = [part.floats(clock, market, use.at(part, clock)) for part in imported.net]
    earned = [part.floats(clock, market, use.at(part, clock)) for part in terms.exported(clock, imported)]
    total = reduce(add, net)
    columns = {
        "import_eur_kwh": total * float(1 + terms.vat),
        "export_eur_kwh": reduce(add, earned),
        **{f"{part.name}_eur_kwh": price for part, price in zip(imported.net, net, strict=True)},
        "vat_eur_kwh": total * float(terms.vat),
    }
    frame = pl.DataFrame({"start": clock.starts, **{name: price.round(DECIMALS) for name, price in columns.items()}})
    return frame.fill_nan(None) if np.isnan(market).any() else frame


def _one_frame(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """The frames one below the other; a component that terms do not have costs nothing in their time."""
    if len(frames) == 1:
        return frames[0]
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    whole = [frame.with_columns(pl.lit(0.0).alias(name) for name in names if name not in frame.columns) for frame in frames]
    return pl.concat([frame.select(names) for frame in whole])
