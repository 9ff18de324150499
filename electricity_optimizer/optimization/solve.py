"""Exact solve of one problem: whole-number decisions first, then the best of the equal plans, then the check that lazy modes held.

Mode variables are costly, so they stand first only where energy can have a negative price. Where the relaxed plan still moves a store
both ways at once, they are added there and the problem is solved again: the last plan is optimal for the full problem.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from electricity_optimizer.optimization.reference.arrays import Arrays, compile_arrays
from electricity_optimizer.optimization.device_fields import Battery, Ev, Pv
from electricity_optimizer.optimization.reference.model import Model, build
from electricity_optimizer.optimization.problem import Array, Problem, price_rows
from electricity_optimizer.optimization.solver import Outcome, Solution, fix_whole, solve_continuous, solve_whole

TIE = 2e-7  # weight of whole-number ties, in kWh at the highest price
LAZY_ROUNDS = 4  # then every step of the store gets its mode variable


@dataclass
class Solved:
    """Flows per device (numpy arrays), the solver's cost, its gap, and the price of one more kWh in each step, shape (n,)."""

    outcome: Outcome
    flows: dict[str, dict[str, Any]]
    cost: float = 0.0
    gap: float = 0.0
    marginal_price: Array | None = None


def solve(problem: Problem, *, gap: float, time_limit: float | None) -> Solved:
    """The cheapest plan within `gap`; the outcome says when there is none."""
    clock = time.monotonic()
    modes = {device.name: _early_modes(problem) for device in problem.devices if isinstance(device, Battery | Ev)}
    for attempt in range(LAZY_ROUNDS + 1):
        model = build(problem, modes)
        arrays = compile_arrays(model.pyomo)
        left = None if time_limit is None else time_limit - (time.monotonic() - clock)
        solution, arrays = _solve_arrays(model, arrays, gap, left)
        if solution.outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
            return Solved(solution.outcome, {})
        arrays.write_back(solution.x)
        missing = {name: steps for name, part in model.parts.items() if (steps := part.both_ways())}
        if not missing:
            break
        modes = _more_modes(modes, missing, every=problem.n if attempt >= LAZY_ROUNDS - 1 else 0)
    return _read(problem, model, arrays, solution)


def _early_modes(problem: Problem) -> frozenset[int]:
    """Steps in which energy can be worth less than nothing: paid import, or paid-for export that cannot be curtailed."""
    _, bought, sold = price_rows(problem)
    stuck = any(isinstance(device, Pv) and not device.curtailable for device in problem.devices)
    low = np.minimum(bought, sold) if stuck else bought
    return frozenset(int(k) for k in np.flatnonzero((low < 0).any(axis=0)))


def _more_modes(modes: Mapping[str, frozenset[int]], missing: Mapping[str, list[int]], every: int) -> dict[str, frozenset[int]]:
    more = {name: frozenset(range(every) if every else steps) for name, steps in missing.items()}
    return {name: steps | more.get(name, frozenset()) for name, steps in modes.items()}


def _solve_arrays(model: Model, arrays: Arrays, gap: float, time_limit: float | None) -> tuple[Solution, Arrays]:
    """Soft limits come before money: first as if hard; where that cannot be, with the least total miss."""
    weights = arrays.vector((slack.variable, slack.weight) for slack in model.slacks)
    missed = weights > 0
    hard = replace(arrays, high=np.where(missed, 0.0, arrays.high))
    found = _solve_once(model, hard, gap, time_limit)
    if found.outcome is not Outcome.INFEASIBLE or not missed.any():
        return found, hard
    least = solve_whole(replace(arrays, cost=weights), np.zeros(len(weights)), gap=1e-9, time_limit=time_limit)
    if least.outcome not in {Outcome.OPTIMAL, Outcome.FEASIBLE}:
        return least, arrays
    total = float(weights @ least.x)
    capped = _with_row(arrays, weights, total + 1e-7 * max(1.0, total))
    found = _solve_once(model, capped, gap, time_limit)
    cut_short = least.outcome is Outcome.FEASIBLE and found.outcome is Outcome.OPTIMAL
    return (replace(found, outcome=Outcome.FEASIBLE) if cut_short else found), capped


def _with_row(arrays: Arrays, weights: Array, most: float) -> Arrays:
    """The arrays with one row more: `weights @ x <= most`."""
    old = sparse.csc_array((arrays.value, arrays.index, arrays.start), shape=(len(arrays.row_low), len(arrays.cost)))
    new = sparse.vstack([old, sparse.csr_array(weights[None, :])]).tocsc()
    new.sort_indices()
    return replace(
        arrays,
        start=new.indptr.astype(np.int32),
        index=new.indices.astype(np.int32),
        value=np.asarray(new.data, dtype=float),
        row_low=np.append(arrays.row_low, -np.inf),
        row_high=np.append(arrays.row_high, most),
    )


def _solve_once(model: Model, arrays: Arrays, gap: float, time_limit: float | None) -> Solution:
    found_gap, outcome = 0.0, Outcome.OPTIMAL
    if arrays.whole.any():
        ties = arrays.vector(pair for part in model.parts.values() for pair in part.order_whole)
        whole = solve_whole(arrays, ties * TIE * _highest_price(model), gap=gap, time_limit=time_limit)
        if whole.outcome in {Outcome.INFEASIBLE, Outcome.NO_PLAN}:
            return whole
        arrays, found_gap, outcome = fix_whole(arrays, whole.x), whole.gap, whole.outcome
    second = arrays.vector(pair for part in model.parts.values() for pair in part.order)
    best = solve_continuous(arrays, second, time_limit=None if arrays.whole.any() else time_limit)
    return replace(best, gap=found_gap, outcome=outcome if best.outcome is Outcome.OPTIMAL else best.outcome)


def _highest_price(model: Model) -> float:
    _, bought, sold = price_rows(model.connection.problem)
    return float(max(np.abs(bought).max(), np.abs(sold).max())) or 1.0


def _read(problem: Problem, model: Model, arrays: Arrays, solution: Solution) -> Solved:
    assert solution.row_dual is not None
    balance = model.connection.block.balance
    duals = np.asarray([solution.row_dual[arrays.row_of[id(balance[k])]] for k in range(problem.n)])
    return Solved(
        outcome=solution.outcome,
        flows={name: part.read() for name, part in model.parts.items()},
        cost=float(arrays.cost @ solution.x) + arrays.offset,
        gap=solution.gap,
        marginal_price=duals / problem.hours,
    )
