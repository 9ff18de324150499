"""Staying near a former plan: of the plans that cost no more than a budget, the one whose flows depart from it by the fewest kWh.

Each kWh by which a device's flow departs weighs a twentieth of the dearest kWh: a kWh that moves departs twice, so a move that saves more
than a tenth is made whole and leaves no crumbs behind. The budget (the cheapest plan's cost and the problem's `churn_limit`) bounds the
rest.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.problem import Array, Problem, price_rows
from electricity_optimizer.optimization.program.heat import HeatStorePart
from electricity_optimizer.optimization.program.job import BlockPart, PiecesPart
from electricity_optimizer.optimization.program.layout import Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part
from electricity_optimizer.optimization.program.store import StorePart
from electricity_optimizer.optimization.program.sun import PvPart
from electricity_optimizer.optimization.program.warmth import HeatPumpPart

Flows = dict[str, Ints]
STORE_FLOWS = ("charge_kw", "discharge_kw")
MOVING_KW = 1e-6
WORTH_OF_STAYING = 0.05


def flows_of(part: Part) -> Flows:
    """The columns of a part that a former plan's lists speak of."""
    if isinstance(part, StorePart):
        return {"charge_kw": part.charge} | ({"discharge_kw": part.discharge} if part.two_way else {})
    if isinstance(part, PvPart):
        return {"used_kw": part.used}
    if isinstance(part, HeatStorePart):
        return dict(zip(part.names, part.power, strict=True))
    return {"power_kw": part.power} if isinstance(part, HeatPumpPart) else {}


class Nearness:
    """Columns for how far each flow lies from the former plan; jobs carry the distance of each start or step themselves."""

    def __init__(self, layout: Layout, problem: Problem, parts: dict[str, Part]) -> None:
        """Lay out distance >= |flow - former| for each list of the former plan."""
        self.distances: list[tuple[str, str, Ints, Ints, Ints]] = []
        self.parts, self.columns = parts, np.arange(layout.columns if problem.previous is not None else 0, dtype=np.int32)
        self.budget = layout.add_rows(1 if len(self.columns) else 0)
        self._costs = layout.add_entries(np.repeat(self.budget, len(self.columns)), self.columns)
        former = problem.previous.devices if problem.previous is not None else {}
        for name, lists in former.items():
            for field, columns in flows_of(parts[name]).items():
                if field not in lists:
                    continue
                distance, above, below = layout.add_columns(problem.n), layout.add_rows(problem.n), layout.add_rows(problem.n)
                for rows, sign in ((above, -1.0), (below, 1.0)):
                    layout.add_entries(rows, distance)
                    layout.add_entries(rows, columns, sign)
                self.distances.append((name, field, distance, above, below))

    def fill(self, program: Program, problem: Problem) -> None:
        """Write the weights and the row of the budget, which is open until a budget is known. Comes after all costs."""
        if problem.previous is None:
            return
        former, hours = problem.previous.devices, problem.hours
        weights = np.zeros(len(program.cost))
        for name, field, distance, above, below in self.distances:
            was = np.asarray(former[name][field])
            program.row_low[above], program.row_low[below] = -was, was
            weights[distance] = hours
        for name, lists in former.items():
            part = self.parts[name]
            if isinstance(part, BlockPart | PiecesPart) and "power_kw" in lists:
                _fill_job(weights, part, np.asarray(lists["power_kw"]), hours)
        program.value[self._costs] = program.cost[self.columns]
        _, bought, sold = price_rows(problem)
        program.nearness = weights * WORTH_OF_STAYING * (max(float(np.abs(bought).max()), float(np.abs(sold).max())) or 1.0)

    def hold_directions(self, program: Program, problem: Problem, cheapest: Mapping[str, Mapping[str, Any]]) -> None:
        """Each step of a store keeps the direction it has in the cheapest plan, or where it rests there in the former one.

        The cheapest plan stays possible, and no search over directions is needed.
        """
        assert problem.previous is not None
        for device in problem.devices:
            one, other = self.parts[device.name].pairs(device, problem)
            if not len(one):
                continue
            lists, steps = problem.previous.devices.get(device.name, {}), one - one.min()
            charge, discharge = (np.asarray(cheapest[device.name][field])[steps] for field in STORE_FLOWS)
            former = [np.asarray(lists.get(field, np.zeros(problem.n)))[steps] for field in STORE_FLOWS]
            forward = (charge > MOVING_KW) | ((discharge <= MOVING_KW) & (former[0] >= former[1]))
            program.high[other[forward]] = program.high[one[~forward]] = 0.0


def _fill_job(weights: Array, part: BlockPart | PiecesPart, was: Array, hours: Array) -> None:
    """Weights of a job's starts or steps: how far each lies from the former plan."""
    if isinstance(part, PiecesPart):
        size = part.load.shape[0]
        weights[part.on] = (size - 2 * np.minimum(was, size))[part.steps] * hours[part.steps]
        return
    shape = np.asarray(part.load.shape)
    for start, column in zip(part.starts, part.start, strict=True):
        power = np.zeros(len(was))
        power[start : start + len(shape)] = shape
        weights[column] = float(np.abs(power - was) @ hours)
