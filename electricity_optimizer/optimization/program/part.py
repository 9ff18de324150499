"""The common face of a device in a program: it lays itself out once, then writes its numbers and reads its flows.

A part keeps places (columns, rows, entries) and nothing of one problem, so that a structure serves every problem of its kind.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electricity_optimizer.optimization.problem import Array, Problem
from electricity_optimizer.optimization.program.layout import NONE, Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program


@dataclass(frozen=True)
class Steps:
    """Steps in which a store could win by moving both ways at once: those with rows against it, those with a decision variable."""

    tight: tuple[int, ...] = ()
    decided: tuple[int, ...] = ()


@dataclass(frozen=True)
class Draw:
    """What columns draw on the connection: `sizes[i]` kW of `columns[i]` in `steps[i]`, negative for a supply."""

    steps: Ints
    columns: Ints
    sizes: Array


class Part:
    """A device inside the joint program."""

    def __init__(self, layout: Layout, device: Any, problem: Problem, modes: Steps) -> None:
        """Lay out columns, rows and entries; `modes` are steps in which a store might move both ways."""
        raise NotImplementedError

    draws: list[Draw]

    def most(self, device: Any, problem: Problem) -> tuple[Array, Array]:
        """Highest draw and highest supply in kW, shape (n,) each."""
        raise NotImplementedError

    def fill(self, program: Program, device: Any, problem: Problem) -> None:
        """Write costs, bounds and values."""
        raise NotImplementedError

    def read(self, x: Array, device: Any, problem: Problem) -> dict[str, Any]:
        """The device's flows in the words of the answer, arrays of n values."""
        raise NotImplementedError

    def pairs(self, device: Any, problem: Problem) -> tuple[Ints, Ints]:
        """Columns of which at most one may be above zero, side by side."""
        del device, problem
        return NONE, NONE

    def both_ways(self, x: Array, device: Any, problem: Problem) -> tuple[int, ...]:
        """Steps in which the solution moves energy both ways at once; such steps need a decision."""
        del x, device, problem
        return ()

    @property
    def choices(self) -> list[Ints]:
        """Whole-number columns of which one is chosen, in the order of time."""
        return []


def each_step(columns: Ints, size: float = 1.0) -> Draw:
    """A column a step that draws `size` kW per unit."""
    return Draw(np.arange(len(columns), dtype=np.int32), columns, np.full(len(columns), size))


def keep_level(layout: Layout, level: Ints) -> tuple[Ints, slice]:
    """Balance rows of a stored level, and the entries of its level a step before (minus what is kept)."""
    balance = layout.add_rows(len(level))
    layout.add_entries(balance, level)
    return balance, layout.add_entries(balance[1:], level[:-1])
