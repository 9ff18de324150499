"""A plan within a loose gap of the best, found among the choices that the relaxed program leaves likely.

A factory's week has thousands of possible starts, and its linear relaxation a bound within a few thousandths of the best plan: branch and
cut spends its minutes on plans, not on the proof. So starts that the relaxation does not use and whose reduced cost is above a width are
closed (Danna, Rothberg and Le Pape 2005 name such neighbourhoods; the bound of the relaxation stays that of the whole program), and
within the rest any plan will do that is within the gap of that bound. Where the rest holds none, which its own bound soon tells, the
width grows.
"""

import time
from typing import Any

import numpy as np

from electricity_optimizer.optimization.problem import Array
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.solving.highs import Found, Outcome, Solver
from electricity_optimizer.optimization.solving.tree import TOLERANCES

LOOSE = 2e-3
"""Relative gap from which on a search among likely choices comes before the full one."""

WIDTHS = (0.0, 3e-4, 1e-3)
"""Reduced costs, as shares of the bound, up to which choices stay open, one try after the other."""

SHARE = 0.3
"""Of the time that is left, what one try may take."""


def likely_plan(solver: Solver, program: Program, cost: Array, gap: float, until: float | None) -> Found | None:
    """A plan of `program` proven within the relative `gap`, else one that is not (FEASIBLE), or None. Its bound is that of all plans."""
    solver.load(program, cost)
    root = solver.run(until=until, duals=True, presolve="off", **TOLERANCES)
    if root.outcome is not Outcome.OPTIMAL:
        return None
    assert root.reduced is not None
    limits = root.cost + gap * abs(root.cost) / (1.0 + gap), np.inf
    unused = program.pattern.whole & (root.x < TOLERANCES["primal_feasibility_tolerance"])
    for width, limit in [*((width, limits[0]) for width in WIDTHS), (WIDTHS[0], limits[1])]:
        closed = unused & (root.reduced > width * abs(root.cost))
        found = _try(solver, program, cost, np.where(closed, np.maximum(program.low, 0.0), program.high), (gap, limit), _until(until))
        if found.outcome in {Outcome.OPTIMAL, Outcome.FEASIBLE} and found.cost <= limit:
            outcome = Outcome.OPTIMAL if found.cost <= limits[0] else Outcome.FEASIBLE
            return Found(outcome, found.x, found.cost, min(root.cost, found.cost))
    return None


def _try(solver: Solver, program: Program, cost: Array, high: Array, goal: tuple[float, float], until: float | None) -> Found:
    """Stops at the first plan below the limit, and takes no interest in others."""
    gap, limit = goal
    solver.load(program, cost)
    solver.change(low=program.low, high=high)
    solver.want_whole(program.pattern.whole)
    options: dict[str, Any] = {"presolve": "on", "mip_rel_gap": gap / 2, "objective_bound": limit * solver.scale, **TOLERANCES}
    return solver.run(until=until, objective_target=limit * solver.scale if np.isfinite(limit) else -np.inf, **options)


def _until(until: float | None) -> float | None:
    now = time.monotonic()
    return None if until is None else now + SHARE * max(until - now, 0.0)
