"""A site through a year, day after day: by habit, or planned under the prices of a tariff, each day from where the last one left it.

The habits are the baseline of every saving (`settle.BASELINE`), and the same under every tariff. A planned day knows its own load and
sun as they were: a real plan knows forecasts, and misses a little of it (the settlements tell how much). Plans have a gap of 0.1 %.
Where only some weeks are planned, each begins as the planned one before it ended. Under a demand charge a month begins with nine tenths of
the peak of the one before, at first of the habits' (`PEAK_KEPT`): that a month reaches as much is foreseen, and a day that weighs the
whole charge alone takes the solver ten seconds. Peaks so come down month by month, and what they could fall further is not counted.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.replay import Flows, net_import
from electricity_optimizer.sites.bill import side_after, unoptimised
from electricity_optimizer.sites.clock import closing_step
from electricity_optimizer.sites.devices import is_store, worth
from electricity_optimizer.sites.problem import NIGHT_UNTIL, build_problem, overnight_value
from electricity_optimizer.sites.state import Side, SiteState
from electricity_optimizer.sites.year_of_load import LoadYear
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.tariffs.switching.costs import YearTariff
from electricity_optimizer.tariffs.switching.year import HOURS, Array, Usage

GAP = 1e-3
DAY_SECONDS = 3.0
"""What a day may take at most; its best plan until then stands. Only days of machines at the edge of a demand charge come near."""
PEAK_KEPT = 0.9
WEEK = 7

Problem = dict[str, Any]


def usual_year(site: Site, load: LoadYear, prices: TariffPrices) -> Usage:
    """The year of `site` by habit. `prices` only complete the problems: habits do not look at them."""
    meter = _Meter(load)
    state = SiteState.initial(site)
    for index in range(len(load.steps.days)):
        problem = meter.problem(site, index, prices, state)
        usual, flows = unoptimised(site, problem, state.baseline)
        state = replace(state, baseline=meter.read(index, usual, flows))
    return meter.usage


def planned_year(site: Site, load: LoadYear, prices: TariffPrices, stored_value: Array, habits: Usage, every: int = 1) -> Usage:
    """The year of `site` planned under `prices`, or one week of each `every`; `stored_value` is that of `stored_values`.

    A day that cannot be planned (a hard limit that its own load breaks) is not marked as planned.
    """
    meter = _Meter(load)
    state = SiteState.initial(site)
    last_peak = float(habits.import_kwh.max()) / HOURS
    for index, day in enumerate(load.steps.days):
        if index // WEEK % every != every // 2:
            continue
        state = replace(state, value_per_kwh=float(stored_value[max(index - 1, 0)]) if index else None).on(day)
        last_peak = state.optimised.peak_kw or last_peak
        begun = replace(state.optimised, peak_kw=state.optimised.peak_kw or PEAK_KEPT * last_peak)
        problem = meter.problem(site, index, prices, replace(state, optimised=begun))
        answer = schedule(problem, gap=GAP, time_limit=DAY_SECONDS)
        if "devices" in answer:
            state = replace(state, optimised=meter.read(index, problem, answer["devices"], peak_kw=begun.peak_kw))
    return meter.usage


def stored_values(site: Site, load: LoadYear, prices: TariffPrices) -> Array:
    """(days,) what a stored kWh at the terminal is worth at the end of each day, as plans count it."""
    bought = prices.frame["import_eur_kwh"].to_numpy()
    bounds = np.searchsorted(load.steps.day, np.arange(len(load.steps.days) + 1))
    values: list[float] = []
    for day, first, end in zip(load.steps.days, bounds, bounds[1:], strict=False):
        night = closing_step(day, NIGHT_UNTIL, site.tz)
        values.append(overnight_value(bought[first:end].tolist(), night, values[-1] if values else None))
    return np.array(values)


def needs_planning(site: Site, year: YearTariff) -> bool:
    """Whether a plan could cost less than the habits.

    Without movable devices and a sun that may be worth less than nothing it could not. Nor could it at one price all year, without a
    demand charge and a roof: the habits then use the least energy (a room at its lower band, an idle battery), and when does not matter.
    """
    if year.at.flat and not year.charges and not site.devices_of(Roof):
        return False
    return any(not isinstance(device, Roof) or device.curtailable for device in site.devices)


class _Meter:
    """What is read of the days as they pass."""

    def __init__(self, load: LoadYear) -> None:
        self.load = load
        days, steps = len(load.steps.days), len(load.steps.starts)
        self.bounds = np.searchsorted(load.steps.day, np.arange(days + 1))
        self.usage = Usage(np.zeros(steps), np.zeros(steps), np.zeros(days), np.zeros((days, 2)), np.zeros(days, dtype=np.bool_))

    def problem(self, site: Site, index: int, prices: TariffPrices, state: SiteState) -> Problem:
        """The problem of a day, from the rows of the day alone."""
        first, end = self.bounds[index], self.bounds[index + 1]
        day_prices = replace(prices, frame=prices.frame[first:end])
        return build_problem(site, self.load.steps.days[index], prices=day_prices, forecast=self.load.frame[first:end], state=state)

    def read(self, index: int, problem: Problem, flows: Flows, peak_kw: float = 0.0) -> Side:
        """Note the flows of a day and return where they leave the site."""
        read = read_problem(problem)
        net = net_import(read, flows) * HOURS
        first, end = self.bounds[index], self.bounds[index + 1]
        self.usage.import_kwh[first:end], self.usage.export_kwh[first:end] = net.clip(min=0), (-net).clip(min=0)
        items = account(read, flows).items
        self.usage.wear[index] = items["cycling"] + items["startup"]
        after = side_after(problem, flows, peak_kw)
        stores = {device["name"]: device for device in problem["devices"] if is_store(device)}
        begin = {name: device["soc_initial_kwh"] for name, device in stores.items()}
        for column, kept in enumerate((begin, after.stored_kwh)):
            self.usage.stored[index, column] = sum(worth(device) * kept[name] for name, device in stores.items())
        self.usage.planned[index] = True
        return after
