"""Why no plan exists: a smallest set of limits that cannot hold together, found by letting go of the others (deletion filter).

None of the named limits can be taken from the set: without any one of them a plan exists (of the named ones alone). The search drops
whole halves at a time, so that a problem of fifty limits needs some fifteen small solves.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np

from electricity_optimizer.optimization.reference.arrays import compile_arrays
from electricity_optimizer.optimization.device_fields import Battery, Ev, HeatStore
from electricity_optimizer.optimization.limits import Limit, limits
from electricity_optimizer.optimization.reference.model import build
from electricity_optimizer.optimization.problem import Problem, per_step
from electricity_optimizer.optimization.solver import Outcome, solve_whole

SEARCH_SECONDS = 20.0  # then the set found so far is told: it cannot hold together, but may not be the smallest


def conflict(problem: Problem, time_limit: float | None) -> dict[str, Any]:
    """`conflict`: the names of the limits, in the words of the problem file; `message`: one sentence with their values."""
    named = initial_conflict(problem) or _search(problem, time.monotonic() + (time_limit or SEARCH_SECONDS))
    told = ", ".join(f"{limit.label} ({limit.text})" for limit in named)
    message = f"these cannot hold together: {told}" if named else "the site cannot balance in some step whatever its limits"
    return {"conflict": [limit.label for limit in named], "message": message}


def initial_conflict(problem: Problem) -> list[Limit]:
    """A store whose first level lies outside its own bounds, where those are the same in every step."""
    for device in problem.devices:
        if not isinstance(device, Battery | Ev | HeatStore):
            continue
        first = Limit(f"{device.name}.soc_initial_kwh", f"{device.soc_initial_kwh:g} kWh", lambda p: p)
        for field, sign in (("soc_min_kwh", 1.0), ("soc_max_kwh", -1.0)):
            bounds = per_step(getattr(device, field), problem.n)
            if np.ptp(bounds) == 0 and sign * (bounds[0] - device.soc_initial_kwh) > 0:
                return [first, Limit(f"{device.name}.{field}", f"{bounds[0]:g} kWh", lambda p: p)]
    return []


def _search(problem: Problem, until: float) -> list[Limit]:
    candidates = limits(problem)
    kept = _needed(problem, candidates, [], until)
    return [limit for limit in candidates if limit in kept]


def _needed(problem: Problem, candidates: list[Limit], dropped: list[Limit], until: float) -> list[Limit]:
    """The candidates that must stay for the problem without `dropped` to be impossible; lets go of halves at a time."""
    if not candidates or _impossible(problem, [*dropped, *candidates], until):
        dropped.extend(candidates)
        return []
    if len(candidates) == 1:
        return candidates
    half = len(candidates) // 2
    first = _needed(problem, candidates[:half], dropped, until)
    return first + _needed(problem, candidates[half:], dropped, until)


def _impossible(problem: Problem, without: list[Limit], until: float) -> bool:
    left = until - time.monotonic()
    if left <= 0:
        return False
    for limit in without:
        problem = limit.without(problem)
    every = range(problem.n)
    model = build(problem, {device.name: every for device in problem.devices if isinstance(device, Battery | Ev)})
    arrays = compile_arrays(model.pyomo)
    arrays = replace(arrays, cost=np.zeros(len(arrays.cost)))
    return solve_whole(arrays, arrays.cost, gap=0.5, time_limit=left).outcome is Outcome.INFEASIBLE
