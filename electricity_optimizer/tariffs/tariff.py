"""A tariff: from a market price series to what a kWh costs and earns at one connection.

Import price = (energy + surcharges) x (1 + VAT); VAT is on the whole net price, so a negative net price carries negative VAT.
Amounts are exact decimals and are summed as such; only the price of an interval is a float, rounded to 1e-10 EUR per kWh.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, cast

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.tariffs import FILE, TariffEntry, tariff_entry
from electricity_optimizer.catalog.toml import read_entries
from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.kinds import EnergyKind, FeedInKind, read_fields, read_part
from electricity_optimizer.tariffs.registry import ENERGY, FEED_IN
from electricity_optimizer.timeline import UTC_DTYPE

DECIMALS = 10


class DemandCharge(BaseModel):
    """Price per kW of the highest mean import over `interval_minutes` in a calendar month.

    A plan of one day is charged in full, but only for what it adds above the month's peak so far (`existing_peak_kw` of the problem,
    from the days already settled). Over a month these additions sum to the bill: price x highest peak.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    price_per_kw: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    interval_minutes: Annotated[int, Field(gt=0)] = 15


@dataclass(frozen=True)
class TariffPrices:
    """Prices of one tariff over a market series.

    `frame`: start (UTC), import_eur_kwh and export_eur_kwh (gross; null where unknown), then `<component>_eur_kwh` of the import
    price (net amounts and `vat_eur_kwh`; they sum to import_eur_kwh).
    """

    tariff: str
    currency: str
    frame: pl.DataFrame
    demand_charge: DemandCharge | None


@dataclass(frozen=True)
class Tariff:
    """A tariff with its kinds read. Made by `tariff` or `load_tariffs`."""

    entry: TariffEntry
    energy: EnergyKind
    feed_in: FeedInKind
    demand_charge: DemandCharge | None

    @property
    def surcharge(self) -> Decimal:
        """All grid fees, taxes and levies per kWh before VAT, exact."""
        return sum(self.entry.surcharges.values(), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """VAT as a share of the net price."""
        return self.entry.vat_percent / 100

    def prices(self, market: pl.DataFrame, tz: str) -> TariffPrices:
        """Prices at the intervals of `market` (start UTC, price_eur_mwh), any resolution; `tz` is the site's.

        Raises InputError for a missing or mistyped column, a NaN or an infinity. A null market price stays null in every price that
        depends on the market.
        """
        checked = _checked(market)
        energy = self.energy.components(tz)
        net = pl.sum_horizontal(*energy.values(), ignore_nulls=False) + float(self.surcharge)
        parts = {**energy, **{name: pl.lit(float(amount)) for name, amount in self.entry.surcharges.items()}, "vat": net * float(self.vat)}
        frame = checked.select(
            "start",
            (net * float(1 + self.vat)).round(DECIMALS).alias("import_eur_kwh"),
            self.feed_in.price_expression(tz).round(DECIMALS).alias("export_eur_kwh"),
            *[part.round(DECIMALS).alias(f"{name}_eur_kwh") for name, part in parts.items()],
        )
        return TariffPrices(self.entry.key, self.entry.currency, frame, self.demand_charge)


def tariff(key: str) -> Tariff:
    """A tariff of the packaged catalogue. Raises CatalogError when it is not known or does not fit."""
    return _read(tariff_entry(key), FILE)


def load_tariffs(text: str, where: str) -> dict[str, Tariff]:
    """Tariffs of a person's own TOML `text`; `where` names it in errors. Raises CatalogError naming entry and field."""
    return {key: _read(entry, where) for key, entry in read_entries(text, TariffEntry, where).items()}


def _read(entry: TariffEntry, where: str) -> Tariff:
    place = f"{where} [{entry.key}]"
    charge = entry.demand_charge
    return Tariff(
        entry=entry,
        energy=cast("EnergyKind", read_part(entry.energy, ENERGY, f"{place} energy")),
        feed_in=cast("FeedInKind", read_part(entry.feed_in, FEED_IN, f"{place} feed_in")),
        demand_charge=None if charge is None else read_fields(charge, DemandCharge, f"{place} demand_charge"),
    )


def _checked(market: pl.DataFrame) -> pl.DataFrame:
    for column in ("start", "price_eur_mwh"):
        if column not in market.columns:
            raise InputError("is missing", where=f"market.{column}", remedy="give start (UTC) and price_eur_mwh")
    if market.schema["start"] != UTC_DTYPE:
        raise InputError(f"is {market.schema['start']}", where="market.start", remedy=f"give {UTC_DTYPE}")
    price = market["price_eur_mwh"].cast(pl.Float64)
    if not price.drop_nulls().is_finite().all():
        raise InputError("holds NaN or infinity", where="market.price_eur_mwh", remedy="leave an unknown price null")
    return market.with_columns(price)
