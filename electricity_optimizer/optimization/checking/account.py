"""What a plan costs, from the problem alone: the items of the bill, the objective, the emissions. numpy only, knows no model."""

from dataclasses import dataclass

import numpy as np

from electricity_optimizer.optimization.checking.peaks import peak_cost
from electricity_optimizer.optimization.checking.replay import Flows, net_import, stored_energy
from electricity_optimizer.optimization.device_fields import Battery, Ev, HeatStore, Load
from electricity_optimizer.optimization.problem import Array, Problem, emission_price, per_step

ITEMS = (
    "import",
    "export",
    "fuel",
    "demand_charge",
    "export_charge",
    "breach",
    "cycling",
    "startup",
    "co2",
    "final_value",
    "optional_value",
)


@dataclass(frozen=True)
class Account:
    """The bill of a plan in the problem's currency; income is negative. `objective` is what was minimised."""

    items: dict[str, float]
    objective: float
    scenario_costs: list[float] | None
    co2_kg: float | None


def account(problem: Problem, flows: Flows) -> Account:
    """The bill of the plan `flows`; with scenarios, import and export are expected values and the objective weighs risk."""
    net, hours = net_import(problem, flows), problem.hours
    bought, sold = np.maximum(net, 0.0) * hours, np.maximum(-net, 0.0) * hours
    items = dict.fromkeys(ITEMS, 0.0)
    _add_devices(problem, flows, items)
    items["co2"] = float(bought @ emission_price(problem))
    items["demand_charge"] = peak_cost(problem.grid.demand_charge, np.maximum(net, 0.0), hours)
    items["export_charge"] = peak_cost(problem.grid.export_charge, np.maximum(-net, 0.0), hours)
    items["breach"] = breach_cost(problem, net)
    chance, imports, exports = _energy(problem, bought, sold)
    items["import"], items["export"] = float(chance @ imports), -float(chance @ exports)
    common = sum(items.values()) - items["import"] - items["export"]
    costs = imports - exports + common
    kilograms = None if problem.co2_intensity is None else float(bought @ per_step(problem.co2_intensity, problem.n)) / 1000.0
    scenario_costs = None if problem.scenarios is None else [float(cost) for cost in costs]
    return Account(items, _objective(problem, chance, costs), scenario_costs, kilograms)


def _energy(problem: Problem, bought: Array, sold: Array) -> tuple[Array, Array, Array]:
    """Probability, cost of import and income of export per scenario (one where none are given)."""
    export_price = per_step(problem.export_price, problem.n)
    scenarios = problem.scenarios
    if scenarios is None:
        return np.ones(1), np.asarray([bought @ np.asarray(problem.import_price)]), np.asarray([sold @ export_price])
    exports = (
        np.asarray(scenarios.export_price) @ sold if scenarios.export_price else np.full(len(scenarios.probability), sold @ export_price)
    )
    return np.asarray(scenarios.probability), np.asarray(scenarios.import_price) @ bought, exports


def _objective(problem: Problem, chance: Array, costs: Array) -> float:
    expected = float(chance @ costs)
    if problem.scenarios is None or problem.scenarios.risk_aversion == 0:
        return expected
    aversion = problem.scenarios.risk_aversion
    return (1 - aversion) * expected + aversion * value_at_tail(chance, costs, problem.scenarios.cvar_alpha)


def value_at_tail(chance: Array, costs: Array, alpha: float) -> float:
    """Conditional value at risk: the mean cost of the worst `1 - alpha` of the scenarios.

    >>> value_at_tail(np.array([0.5, 0.5]), np.array([1.0, 3.0]), 0.5)
    3.0
    """
    over = np.maximum(0.0, costs[:, None] - costs[None, :])
    return float((costs + (chance @ over) / (1 - alpha)).min())


def breach_cost(problem: Problem, net: Array) -> float:
    """What priced soft limits cost a net import in kW: the price per kW over, in each step."""
    grid = problem.grid
    if grid.limits_are == "hard" or grid.breach_price_per_kw is None:
        return 0.0
    over = np.maximum(0.0, net - per_step(grid.import_limit_kw, problem.n, np.inf))
    over += np.maximum(0.0, -net - per_step(grid.export_limit_kw, problem.n, np.inf))
    return float(grid.breach_price_per_kw * over.sum())


def _add_devices(problem: Problem, flows: Flows, items: dict[str, float]) -> None:
    hours, n = problem.hours, problem.n
    for device in problem.devices:
        own = flows[device.name]
        if isinstance(device, Battery | Ev):
            moved = per_step(own["charge_kw"], n) + per_step(own["discharge_kw"], n)
            items["cycling"] += device.cycle_cost_per_kwh * float(moved @ hours)
            if device.final_value_per_kwh:
                items["final_value"] -= device.final_value_per_kwh * float(stored_energy(device, own, hours)[-1])
        elif isinstance(device, Load):
            goes_on = bool(device.ran_steps and own["runs"] and own["runs"][0][0] == 0)
            items["startup"] += device.startup_cost * (len(own["runs"]) - goes_on)
            if device.optional_value is not None and own["runs"]:
                items["optional_value"] -= device.optional_value
        elif isinstance(device, HeatStore):
            for feed in device.feeds:
                if feed.fuel_price is not None:
                    burnt = per_step(own["feeds"][feed.name]["power_kw"], n) * hours
                    items["fuel"] += float(burnt @ per_step(feed.fuel_price, n))
