"""What a year costs under a tariff, by day: energy less feed-in, demand charge, standing charge, and what no bill shows."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import polars as pl

from electricity_optimizer.tariffs.bill import bill
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.prices import DatedCharge, TariffPrices
from electricity_optimizer.tariffs.switching.exposure import Exposure, exposure
from electricity_optimizer.tariffs.switching.year import HOURS, STEP_MINUTES, Array, Usage, YearSteps
from electricity_optimizer.tariffs.tariff import Tariff


@dataclass(frozen=True)
class YearCost:
    """Currency by day of the year. Monthly amounts are spread evenly over the days of their month.

    `energy` is at the price of the first tier where a tariff has tiers; what the others add is `tiers`.
    """

    energy: Array
    tiers: Array
    feed_in: Array
    demand: Array
    standing: Array
    extra: Array

    @property
    def usage(self) -> Array:
        """What depends on when energy is used, without the demand charge: what planning of a day changes."""
        return np.asarray(self.energy + self.tiers - self.feed_in + self.extra)

    @property
    def by_day(self) -> Array:
        """All of it."""
        return np.asarray(self.usage + self.demand + self.standing)

    @property
    def total(self) -> float:
        """The year."""
        return float(self.by_day.sum())

    @property
    def items(self) -> dict[str, float]:
        """The year by item; feed-in is income, so negative."""
        parts = {
            "energy": self.energy + self.tiers,
            "feed_in": -self.feed_in,
            "demand_charge": self.demand,
            "standing_charge": self.standing,
        }
        return {name: float(values.sum()) for name, values in (parts | {"not_on_a_bill": self.extra}).items()}


@dataclass(frozen=True)
class YearTariff:
    """A tariff over a year: its exposure, its demand charges, and by day its standing charge and the value of a stored kWh at the end.

    `tiered` is the tariff itself without charges on anything but energy, where its prices have tiers; null where they have none.
    """

    at: Exposure
    charges: tuple[DatedCharge, ...]
    standing: Array
    stored_value: Array
    holidays: str | None = None
    tiered: Tariff | None = None


def year_tariff(found: Tariff, prices: TariffPrices, steps: YearSteps, *, standing_per_month: Decimal, stored_value: Array) -> YearTariff:
    """`found`, whose `prices` over the year these are. Raises InputError for prices that do not follow the market in a straight line."""
    terms = found.versions[-1]
    components = terms.imported(Clock(steps.starts, steps.tz, prices.holidays, STEP_MINUTES)).net
    energy_alone = Tariff(found.entry, (replace(terms, standing={}, demand_charges=(), minimum=None),))
    return YearTariff(
        at=exposure(found, steps),
        charges=prices.charges,
        standing=standing_by_day(standing_per_month, steps),
        stored_value=stored_value,
        holidays=prices.holidays,
        tiered=energy_alone if any(part.tiered for part in components) else None,
    )


def year_cost(year: YearTariff, spot_eur_mwh: Array, usage: Usage, steps: YearSteps) -> YearCost:
    """The cost of `usage` at the market prices `spot_eur_mwh` by step."""
    energy = steps.by_day(year.at.buy.price(spot_eur_mwh) * usage.import_kwh)
    feed_in = steps.by_day(year.at.sell.price(spot_eur_mwh) * usage.export_kwh)
    return YearCost(
        energy=energy,
        tiers=np.zeros(len(energy)) if year.tiered is None else _tiers(year.tiered, spot_eur_mwh, usage, steps, energy - feed_in),
        feed_in=feed_in,
        demand=demand_by_day(year, usage.import_kwh, steps),
        standing=year.standing,
        extra=usage.off_the_bill(year.stored_value),
    )


def standing_by_day(per_month: Decimal, steps: YearSteps) -> Array:
    """A twelfth of a year's standing charge a month, by day; the 365 days together pay twelve months."""
    return np.full(len(steps.days), float(per_month) * 12 / len(steps.days))


def demand_by_day(year: YearTariff, import_kwh: Array, steps: YearSteps) -> Array:
    """The demand charges of each calendar month, spread over its days; a month that the year cuts in two is one month."""
    of_year = steps.month % 12
    share = 1 / np.maximum(np.bincount(of_year, minlength=12), 1)
    total = np.zeros(len(steps.days))
    for dated in year.charges:
        peaks = month_peaks(dated, year.holidays, import_kwh, steps)
        highest = [peaks[np.arange(len(peaks)) % 12 == month].max(initial=0.0) for month in range(12)]
        total += np.array([float(dated.charge.cost(Decimal(str(peak)))) for peak in highest])[of_year] * share[of_year]
    return total


def month_peaks(dated: DatedCharge, holidays: str | None, import_kwh: Array, steps: YearSteps) -> Array:
    """kW: the highest mean import of each month over the intervals of a demand charge that it counts."""
    size = max(1, dated.charge.interval_minutes // STEP_MINUTES)
    firsts = np.arange(0, len(import_kwh), size)
    counts = dated.active(Clock(steps.starts[::size], steps.tz, holidays, size * STEP_MINUTES))
    means = np.where(counts, np.add.reduceat(import_kwh, firsts) / (size * HOURS), 0.0)
    peaks = np.zeros(int(steps.month.max()) + 1)
    np.maximum.at(peaks, steps.month[steps.day[firsts]], means)
    return peaks


def _tiers(tariff: Tariff, spot_eur_mwh: Array, usage: Usage, steps: YearSteps, at_first_tier: Array) -> Array:
    """What the exact bill of each calendar month adds to the month `at_first_tier`, by day."""
    meter = steps.starts.to_frame().with_columns(
        pl.Series("import_kwh", usage.import_kwh.round(6)), pl.Series("export_kwh", usage.export_kwh.round(6))
    )
    exact = bill(tariff, meter, steps.frame(spot_eur_mwh), steps.tz).months
    counts = np.bincount(steps.month)
    added = np.array([float(exact[month]) for month in sorted(exact)]) - np.bincount(steps.month, weights=at_first_tier)
    return np.asarray((added / counts)[steps.month], dtype=np.float64)
