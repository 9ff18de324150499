"""The common face of a device in the joint model: its draw on the connection, its costs, its ties and what it read back.

A part creates its variables and constraints on its own Pyomo block. Power is kW, consumption positive; step indices run over 0..n-1.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pe

from electricity_optimizer.optimization.problem import Array, Problem


@dataclass(frozen=True)
class Slack:
    """A soft limit's variable: `label` in the words of the problem file, `weight` to kWh missed per unit of the variable."""

    label: str
    step: int | None
    variable: Any
    weight: float
    unit: str


@dataclass
class Part:
    """A device inside the joint model.

    `draw` holds one Pyomo expression a step, `most_draw` and `most_supply` bound it in kW. `cost` is in currency. `order` lists
    (variable, weight) pairs that break ties among continuous plans, `order_whole` those among whole-number decisions, both small first.
    """

    problem: Problem
    block: Any
    modes: Collection[int] = ()
    draw: list[Any] = field(default_factory=list)
    cost: Any = 0.0
    order: list[tuple[Any, float]] = field(default_factory=list)
    order_whole: list[tuple[Any, float]] = field(default_factory=list)
    slacks: list[Slack] = field(default_factory=list)
    most_draw: Array = field(default_factory=lambda: np.zeros(0))
    most_supply: Array = field(default_factory=lambda: np.zeros(0))

    def read(self) -> dict[str, Any]:
        """The device's flows after the solve, as numpy arrays of n values."""
        raise NotImplementedError

    def both_ways(self) -> list[int]:
        """Steps in which the relaxed solution charges and discharges at once; such steps need a mode variable."""
        return []


def levels(variable: Any, n: int) -> Array:
    """Values of an indexed variable, zero where a step has none."""
    found = np.zeros(n)
    for k in variable:
        found[k] = variable[k].value or 0.0
    return found


def rows(block: Any, name: str) -> Any:
    """A named list of constraints on `block`."""
    block.add_component(name, pe.ConstraintList())
    return block.component(name)


def earlier(n: int, k: int) -> float:
    """Weight of step k in 0..1: what comes earlier weighs less."""
    return k / n
