"""Exact solve of one problem: whole-number decisions first, then the best of the equal plans, then the check that lazy decisions held.

Decisions on the direction of a store are costly, so they stand first only where energy can have a negative price. Where the plan
still moves a store both ways at once, they are added there and the problem is solved again: the last plan is optimal for the full one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.replay import net_import
from electricity_optimizer.optimization.device_fields import Battery, Ev, Pv
from electricity_optimizer.optimization.problem import Array, Problem, price_rows
from electricity_optimizer.optimization.program.layout import NONE
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Steps
from electricity_optimizer.optimization.program.structure import Modes, Structure
from electricity_optimizer.optimization.solving.engine import Engine
from electricity_optimizer.optimization.solving.highs import Found, Outcome, Solver
from electricity_optimizer.optimization.solving.narrow import LOOSE, likely_plan
from electricity_optimizer.optimization.solving.tree import TOLERANCES, Allowance, Decisions, Leaf, Tree

LAZY_ROUNDS = 4  # then every step of the store gets its decision
ABSOLUTE_GAP = 1e-7  # currency: a plan this close to the bound is optimal even where its cost is near zero
TRIES = ((1e-9, "off"), (1e-7, "on"), (1e-6, "on"))  # feasibility tolerance and presolve of an LP
TINY = 1e-12  # a dual below this share of the highest cost does not tie its row or column to the optimum
NEAR = Allowance(nodes=60)  # staying near a former plan is worth a short search
SMALL = 4000  # whole-number columns up to which cuts alone are faster than presolve and heuristics

NO_HEURISTICS = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_allow_restart": False,
    "mip_detect_symmetry": False,
}


@dataclass(frozen=True)
class Accuracy:
    """When a solve may stop: at `gap` of the cost or, where it is larger, at `within` of the currency."""

    gap: float
    within: float = ABSOLUTE_GAP


CERTIFIED = Accuracy(gap=1e-3, within=0.01)
LEAST = Accuracy(gap=1e-9, within=1e-9)


@dataclass
class Solved:
    """Flows per device (arrays of n), the solver's cost, what no plan can cost less than, and the price of one more kWh in each step.

    `open_gap` (currency) is what the solver left unproven; `missed` is what soft limits are missed by in all (kWh).
    """

    outcome: Outcome
    flows: dict[str, dict[str, Any]]
    cost: float = 0.0
    bound: float = -np.inf
    open_gap: float = 0.0
    marginal_price: Array | None = None
    missed: float = 0.0


def solve(problem: Problem, engine: Engine, accuracy: Accuracy, time_limit: float | None) -> Solved:
    """The cheapest plan within `accuracy`; the outcome says when there is none.

    Soft limits come before money: first as if hard; where that cannot be, with the least total miss.
    """
    search = Search(problem, engine, accuracy, None if time_limit is None else time.monotonic() + time_limit)
    plan = search.cheapest(most_missed=0.0)
    if plan.found.outcome is Outcome.INFEASIBLE and len(plan.structure.slacks):
        least = search.least_missed()
        if least.found.outcome not in {Outcome.OPTIMAL, Outcome.FEASIBLE}:
            plan = least
        else:
            missed = float(least.program.missed @ least.found.x)
            plan = search.cheapest(most_missed=missed + 1e-7 * max(1.0, missed))
            if least.found.outcome is Outcome.FEASIBLE and plan.found.outcome is Outcome.OPTIMAL:
                plan = replace(plan, found=replace(plan.found, outcome=Outcome.FEASIBLE))
    return plan.solved(problem)


@dataclass(frozen=True)
class Plan:
    """A solution of a program, in its columns."""

    structure: Structure
    program: Program
    found: Found

    def solved(self, problem: Problem) -> Solved:
        """The plan in the words of the problem."""
        if self.found.outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
            return Solved(self.found.outcome, {})
        assert self.found.dual is not None
        x, program = self.found.x, self.program
        cost, open_gap = float(program.cost @ x), max(0.0, self.found.cost - self.found.bound)
        return Solved(
            outcome=self.found.outcome,
            flows=self.structure.read(x, problem),
            cost=cost,
            bound=cost - open_gap,
            open_gap=open_gap,
            marginal_price=self.structure.marginal_price(self.found.dual, problem),
            missed=float(program.missed @ x),
        )


class Search:
    """The solves of one problem. The tree goes first; what is too much for it goes to the branch and cut of HiGHS."""

    def __init__(self, problem: Problem, engine: Engine, accuracy: Accuracy, until: float | None) -> None:
        self.problem, self.structures, self.solver = problem, engine.structures, engine.solver
        self.accuracy, self.until = accuracy, until

    def cheapest(self, most_missed: float) -> Plan:
        """The cheapest plan that misses soft limits by no more than `most_missed` kWh in all."""
        structure, program = self._capped(doubtful_modes(self.problem), most_missed)
        if program.impossible():
            return Plan(structure, program, Found(Outcome.INFEASIBLE, np.zeros(0)))
        self.solver.load(program, program.cost + program.early)
        tree = self._tree(structure, program, self.accuracy)
        leaf, hot = tree.search(Allowance(), self.until), True
        if leaf is None:
            plan = self._by_cuts(most_missed)
            if plan.found.outcome is not Outcome.NO_PLAN or tree.best is None:
                return plan
            leaf, hot = replace(tree.best, found=replace(tree.best.found, outcome=Outcome.FEASIBLE), bound=tree.root), False
        if leaf.found.outcome is Outcome.INFEASIBLE:
            return Plan(structure, program, leaf.found)
        best = self._settled(structure, program, program.cost, leaf, hot=hot)
        if best.outcome is Outcome.OPTIMAL:
            best = replace(best, outcome=leaf.found.outcome, bound=best.cost - max(0.0, leaf.found.cost - leaf.bound))
        return Plan(structure, program, best)

    def nearest(self, budget: float, most_missed: float, cheapest: Mapping[str, Any]) -> Plan | None:
        """The plan nearest to the former one of those that cost no more than `budget`, or None where the tree finds none.

        `cheapest` are the flows of the cheapest plan, whose directions hold.
        """
        structure, program = self._capped(every_store(self.problem, Steps()), most_missed)
        structure.nearness.hold_directions(program, self.problem, cheapest)
        structure.connection.hold_direction(program, net_import(self.problem, cheapest))
        program.row_high[structure.nearness.budget] = budget
        cost = program.cost + program.nearness
        self.solver.load(program, cost + program.early)
        tree = self._tree(structure, program, self.accuracy)
        leaf, hot = tree.search(NEAR, self.until), True
        if leaf is None and tree.best is not None:
            leaf, hot = tree.best, False
        if leaf is None or leaf.found.outcome is Outcome.INFEASIBLE:
            return None
        best = self._settled(structure, program, cost, leaf, hot=hot)
        return Plan(structure, program, best) if best.outcome is Outcome.OPTIMAL else None

    def least_missed(self) -> Plan:
        """The plan with the least total miss of soft limits, whatever it costs."""
        structure = self.structures.of(self.problem, doubtful_modes(self.problem))
        program = structure.fill(self.problem)
        if program.impossible():
            return Plan(structure, program, Found(Outcome.INFEASIBLE, np.zeros(0)))
        self.solver.load(program, program.missed)
        leaf = self._tree(structure, program, LEAST).search(Allowance(), self.until)
        if leaf is not None:
            return Plan(structure, program, leaf.found)
        structure = self.structures.of(self.problem, every_mode(self.problem))
        program = structure.fill(self.problem)
        self.solver.load(program, program.missed)
        return Plan(structure, program, _cut(self.solver, program, LEAST, self.until))

    def _capped(self, modes: Modes, most_missed: float) -> tuple[Structure, Program]:
        structure = self.structures.of(self.problem, modes)
        program = structure.fill(self.problem)
        if most_missed > 0:
            program.row_high[structure.cap] = most_missed
        else:
            program.high[program.missed > 0] = 0.0
        return structure, program

    def _tree(self, structure: Structure, program: Program, accuracy: Accuracy) -> Tree:
        sets = structure.choices
        singles = np.setdiff1d(np.flatnonzero(program.pattern.whole), np.concatenate([NONE, *sets])).astype(np.int32)
        decisions = Decisions(*structure.pairs(self.problem), sets, singles)
        return Tree(self.solver, program, decisions, gap=accuracy.gap, within=accuracy.within)

    def _settled(self, structure: Structure, program: Program, cost: Array, leaf: Leaf, *, hot: bool) -> Found:
        """The calmest of the plans that cost what the leaf does, at its decisions."""
        whole, low, high = program.pattern.whole, leaf.low, leaf.high
        chosen = np.round(leaf.found.x)
        low, high = np.where(whole, chosen, low), np.where(whole, chosen, high)
        best = _best_plan(self.solver, program, cost, low, high, hot=hot)
        if best.outcome is Outcome.OPTIMAL and structure.both_ways(best.x, self.problem):
            one, other = structure.pairs(self.problem)
            forward = leaf.found.x[one] >= leaf.found.x[other]
            high = high.copy()
            high[other[forward]] = high[one[~forward]] = 0.0
            best = _best_plan(self.solver, program, cost, low, high, hot=False)
        return best

    def _by_cuts(self, most_missed: float) -> Plan:
        """Branch and cut with decisions where they are in doubt, added to where the plan still moves a store both ways at once."""
        modes = every_store(self.problem, Steps(decided=doubtful_steps(self.problem)))
        for attempt in range(LAZY_ROUNDS + 1):
            structure, program = self._capped(modes, most_missed)
            found = self._cut_once(program)
            if found.outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
                break
            missing = structure.both_ways(found.x, self.problem)
            if not missing:
                break
            modes = _more_modes(modes, missing, every=self.problem.n if attempt >= LAZY_ROUNDS - 1 else 0)
        return Plan(structure, program, found)

    def _cut_once(self, program: Program) -> Found:
        if program.impossible():
            return Found(Outcome.INFEASIBLE, np.zeros(0))
        cost, whole = program.cost, program.pattern.whole
        loose = self.accuracy.gap >= LOOSE
        likely = likely_plan(self.solver, program, cost + program.early, self.accuracy.gap, self.until) if loose else None
        if likely is not None and likely.outcome is Outcome.OPTIMAL:
            chosen = likely
        else:
            self.solver.load(program, cost + program.early)
            chosen = _better(_cut(self.solver, program, self.accuracy, self.until), likely)
        if chosen.outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
            return chosen
        rounded = np.round(chosen.x)
        low, high = np.where(whole, rounded, program.low), np.where(whole, rounded, program.high)
        best = _best_plan(self.solver, program, cost, low, high, hot=False)
        if best.outcome is not Outcome.OPTIMAL:
            return best
        return replace(best, outcome=chosen.outcome, bound=best.cost - max(0.0, chosen.cost - chosen.bound))


def doubtful_steps(problem: Problem) -> tuple[int, ...]:
    """Steps in which energy can be worth less than nothing: paid import, or paid-for export that cannot be curtailed."""
    _, bought, sold = price_rows(problem)
    stuck = any(isinstance(device, Pv) and not device.curtailable for device in problem.devices)
    low = np.minimum(bought, sold) if stuck else bought
    return tuple(np.flatnonzero((low < 0).any(axis=0)).tolist())


def doubtful_modes(problem: Problem) -> Modes:
    """Rows against moving both ways in the doubtful steps of every store: what the tree works with."""
    return every_store(problem, Steps(tight=doubtful_steps(problem)))


def every_mode(problem: Problem) -> Modes:
    """A decision in every step of every store."""
    return every_store(problem, Steps(decided=tuple(range(problem.n))))


def every_store(problem: Problem, steps: Steps) -> Modes:
    """The same steps for every store."""
    return {device.name: steps for device in problem.devices if isinstance(device, Battery | Ev)}


def _more_modes(modes: Modes, missing: Mapping[str, tuple[int, ...]], every: int) -> Modes:
    more = {name: tuple(range(every)) if every else steps for name, steps in missing.items()}
    return {name: Steps(decided=tuple(sorted({*steps.decided, *more.get(name, ())}))) for name, steps in modes.items()}


def _cut(solver: Solver, program: Program, accuracy: Accuracy, until: float | None) -> Found:
    """Branch and cut over the program that `solver` holds."""
    solver.want_whole(program.pattern.whole)
    small = int(program.pattern.whole.sum()) <= SMALL
    options: dict[str, Any] = {"presolve": "off", **NO_HEURISTICS} if small else {"presolve": "on"}
    return solver.run(until=until, mip_rel_gap=accuracy.gap, mip_abs_gap=accuracy.within * solver.scale, **TOLERANCES, **options)


def _better(found: Found, likely: Found | None) -> Found:
    """The plan of branch and cut, or the likely one where that is cheaper or the only one."""
    none = found.outcome is Outcome.NO_PLAN
    if likely is None or found.outcome is Outcome.INFEASIBLE or (not none and found.cost <= likely.cost):
        return found
    return likely if none else replace(likely, bound=max(likely.bound, found.bound))


def _best_plan(solver: Solver, program: Program, cost: Array, low: Array, high: Array, *, hot: bool) -> Found:
    """The cheapest plan within bounds that leave no whole-number decision open and, of all equal ones, the calmest.

    Decisions fixed at their rounded values can leave an LP that is feasible only within the tolerance they were found with, so a tight
    try is followed by looser ones. `hot` starts the first from the basis that the solver holds.
    """
    found = Found(Outcome.INFEASIBLE, np.zeros(0))
    for place, (tolerance, presolve) in enumerate(TRIES):
        if hot and place == 0:
            solver.change(cost=cost)
        else:
            solver.load(program, cost)
        solver.change(low=low, high=high)
        options: dict[str, Any] = {"presolve": presolve, "primal_feasibility_tolerance": tolerance, "dual_feasibility_tolerance": tolerance}
        found = solver.run(duals=True, **options)
        if found.outcome is Outcome.OPTIMAL:
            return replace(found, x=_calmest(solver, program, (low, high), found, options))
    return found


def _calmest(solver: Solver, program: Program, bounds: tuple[Array, Array], first: Found, options: dict[str, Any]) -> Array:
    """The calmest of the optimal plans: what carries a dual or a reduced cost stays where it is."""
    assert first.reduced is not None
    assert first.dual is not None
    assert first.activity is not None
    if not program.calm.any():
        return first.x
    low, high = bounds
    tiny = TINY * max(float(np.abs(program.cost).max(initial=0.0)), 1e-9)
    tied, held = np.abs(first.reduced) > tiny, np.abs(first.dual) > tiny
    at = np.clip(first.x, low, high)
    solver.change(
        cost=program.calm / solver.scale,
        low=np.where(tied, at, low),
        high=np.where(tied, at, high),
        row_low=np.where(held, first.activity, program.row_low),
        row_high=np.where(held, first.activity, program.row_high),
    )
    calm = solver.run(**options)
    return calm.x if calm.outcome is Outcome.OPTIMAL else first.x  # the first is optimal as well: only its place is not refined
