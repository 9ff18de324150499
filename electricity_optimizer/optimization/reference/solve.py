"""The optimum of a problem by the reference: the Pyomo model through Pyomo's own interface to HiGHS, every decision a variable."""

from typing import Any

import pyomo.environ as pe

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reference.model import Model, build

GAP = 1e-9
OPTIONS = {"mip_rel_gap": GAP, "mip_abs_gap": GAP, "threads": 1, "mip_feasibility_tolerance": 1e-9, "primal_feasibility_tolerance": 1e-9}


def reference_cost(problem: Problem, time_limit: float | None = None) -> float | None:
    """The least cost of `problem` in its currency, staying near a former plan left aside; null where no plan exists.

    Soft limits come before money: they are missed by the least that is possible. Raises PlanError where `time_limit` (seconds of each
    solve) ends before the proof.
    """
    model = build(problem)
    missed = sum(slack.weight * slack.variable for slack in model.slacks)
    if model.slacks:
        model.pyomo.least = pe.Objective(expr=missed)
        model.pyomo.cost.deactivate()
        if not _solve(model, time_limit):
            return None
        least = float(pe.value(missed))
        model.pyomo.least.deactivate()
        model.pyomo.cost.activate()
        model.pyomo.cap = pe.Constraint(expr=missed <= least + 1e-7 * max(1.0, least))
    return float(pe.value(model.pyomo.cost)) if _solve(model, time_limit) else None


def _solve(model: Model, time_limit: float | None) -> bool:
    solver: Any = pe.SolverFactory("appsi_highs")
    solver.highs_options = OPTIONS
    solver.config.time_limit = time_limit
    found = solver.solve(model.pyomo, load_solutions=False)
    condition = found.solver.termination_condition
    if condition in {pe.TerminationCondition.infeasible, pe.TerminationCondition.infeasibleOrUnbounded}:
        return False
    if condition != pe.TerminationCondition.optimal:
        raise PlanError(f"the reference ended with '{condition}'", where="Pyomo", remedy="give it more time")
    solver.load_vars()
    return True
