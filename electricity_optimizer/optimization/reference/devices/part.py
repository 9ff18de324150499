"""The common face of a device in the joint model: its draw on the connection and its costs.

A part creates its variables and constraints on its own Pyomo block. Power is kW, consumption positive; step indices run over 0..n-1.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pe

from electricity_optimizer.optimization.problem import Array, Problem


@dataclass(frozen=True)
class Slack:
    """A soft limit's variable and its weight: kWh missed per unit."""

    variable: Any
    weight: float


@dataclass
class Part:
    """A device inside the joint model.

    `draw` holds one Pyomo expression a step, `most_draw` and `most_supply` bound it in kW. `cost` is in currency.
    """

    problem: Problem
    block: Any
    draw: list[Any] = field(default_factory=list)
    cost: Any = 0.0
    slacks: list[Slack] = field(default_factory=list)
    most_draw: Array = field(default_factory=lambda: np.zeros(0))
    most_supply: Array = field(default_factory=lambda: np.zeros(0))


def rows(block: Any, name: str) -> Any:
    """A named list of constraints on `block`."""
    block.add_component(name, pe.ConstraintList())
    return block.component(name)
