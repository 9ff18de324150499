"""HiGHS on arrays: one thread, fixed seed, stated gap and time limit, and every status looked at.

Same arrays, same options: the same solution bit for bit. HiGHS reports a failed run by its status only, so no number is read before it.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import highspy
import numpy as np

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization.problem import Array
from electricity_optimizer.optimization.reference.arrays import Arrays

SEED = 20260504
ABSOLUTE_GAP = 1e-7  # currency: a plan this close to the bound is optimal even where its cost is near zero
TRIES = ((1e-9, "off"), (1e-7, "on"), (1e-6, "on"))  # feasibility tolerance and presolve of an LP
TINY = 1e-9  # a dual below this (scaled) does not tie its row or column to the optimum


class Outcome(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no plan in time"


@dataclass
class Solution:
    """A solution in the arrays' columns; duals per row exist after an LP only, in currency per unit."""

    outcome: Outcome
    x: Array
    gap: float = 0.0
    row_dual: Array | None = None


STATUSES = {
    highspy.HighsModelStatus.kOptimal: Outcome.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Outcome.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kInterrupt: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kSolutionLimit: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kUnknown: Outcome.NO_PLAN,
}


def solve_whole(arrays: Arrays, ties: Array, *, gap: float, time_limit: float | None) -> Solution:
    """Solve with whole-number columns. `ties` is added to the cost: far below any real difference, it orders equal plans."""
    solver = _solver(time_limit)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", ABSOLUTE_GAP * arrays.scale)
    _pass(solver, arrays, arrays.cost + ties, arrays.whole)
    solver.run()
    outcome = _outcome(solver)
    info = solver.getInfo()
    if outcome is Outcome.NO_PLAN and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        outcome = Outcome.FEASIBLE
    if outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
        return Solution(outcome, np.zeros(0))
    missing = abs(info.objective_function_value - info.mip_dual_bound) / arrays.scale
    value = abs(info.objective_function_value / arrays.scale + arrays.offset)
    relative = 0.0 if missing <= ABSOLUTE_GAP else missing / max(value, 1e-9)
    return Solution(outcome, np.asarray(solver.getSolution().col_value), relative)


def solve_continuous(arrays: Arrays, second: Array, *, time_limit: float | None) -> Solution:
    """Solve the LP, then take of all its optimal solutions the one with the least `second` cost.

    The optimal face is held by what carries a dual: columns with a reduced cost and rows with a dual stay where they are. The
    duals returned are those of the first, real objective. Whole-number decisions fixed at their rounded values can leave an LP that is
    feasible only within the tolerance they were found with, so a tight try is followed by looser ones.
    """
    for tolerance, presolve in TRIES:
        solver = _solver(time_limit)
        solver.setOptionValue("presolve", presolve)
        solver.setOptionValue("primal_feasibility_tolerance", tolerance)
        solver.setOptionValue("dual_feasibility_tolerance", tolerance)
        _pass(solver, arrays, arrays.cost, None)
        solver.run()
        outcome = _outcome(solver)
        if outcome is Outcome.OPTIMAL:
            return _best_of_equals(solver, arrays, second)
        if outcome is Outcome.NO_PLAN and solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
            break
    return Solution(outcome, np.zeros(0))


def _best_of_equals(solver: Any, arrays: Arrays, second: Array) -> Solution:
    first = solver.getSolution()
    dual, reduced = np.asarray(first.row_dual), np.asarray(first.col_dual)
    x = np.asarray(first.col_value)
    if np.any(second):
        x = _second_best(solver, arrays, second, (x, np.asarray(first.row_value), dual, reduced))
    return Solution(Outcome.OPTIMAL, x, 0.0, dual / arrays.scale)


def _second_best(solver: Any, arrays: Arrays, second: Array, first: tuple[Array, Array, Array, Array]) -> Array:
    x, activity, dual, reduced = first
    tied = np.abs(reduced) > TINY
    held = np.abs(dual) > TINY
    columns, limits = np.arange(len(x), dtype=np.int32), np.arange(len(activity), dtype=np.int32)
    at = np.clip(x, arrays.low, arrays.high)
    solver.changeColsBounds(len(x), columns, np.where(tied, at, arrays.low), np.where(tied, at, arrays.high))
    low, high = np.where(held, activity, arrays.row_low), np.where(held, activity, arrays.row_high)
    solver.changeRowsBounds(len(activity), limits, low, high)
    solver.changeColsCost(len(x), columns, second)
    solver.run()
    if _outcome(solver) is not Outcome.OPTIMAL:
        return x  # the first solution is optimal as well: only its place among equals is not refined
    return np.asarray(solver.getSolution().col_value)


def fix_whole(arrays: Arrays, x: Array) -> Arrays:
    """The same arrays with whole-number columns fixed where the solution has them."""
    rounded = np.round(x)
    return replace(arrays, low=np.where(arrays.whole, rounded, arrays.low), high=np.where(arrays.whole, rounded, arrays.high))


def _solver(time_limit: float | None) -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types for its class
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("random_seed", SEED)
    if time_limit is not None:
        solver.setOptionValue("time_limit", max(time_limit, 1e-3))
    return solver


def _pass(solver: Any, arrays: Arrays, cost: Array, whole: Any) -> None:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(arrays.cost), len(arrays.row_low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost * arrays.scale, arrays.low, arrays.high
    lp.row_lower_, lp.row_upper_ = arrays.row_low, arrays.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = arrays.start, arrays.index, arrays.value
    if whole is not None and whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(one)] for one in whole]
    if solver.passModel(lp) == highspy.HighsStatus.kError:
        raise PlanError("the solver refused the model", where="HiGHS", remedy="report the problem file")


def _outcome(solver: Any) -> Outcome:
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        solver.setOptionValue("presolve", "off")
        solver.run()
        status = solver.getModelStatus()
    if status not in STATUSES:
        raise PlanError(f"the solver ended with '{solver.modelStatusToString(status)}'", where="HiGHS", remedy="report the problem file")
    return STATUSES[status]
