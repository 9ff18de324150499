"""A structure: what problems of one kind share. Laid out once, kept, and filled with the numbers of each problem.

Two problems have one structure when they differ in numbers only: prices, loads, forecasts, limits, levels, efficiencies. Number of
steps, kinds of devices, windows of jobs, and which steps need decisions make another one.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Battery, Ev, HeatPump, HeatStore, Load
from electricity_optimizer.optimization.problem import Array, Problem, per_step, price_rows
from electricity_optimizer.optimization.program.connection import Connection, directed, peak_charges
from electricity_optimizer.optimization.program.heat import HeatStorePart
from electricity_optimizer.optimization.program.job import BlockPart, PiecesPart
from electricity_optimizer.optimization.program.layout import NONE, Ints, Layout
from electricity_optimizer.optimization.program.near import Nearness
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.order import JobOrder
from electricity_optimizer.optimization.program.part import Part, Steps
from electricity_optimizer.optimization.program.risk import EnergyCost, risk_counts
from electricity_optimizer.optimization.program.store import StorePart, levels_of
from electricity_optimizer.optimization.program.sun import PvPart
from electricity_optimizer.optimization.program.warmth import HeatPumpPart

Modes = Mapping[str, Steps]
"""Steps in which a store might move both ways at once, by its name."""

TIE = 2e-7
"""Weight of ties among whole-number decisions, in kWh at the highest price."""

PARTS: dict[str, Any] = {"battery": StorePart, "ev": StorePart, "pv": PvPart, "heat_pump": HeatPumpPart, "heat_store": HeatStorePart}


class Structure:
    """The parts of a kind of problem and where their columns, rows and entries lie."""

    def __init__(self, problem: Problem, modes: Modes) -> None:
        """Lay everything out."""
        layout = Layout()
        self.parts: dict[str, Part] = {}
        for device in problem.devices:
            kind: Any = PARTS.get(device.type) or (PiecesPart if getattr(device, "interruptible", False) else BlockPart)
            self.parts[device.name] = kind(layout, device, problem, modes.get(device.name, Steps()))
        self.order = JobOrder(
            layout, problem, {name: part for name, part in self.parts.items() if isinstance(part, BlockPart | PiecesPart)}
        )
        self.connection = Connection(layout, problem, self.parts)
        self.energy = EnergyCost(layout, problem, self.connection)
        self.nearness = Nearness(layout, problem, self.parts)
        self._lay_cap(layout)
        self.pattern = layout.pattern()

    def _lay_cap(self, layout: Layout) -> None:
        """A row for the sum of all that soft limits are missed by; free until a least miss is known."""
        short = [part.short for part in self.parts.values() if isinstance(part, StorePart)]
        self.slacks = np.concatenate([NONE, *short, *(over for over, _ in self.connection.soft.values())])
        self.cap = layout.add_rows(1 if len(self.slacks) else 0)
        self._cap_values = layout.add_entries(np.repeat(self.cap, len(self.slacks)), self.slacks)

    def fill(self, problem: Problem) -> Program:
        """The program of one problem of this structure."""
        program = Program(self.pattern)
        for device in problem.devices:
            self.parts[device.name].fill(program, device, problem)
        self.order.fill(program)
        self.connection.fill(program, problem, [self.parts[device.name].most(device, problem) for device in problem.devices])
        self.energy.fill(program, problem)
        self.nearness.fill(program, problem)
        program.value[self._cap_values] = program.missed[self.slacks]
        program.early *= TIE * _highest_price(problem)
        return program

    def read(self, x: Array, problem: Problem) -> dict[str, dict[str, Any]]:
        """Flows of each device in the words of the answer."""
        return {device.name: self.parts[device.name].read(x, device, problem) for device in problem.devices}

    def marginal_price(self, dual: Array, problem: Problem) -> Array:
        """What one more kWh of load costs in each step, from the duals of the rows."""
        return dual[self.connection.balance] / problem.hours

    def pairs(self, problem: Problem) -> tuple[Ints, Ints]:
        """Columns of which at most one may be above zero, side by side."""
        found = [self.parts[device.name].pairs(device, problem) for device in problem.devices]
        return np.concatenate([NONE, *(one for one, _ in found)]), np.concatenate([NONE, *(other for _, other in found)])

    @property
    def choices(self) -> list[Ints]:
        """Sets of whole-number columns of which at most one is chosen, in the order of time."""
        return [choice for part in self.parts.values() for choice in part.choices]

    def both_ways(self, x: Array, problem: Problem) -> dict[str, tuple[int, ...]]:
        """Stores that move energy both ways at once, and the steps in which they do."""
        found = {device.name: self.parts[device.name].both_ways(x, device, problem) for device in problem.devices}
        return {name: steps for name, steps in found.items() if steps}


class Structures:
    """The structures met last, so that the next problem of a kind only brings its numbers."""

    def __init__(self, most: int = 64) -> None:
        self.most, self._kept = most, OrderedDict[object, Structure]()

    def of(self, problem: Problem, modes: Modes) -> Structure:
        """The structure of `problem`."""
        key = structure_key(problem, modes)
        if key not in self._kept:
            self._kept[key] = Structure(problem, modes)
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def structure_key(problem: Problem, modes: Modes) -> object:
    """What decides where columns, rows and entries lie."""
    n, grid, scenarios = problem.n, problem.grid, problem.scenarios
    return (
        n,
        tuple(_device_key(device, modes.get(device.name, Steps()), n) for device in problem.devices),
        directed(problem).tobytes(),
        (grid.limits_are == "soft", grid.import_limit_kw is None, grid.export_limit_kw is None),
        tuple((side, charge.interval_steps, charge.begun_steps, tuple(charge.active or ())) for side, charge in peak_charges(problem)),
        tuple((*group.devices, group.import_limit_kw is None, group.export_limit_kw is None) for group in problem.groups),
        tuple(tuple(one.devices) for one in problem.exclusive),
        len(scenarios.probability) if scenarios is not None and risk_counts(problem) else 0,
        _former_key(problem),
    )


def _highest_price(problem: Problem) -> float:
    _, bought, sold = price_rows(problem)
    return float(max(np.abs(bought).max(), np.abs(sold).max())) or 1.0


def _device_key(device: Any, modes: Steps, n: int) -> tuple[object, ...]:
    key: tuple[object, ...] = (device.type, device.name)
    if isinstance(device, Battery | Ev):
        least = (per_step(device.charge_min_kw, n) > 0).tobytes()
        key += (bool(np.any(np.asarray(device.discharge_kw) > 0)), least, device.charge_levels_kw is None, tuple(levels_of(device)), modes)
    if isinstance(device, Battery):
        key += (device.charge_from_grid, device.discharge_to_grid)
    elif isinstance(device, Ev):
        key += tuple(session.depart for session in device.sessions if session.target_is == "soft")
    elif isinstance(device, Load):
        key += (device.model_dump_json(),)
    elif isinstance(device, HeatPump):
        key += ((per_step(device.power_min_kw, n) > 0).tobytes(),)
    elif isinstance(device, HeatStore):
        key += tuple((feed.name, feed.carrier) for feed in device.feeds)
    return key


def _former_key(problem: Problem) -> tuple[object, ...]:
    former = problem.previous.devices if problem.previous is not None else {}
    return tuple((name, *lists) for name, lists in former.items())
