"""HiGHS on programs: one long-lived solver, one thread, a fixed seed, and every status looked at.

A program of the structure loaded last only changes vectors in the solver. Each solve forgets what came before it, so that the same
program gives the same solution bit for bit, whatever was solved earlier. HiGHS reports a failed run by its status only, so no number is
read before it.
"""

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization.problem import Array
from electricity_optimizer.optimization.program.numbers import Program

SEED = 20260504
CONTINUOUS, INTEGER = np.uint8(0), np.uint8(1)


class Outcome(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no plan in time"


STATUSES = {
    highspy.HighsModelStatus.kOptimal: Outcome.OPTIMAL,
    highspy.HighsModelStatus.kObjectiveTarget: Outcome.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Outcome.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kInterrupt: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kSolutionLimit: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kUnknown: Outcome.NO_PLAN,
    highspy.HighsModelStatus.kObjectiveBound: Outcome.NO_PLAN,
}


@dataclass
class Found:
    """What one run of the solver found. `cost` and `bound` are in currency, of the cost that was minimised.

    `reduced` and `dual` (currency per unit of a column or row) exist where they were asked for.
    """

    outcome: Outcome
    x: Array
    cost: float = 0.0
    bound: float = -np.inf
    reduced: Array | None = None
    dual: Array | None = None
    activity: Array | None = None


class Solver:
    """A HiGHS that holds one program at a time. `seconds` counts the time spent inside it, `iterations` those of the last run."""

    def __init__(self) -> None:
        self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types for its class
        for option, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", SEED)):
            self.highs.setOptionValue(option, value)
        self.seconds, self.iterations = 0.0, 0
        self._usual: dict[str, Any] = {}
        self._set_now: dict[str, Any] = {}
        self._loaded: Program | None = None
        self._low = self._high = np.zeros(0)
        self._whole = False

    def load(self, program: Program, cost: Array) -> None:
        """Hold `program` with another cost vector; whole numbers are not asked for until `want_whole`."""
        self.scale = program.scale
        held, pattern = self._loaded, program.pattern
        if held is not None and held.pattern is pattern and np.array_equal(held.value, program.value):
            self.change(cost=cost, low=program.low, high=program.high, row_low=program.row_low, row_high=program.row_high)
            self.highs.clearSolver()
        else:
            self._pass(program, cost)
        self._loaded = program
        self.want_whole(pattern.whole & False)

    def _pass(self, program: Program, cost: Array) -> None:
        pattern, lp = program.pattern, highspy.HighsLp()
        self._low, self._high = program.low, program.high
        lp.num_col_, lp.num_row_ = pattern.columns, pattern.rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost * self.scale, program.low, program.high
        lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = pattern.start, pattern.index, program.value[pattern.order]
        if self.highs.passModel(lp) == highspy.HighsStatus.kError:
            raise PlanError("the solver refused the model", where="HiGHS", remedy="report the problem file")
        self._whole = False

    def change(
        self,
        *,
        cost: Array | None = None,
        low: Array | None = None,
        high: Array | None = None,
        row_low: Array | None = None,
        row_high: Array | None = None,
    ) -> None:
        """Change vectors of the program that is held; the basis stays."""
        if cost is not None:
            self.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost * self.scale)
        if low is not None and high is not None:
            moved = np.flatnonzero((low != self._low) | (high != self._high)).astype(np.int32)
            self.highs.changeColsBounds(len(moved), moved, low[moved], high[moved])
            self._low, self._high = low, high
        if row_low is not None and row_high is not None:
            self.highs.changeRowsBounds(len(row_low), np.arange(len(row_low), dtype=np.int32), row_low, row_high)

    def want_whole(self, whole: NDArray[np.bool_]) -> None:
        """Ask for whole numbers in these columns of the program that is held."""
        if self._whole or whole.any():
            kinds = np.where(whole, INTEGER, CONTINUOUS).astype(np.uint8)
            self.highs.changeColsIntegrality(len(kinds), np.arange(len(kinds), dtype=np.int32), kinds)
        self._whole = bool(whole.any())

    def run(self, *, until: float | None = None, duals: bool = False, **options: object) -> Found:
        """Solve what is held. `until` is a time of the monotonic clock, no plan after it; `options` are HiGHS's, for this run alone."""
        self._set(options)
        left = np.inf if until is None else until - time.monotonic()
        if left <= 0:
            return Found(Outcome.NO_PLAN, np.zeros(0))
        clock = 0.0 if self._whole else self.highs.getRunTime()  # for linear programs its clock goes on from run to run
        self.highs.setOptionValue("time_limit", clock + left)
        begin = time.perf_counter()
        self.highs.run()
        outcome = self._outcome()
        self.seconds += time.perf_counter() - begin
        return self._found(outcome, duals)

    def _set(self, options: dict[str, Any]) -> None:
        """Set these options and put the ones of earlier runs back: a solve depends on nothing that came before it."""
        wanted = {name: self._usual[name] for name in self._set_now if name not in options} | options
        for name, value in wanted.items():
            if name not in self._usual:
                self._usual[name] = self.highs.getOptionValue(name)[1]
            if self._set_now.get(name, self._usual[name]) != value:
                self.highs.setOptionValue(name, value)
        self._set_now = dict(options)

    def _found(self, outcome: Outcome, duals: bool) -> Found:
        info = self.highs.getInfo()
        self.iterations = max(0, info.simplex_iteration_count)
        if outcome is Outcome.NO_PLAN and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible and self._whole:
            outcome = Outcome.FEASIBLE
        if outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
            return Found(outcome, np.zeros(0))
        solution, cost = self.highs.getSolution(), info.objective_function_value / self.scale
        x = np.asarray(solution.col_value)
        if self._whole:
            return Found(outcome, x, cost, info.mip_dual_bound / self.scale)
        if not duals:
            return Found(outcome, x, cost, cost)
        reduced, dual = np.asarray(solution.col_dual) / self.scale, np.asarray(solution.row_dual) / self.scale
        return Found(outcome, x, cost, cost, reduced, dual, np.asarray(solution.row_value))

    def _outcome(self) -> Outcome:
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self._set(self._set_now | {"presolve": "off"})
            self.highs.run()
            status = self.highs.getModelStatus()
        if status not in STATUSES:
            told = self.highs.modelStatusToString(status)
            raise PlanError(f"the solver ended with '{told}'", where="HiGHS", remedy="report the problem file")
        return STATUSES[status]
