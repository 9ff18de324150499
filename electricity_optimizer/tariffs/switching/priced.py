"""A year under one tariff: without optimisation, with it, and over price years that might come.

Without: the baseline's habits at the meter, priced exactly. With: planned days priced exactly, the others by the savings model; the demand
charge of a month falls as its peak fell on the planned days. Over price years: the habits' energy is priced exactly at each drawn year,
its savings follow the savings model, demand and standing charges stay. A fixed price that its supplier may change within the year follows
the level (not the shape) of the market from then on, in full: it is the fixed price that somebody would offer then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from electricity_optimizer.tariffs.switching.costs import YearCost, YearTariff, month_peaks, year_cost
from electricity_optimizer.tariffs.switching.drawn_years import DrawnYears
from electricity_optimizer.tariffs.switching.savings_model import Saved, SavingsModel, figures_of, fit_savings
from electricity_optimizer.tariffs.switching.year import Array, Usage, YearSteps


@dataclass(frozen=True)
class PricedYear:
    """A year under one tariff in its currency: `by_day` with optimisation; `scenarios` (n,) the same year at drawn prices."""

    by_day: Array
    unoptimised: float
    items: dict[str, float]
    scenarios: Array
    dynamic: bool
    r_squared: float | None

    @property
    def total(self) -> float:
        """The year with optimisation."""
        return float(self.by_day.sum())

    def quantile(self, level: float) -> float:
        """Of the drawn years."""
        return float(np.quantile(self.scenarios, level))


@dataclass(frozen=True)
class YearAt:
    """What is common to all offers: the steps, their market prices, the habits of the site, and the drawn price years."""

    steps: YearSteps
    spot_eur_mwh: Array
    habits: Usage
    drawn: DrawnYears


def price_year(year: YearAt, tariff: YearTariff, usages: Sequence[Usage], *, repriced_per_kwh: float = 0.0) -> PricedYear:
    """The year under `tariff`, with the best of the `usages` of the site: any of them could be kept to, whatever it was planned for.

    `repriced_per_kwh`: how much a fixed price rises, as a mean over the year, for each currency unit per kWh that the market's level rises
    (0 where the price is guaranteed, 1 + VAT where it may be changed from the first day).
    """
    usual = year_cost(tariff, year.spot_eur_mwh, year.habits, year.steps)
    found = [_with(year, tariff, usual, usage) for usage in usages]
    model, demand, best = min(found, key=lambda one: float((one[1] - one[0].saved.money).sum()))
    scenarios = _scenarios(year, tariff, model) + float((demand + usual.standing + usual.tiers).sum())
    if not tariff.at.dynamic:
        taken = float(year.habits.import_kwh.sum() - model.saved.bought.sum())
        scenarios += repriced_per_kwh / 1000 * taken * year.drawn.shift
    by_day = usual.usage - model.saved.money + demand + usual.standing
    return PricedYear(by_day, usual.total, _items(usual, best, model, demand), scenarios, tariff.at.dynamic, model.r_squared)


def _with(year: YearAt, tariff: YearTariff, usual: YearCost, usage: Usage) -> tuple[SavingsModel, Array, YearCost | None]:
    """What a planned usage saves by day, the demand charge it leaves, and its own cost where every day was planned."""
    best = year_cost(tariff, year.spot_eur_mwh, usage, year.steps)
    if not usage.planned.all():
        best = replace(best, tiers=usual.tiers)  # tiers count by month: some weeks of it say nothing of them
    steps = year.steps
    buy, sell = (steps.means(side.price(year.spot_eur_mwh)) for side in (tariff.at.buy, tariff.at.sell))
    figures = figures_of(buy, sell, steps.month, steps.table(year.habits.import_kwh))
    saved = Saved(
        usual.usage - best.usage,
        steps.by_day(year.habits.import_kwh - usage.import_kwh),
        steps.by_day(usage.export_kwh - year.habits.export_kwh),
    )
    model = fit_savings(saved, usage.planned, figures, steps.month)
    if usage.planned.all():
        return model, best.demand, best
    return model, usual.demand * _peak_ratio(year, tariff, usage), None


def _peak_ratio(year: YearAt, tariff: YearTariff, usage: Usage) -> Array:
    """By day: the month's highest import with optimisation over that of the habits, both over its planned days; 1 where none is."""
    held = usage.planned[year.steps.day]
    ratio = np.ones(len(year.steps.days))
    for dated in tariff.charges:
        taken = (np.where(held, one.import_kwh, 0.0) for one in (year.habits, usage))
        usual, best = (month_peaks(dated, tariff.holidays, one, year.steps) for one in taken)
        ratio = np.divide(best, usual, out=np.ones(len(usual)), where=usual > 0)[year.steps.month]
    return ratio


def _scenarios(year: YearAt, tariff: YearTariff, model: SavingsModel) -> Array:
    """Energy less feed-in of each drawn year, less what optimisation saves in it."""
    steps, at = year.steps, tariff.at
    taken, given = steps.table(year.habits.import_kwh), steps.table(year.habits.export_kwh)
    buy_slope, buy_base = steps.means(at.buy.slope), steps.means(at.buy.base)
    sell_slope, sell_base = steps.means(at.sell.slope), steps.means(at.sell.base)
    extra = float(year.habits.off_the_bill(tariff.stored_value).sum())
    costs = np.empty(len(year.drawn))
    for k in range(len(costs)):
        spot = year.drawn.prices(k) / 1000
        buy, sell = buy_slope * spot + buy_base, sell_slope * spot + sell_base
        saved = model.under(figures_of(buy, sell, steps.month, taken))
        costs[k] = float((taken * buy - given * sell).sum()) + extra - float(saved.sum())
    return costs


def _items(usual: YearCost, best: YearCost | None, model: SavingsModel, demand: Array) -> dict[str, float]:
    """The year by item. Where not every day was planned, energy less feed-in is what the model leaves of it."""
    if best is not None:
        return best.items
    parts = {"energy_less_feed_in": usual.usage - model.saved.money, "demand_charge": demand, "standing_charge": usual.standing}
    return {name: float(values.sum()) for name, values in parts.items()}
