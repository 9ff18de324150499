"""What energy in a battery is worth while nobody knows the load: the rule by which an inverter acts between two plans.

A plan says how many kW a battery gives at 18:15; the kettle does not know it. What holds whatever the load turns out to be is the worth of
what stays in the battery afterwards, and with it the best that can be done in a quarter hour is arithmetic: cover the load while the
price is above that worth, store the sun while the feed-in is below it. The worth comes from dynamic programming backwards over the known
and forecast prices, with the load as a Markov chain (`need.py`): a house that draws much now goes on doing so for a while.
Bellman 1957; for household batteries e.g. Zurfluh, Zullinger and Boehm 2017 use the same recursion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.catalog.site_devices import Battery
from electricity_optimizer.errors import InputError

Array = NDArray[np.float64]

LEVELS = 200
"""Steps of the level of a battery: 50 Wh of 10 kWh."""

OUT_OF_REACH = 1e9


@dataclass(frozen=True)
class Prices:
    """Of each step, (n,) per kWh; `hours` is the length of a step."""

    bought: Array
    sold: Array
    hours: float = 0.25


@dataclass(frozen=True)
class StoredValue:
    """`worth` (n, K, LEVELS + 1): of each level of the battery after a step in which the load was of class K, in currency."""

    battery: Battery
    prices: Prices
    levels: Array
    worth: Array

    def best(self, step: int, kind: int, stored_kwh: float, need_kw: float) -> tuple[float, float]:
        """Charging and discharging in kW, the best for a site that needs `need_kw` (negative: a surplus) in `step`, of class `kind`."""
        battery, hours = self.battery, self.prices.hours
        low = max(battery.min_kwh - stored_kwh, -battery.discharge_kw * hours / battery.discharge_efficiency)
        high = min(battery.capacity_kwh - stored_kwh, battery.charge_kw * hours * battery.charge_efficiency)
        follows = -need_kw * hours * (battery.charge_efficiency if need_kw < 0 else 1 / battery.discharge_efficiency)
        kinks = np.clip(np.concatenate([self.levels - stored_kwh, [0.0, follows]]), low, high)
        change = np.unique(kinks)
        charge, discharge = _powers(battery, change, hours)
        paid = _paid(need_kw + charge - discharge, self.prices.bought[step], self.prices.sold[step], hours)
        total = paid + battery.cycle_cost_per_kwh * (charge + discharge) * hours
        chosen = int(np.argmin(total - np.interp(stored_kwh + change, self.levels, self.worth[step, kind])))
        return float(charge[chosen]), float(discharge[chosen])


def stored_value(battery: Battery, prices: Prices, need_kw: Array, chance: Array, final_value: float) -> StoredValue:
    """The worth of each level of `battery` after each step.

    `need_kw` (n, K) is what the site draws beyond the battery in each step by class, `chance` (n, K, K) the probability that a class is
    followed by another from the step before to this one, `final_value` what a stored kWh is worth after the last step.
    Raises InputError for shapes that do not fit together.
    """
    steps, kinds = need_kw.shape
    if chance.shape != (steps, kinds, kinds) or prices.bought.shape != (steps,) or prices.sold.shape != (steps,):
        what = f"need_kw is {need_kw.shape}, chance {chance.shape}, prices {prices.bought.shape} and {prices.sold.shape}"
        raise InputError(what, where="stored_value", remedy="give (n, K), (n, K, K) and (n,)")
    levels = np.linspace(battery.min_kwh, battery.capacity_kwh, LEVELS + 1)
    moves, reach = _moves(battery, levels, prices.hours)
    charge, discharge = _powers(battery, moves, prices.hours)
    wear = battery.cycle_cost_per_kwh * (charge + discharge) * prices.hours
    worth = np.empty((steps, kinds, LEVELS + 1))
    after = np.tile(final_value * (levels - battery.min_kwh), (kinds, 1))
    for step in range(steps - 1, -1, -1):
        worth[step] = after
        paid = _paid(need_kw[step][:, None] + charge - discharge, prices.bought[step], prices.sold[step], prices.hours) + wear
        after = chance[step] @ _best_worth(after, paid, reach)
    return StoredValue(battery, prices, levels, worth)


def _best_worth(after: Array, paid: Array, reach: int) -> Array:
    """The worth of each level before a step, (K, levels), from that after it and what each move costs, (K, moves).

    Moves go from `reach` levels down to their end up; outside the battery nothing is worth anything.
    """
    up = paid.shape[1] - 1 - reach
    padded = np.pad(after, ((0, 0), (reach, up)), constant_values=-OUT_OF_REACH)
    windows = np.lib.stride_tricks.sliding_window_view(padded, paid.shape[1], axis=1)
    return np.asarray((windows - paid[:, None, :]).max(axis=2), dtype=np.float64)


def _moves(battery: Battery, levels: Array, hours: float) -> tuple[Array, int]:
    """Changes of the level in kWh that one step may bring, ascending, and how many of them go down."""
    size = levels[1] - levels[0]
    down = int(battery.discharge_kw * hours / battery.discharge_efficiency / size)
    up = int(battery.charge_kw * hours * battery.charge_efficiency / size)
    return np.arange(-down, up + 1) * size, down


def _powers(battery: Battery, change: Array, hours: float) -> tuple[Array, Array]:
    """Charging and discharging at the terminal for changes of the level."""
    charge = np.maximum(change, 0.0) / battery.charge_efficiency / hours
    return charge, np.maximum(-change, 0.0) * battery.discharge_efficiency / hours


def _paid(net_kw: Array, bought: float, sold: float, hours: float) -> Array:
    return np.asarray((np.maximum(net_kw, 0.0) * bought - np.maximum(-net_kw, 0.0) * sold) * hours, dtype=np.float64)
