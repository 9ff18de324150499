"""Staying near a former plan: a nudge that can cost no more than the problem's `churn_limit`, however the plans differ.

Each kWh by which a device's flow departs from the former plan weighs the same, and all that could depart together weighs the limit.
So the plan taken costs at most the limit more than the cheapest, and among plans that close it is the nearest.
"""

import numpy as np

from electricity_optimizer.optimization.problem import Array, Problem
from electricity_optimizer.optimization.program.job import BlockPart, PiecesPart
from electricity_optimizer.optimization.program.layout import Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part
from electricity_optimizer.optimization.program.store import StorePart
from electricity_optimizer.optimization.program.sun import PvPart
from electricity_optimizer.optimization.program.warmth import HeatPumpPart

Flows = dict[str, Ints]


def flows_of(part: Part) -> Flows:
    """The columns of a part that a former plan's lists speak of."""
    if isinstance(part, StorePart):
        return {"charge_kw": part.charge} | ({"discharge_kw": part.discharge} if part.two_way else {})
    if isinstance(part, PvPart):
        return {"used_kw": part.used}
    return {"power_kw": part.power} if isinstance(part, HeatPumpPart) else {}


class Nearness:
    """Columns for how far each flow lies from the former plan; jobs carry the distance of each start or step themselves."""

    def __init__(self, layout: Layout, problem: Problem, parts: dict[str, Part]) -> None:
        """Lay out distance >= |flow - former| for each list of the former plan."""
        self.distances: list[tuple[str, str, Ints, Ints, Ints]] = []
        self.parts = parts
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
        """Write the weights, in currency."""
        if problem.previous is None or problem.churn_limit == 0:
            return
        most, former, hours = 0.0, problem.previous.devices, problem.hours
        weights = np.zeros(len(program.cost))
        for name, field, distance, above, below in self.distances:
            was = np.asarray(former[name][field])
            program.row_low[above], program.row_low[below] = -was, was
            weights[distance] = hours
            most += float(np.maximum(was, program.high[flows_of(self.parts[name])[field]]) @ hours)
        for name, lists in former.items():
            part = self.parts[name]
            if isinstance(part, BlockPart | PiecesPart) and "power_kw" in lists:
                most += _fill_job(weights, part, np.asarray(lists["power_kw"]), hours)
        if most > 0:
            program.nearness = weights * (problem.churn_limit / most)


def _fill_job(weights: Array, part: BlockPart | PiecesPart, was: Array, hours: Array) -> float:
    """Weights of a job's starts or steps; the most they can come to."""
    if isinstance(part, PiecesPart):
        size = part.load.shape[0]
        away = (size - 2 * np.minimum(was, size))[part.steps] * hours[part.steps]
        weights[part.on] = away
        return float(np.abs(away).sum())
    shape, farthest = np.asarray(part.load.shape), 0.0
    for start, column in zip(part.starts, part.start, strict=True):
        power = np.zeros(len(was))
        power[start : start + len(shape)] = shape
        weights[column] = float(np.abs(power - was) @ hours)
        farthest = max(farthest, weights[column])
    return farthest
