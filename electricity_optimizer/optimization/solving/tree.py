"""Branch and bound over hot-started linear programs, for problems with few decisions that are open.

HiGHS's own search spends tens of milliseconds at its root; a house with a dozen doubtful decisions is proven in a handful of nodes of
0.3 ms each. Depth first, the likelier side first, so that each node changes a few bounds of the one before. The search branches on
pairs of flows that exclude each other (no variable is needed for them), on sets of which one is chosen (split at their mean, Beale and
Tomlin 1970), then on single decisions. It gives up when its allowance of nodes and simplex iterations is used: a fixed allowance and
not a time, so that the same problem always takes the same way.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.optimization.problem import Array
from electricity_optimizer.optimization.program.layout import Ints
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.solving.highs import Found, Outcome, Solver

OPEN = 1e-6
"""kW of two exclusive flows, or distance from a whole number, below which nothing is open."""

TOLERANCES: dict[str, Any] = {"primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7}


@dataclass(frozen=True)
class Decisions:
    """What is to be decided: pairs of columns that exclude each other, sets of which at most one is chosen, single columns."""

    one: Ints
    other: Ints
    sets: list[Ints]
    singles: Ints


@dataclass(frozen=True)
class Allowance:
    """What a search may use up: nodes, and simplex iterations times rows, which is what a large program costs."""

    nodes: int = 400
    work: float = 4e6


@dataclass(frozen=True)
class Leaf:
    """The best plan of a search, the bounds under which it was found, and what no plan costs less than."""

    found: Found
    low: Array
    high: Array
    bound: float


Fix = tuple[Ints, float]
"""Columns, and the value at which they are held."""


class Tree:
    """One search over the program that `solver` holds, its whole-number columns relaxed. `root` is a bound on every plan's cost."""

    def __init__(self, solver: Solver, program: Program, decisions: Decisions, *, gap: float, within: float) -> None:
        self.solver, self.program, self.decisions = solver, program, decisions
        self.gap, self.within = gap, within
        self.best: Leaf | None = None
        self.proven, self.root = np.inf, -np.inf
        self.used = 0

    def search(self, allowance: Allowance, until: float | None) -> Leaf | None:
        """The best plan with its proof, or None when the allowance did not reach; `best` then holds what was found.

        Out of time it is the best so far, with what is proven. An impossible program gives an infeasible leaf.
        """
        open_nodes: list[tuple[float, tuple[Fix, ...]]] = [(-np.inf, ())]
        nodes = 0
        while open_nodes:
            bound, fixes = open_nodes.pop()
            if self._is_no_better(bound):
                self.proven = min(self.proven, bound)
                continue
            if nodes >= allowance.nodes or self.used > allowance.work:
                return self._so_far([bound, *(low for low, _ in open_nodes)], within=max(self.within, self.gap * self._least))
            nodes += 1
            low, high = self._bounds(fixes)
            self.solver.change(low=low, high=high)
            found = self.solver.run(until=until, presolve="off", **TOLERANCES)
            self.used += self.solver.iterations * self.program.pattern.rows
            if found.outcome is Outcome.NO_PLAN:
                return self._so_far([bound, *(low for low, _ in open_nodes)], within=np.inf)
            if found.outcome is Outcome.INFEASIBLE:
                continue
            self.root = found.cost if nodes == 1 else self.root
            if self._is_no_better(found.cost):
                self.proven = min(self.proven, found.cost)
                continue
            sides = self._sides(found.x, high)
            if sides is None:
                self.best = Leaf(found, low, high, found.cost)
            else:
                open_nodes += [(found.cost, (*fixes, side)) for side in sides]
        if self.best is None:
            return Leaf(Found(Outcome.INFEASIBLE, np.zeros(0)), self.program.low, self.program.high, np.inf)
        return replace(self.best, bound=min(self.best.bound, self.proven))

    def _so_far(self, open_bounds: list[float], within: float) -> Leaf | None:
        """The best plan found when the search stops early, where it is proven `within` the currency."""
        bound = min(self.proven, *open_bounds)
        if self.best is None or self.best.found.cost - bound > within:
            return None
        return replace(self.best, found=replace(self.best.found, outcome=Outcome.FEASIBLE), bound=bound)

    @property
    def _least(self) -> float:
        return np.inf if self.best is None else abs(self.best.found.cost)

    def _is_no_better(self, cost: float) -> bool:
        return self.best is not None and cost >= self.best.found.cost - max(self.within, self.gap * self._least)

    def _bounds(self, fixes: tuple[Fix, ...]) -> tuple[Array, Array]:
        low, high = self.program.low.copy(), self.program.high.copy()
        for columns, value in fixes:
            if value > 0:
                low[columns] = value
            else:
                high[columns] = np.maximum(0.0, low[columns])
        return low, high

    def _sides(self, x: Array, high: Array) -> tuple[Fix, Fix] | None:
        """The two ways to go on, the likelier last; None where nothing is open."""
        one, other = self.decisions.one, self.decisions.other
        both = np.minimum(x[one], x[other])
        if len(both) and both.max() > OPEN:
            k = int(both.argmax())
            sides: tuple[Fix, Fix] = ((one[k : k + 1], 0.0), (other[k : k + 1], 0.0))
            return sides if x[one[k]] >= x[other[k]] else (sides[1], sides[0])
        for columns in self.decisions.sets:
            split = _split(columns, x[columns], high[columns] > 0)
            if split is not None:
                return split
        singles = self.decisions.singles
        away = np.abs(x[singles] - np.round(x[singles]))
        if len(away) and away.max() > OPEN:
            column = singles[int(away.argmax())]
            at = np.asarray([column], np.int32)
            return ((at, 0.0), (at, 1.0)) if x[column] >= 0.5 else ((at, 1.0), (at, 0.0))
        return None


def _split(columns: Ints, share: Array, possible: NDArray[np.bool_]) -> tuple[Fix, Fix] | None:
    """The early and the late half of a set whose choice is open, split at its mean."""
    if np.abs(share - np.round(share)).max(initial=0.0) <= OPEN:
        return None
    place = np.arange(len(columns))
    chosen = np.flatnonzero(share > OPEN)
    middle = int((share @ place) / share.sum())
    middle = min(max(middle, int(chosen[0])), int(chosen[-1]) - 1) if len(chosen) > 1 else int(chosen[0])
    early, late = (place <= middle) & possible, (place > middle) & possible
    if len(chosen) == 1:  # an optional job that runs in part: it runs from there on or not at all
        return (columns[chosen], 0.0), (columns[chosen], 1.0)
    sides: tuple[Fix, Fix] = ((columns[early], 0.0), (columns[late], 0.0))
    return sides if share[early].sum() > share[late].sum() else (sides[1], sides[0])
