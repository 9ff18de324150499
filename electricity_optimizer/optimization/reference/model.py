"""The joint Pyomo model: one connection, every device, one objective (energy, demand, wear, starts, fuel, emissions, end values).

This is the readable reference of the mathematics and the place to try a constraint. The fast path (`program/`) is held to it by a test
on every case. Importing this module imports pyomo, which costs seconds: nothing that plans does so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pe

from electricity_optimizer.optimization.problem import Array, Problem, price_rows
from electricity_optimizer.optimization.reference.connection import Connection
from electricity_optimizer.optimization.reference.devices.battery import BatteryPart
from electricity_optimizer.optimization.reference.devices.ev import EvPart
from electricity_optimizer.optimization.reference.devices.heat_pump import HeatPumpPart
from electricity_optimizer.optimization.reference.devices.heat_store import HeatStorePart
from electricity_optimizer.optimization.reference.devices.load import LoadPart
from electricity_optimizer.optimization.reference.devices.part import Part, Slack, rows
from electricity_optimizer.optimization.reference.devices.pv import PvPart

PARTS: dict[str, Any] = {
    "battery": BatteryPart,
    "ev": EvPart,
    "pv": PvPart,
    "load": LoadPart,
    "heat_pump": HeatPumpPart,
    "heat_store": HeatStorePart,
}


@dataclass
class Model:
    """The Pyomo model with its parts."""

    pyomo: Any
    parts: dict[str, Part]
    connection: Connection

    @property
    def slacks(self) -> list[Slack]:
        """Variables by which soft limits are missed."""
        return [*self.connection.slacks, *(slack for part in self.parts.values() for slack in part.slacks)]


def build(problem: Problem) -> Model:
    """The model of `problem`."""
    model = pe.ConcreteModel()
    model.devices = pe.Block(range(len(problem.devices)))
    parts: dict[str, Part] = {}
    for index, device in enumerate(problem.devices):
        part = PARTS[device.type](problem, model.devices[index])
        part.build(device)
        parts[device.name] = part
    _link_loads(parts)
    model.grid = pe.Block()
    connection = Connection(problem, model.grid, parts)
    common = connection.cost + sum(part.cost for part in parts.values())
    model.cost = pe.Objective(expr=_objective(problem, model, common))
    return Model(model, parts, connection)


def _link_loads(parts: Mapping[str, Part]) -> None:
    for part in parts.values():
        if isinstance(part, LoadPart) and part.load.after is not None:
            first = parts[part.load.after]
            assert isinstance(first, LoadPart)
            part.follow(first)


def _objective(problem: Problem, model: Any, common: Any) -> Any:
    """Expected cost, blended with the conditional value at risk (Rockafellar and Uryasev, 2000) where risk counts."""
    chance, bought, sold = price_rows(problem)
    expected = _energy(problem, model, chance @ bought, chance @ sold) + common
    scenarios = problem.scenarios
    if scenarios is None or scenarios.risk_aversion == 0:
        return expected
    count, aversion = len(chance), scenarios.risk_aversion
    model.at_risk = pe.Var()
    model.excess = pe.Var(range(count), domain=pe.NonNegativeReals)
    tail = rows(model, "tail")
    for s in range(count):
        tail.add(model.excess[s] + model.at_risk - _energy(problem, model, bought[s], sold[s]) - common >= 0)
    worst = model.at_risk + sum(float(chance[s]) / (1 - scenarios.cvar_alpha) * model.excess[s] for s in range(count))
    return (1 - aversion) * expected + aversion * worst


def _energy(problem: Problem, model: Any, bought: Array, sold: Array) -> Any:
    hours, grid = problem.hours, model.grid
    return sum(float(bought[k] * hours[k]) * grid.imported[k] - float(sold[k] * hours[k]) * grid.exported[k] for k in range(problem.n))
