"""Why no plan exists: a smallest set of limits that cannot hold together, found by letting go of the others (deletion filter).

None of the named limits can be taken from the set: without any one of them a plan exists (of the named ones alone). The search drops
whole halves at a time, so that a problem of fifty limits needs some fifteen small solves.
"""

import time
from typing import Any

from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.solving.engine import Engine
from electricity_optimizer.optimization.solving.highs import Outcome
from electricity_optimizer.optimization.solving.solve import Accuracy
from electricity_optimizer.optimization.solving.solve import Search as Plans
from electricity_optimizer.optimization.telling.limits import Limit, limits

SEARCH_SECONDS = 20.0  # then the set found so far is told: it cannot hold together, but may not be the smallest
ANY = Accuracy(gap=1.0, within=1e12)  # the first plan will do
AMPLE_MISS = 1e9  # kWh: soft limits are no part of a conflict
UNNAMED = "the site cannot balance in some step whatever its limits"


def conflict(problem: Problem, time_limit: float | None) -> dict[str, Any]:
    """`conflict`: the names of the limits, in the words of the problem file; `message`: one sentence with their values."""
    search = Search(problem, Engine(), time.monotonic() + (time_limit or SEARCH_SECONDS))
    candidates = limits(problem)
    kept = search.needed(candidates)
    named = [limit for limit in candidates if limit in kept]
    told = ", ".join(f"{limit.label} ({limit.text})" for limit in named)
    message = f"these cannot hold together: {told}; one of them has to give" if named else UNNAMED
    if time.monotonic() >= search.until:
        message += " (the search ended early: not all of them may be needed)"
    return {"conflict": [limit.label for limit in named], "message": message}


class Search:
    """A deletion filter over the limits of one problem, until a time of the monotonic clock."""

    def __init__(self, problem: Problem, engine: Engine, until: float) -> None:
        self.problem, self.engine, self.until = problem, engine, until
        self.dropped: list[Limit] = []

    def needed(self, candidates: list[Limit]) -> list[Limit]:
        """The candidates that must stay for the problem without the dropped ones to be impossible; lets go of halves at a time."""
        if not candidates or self._impossible([*self.dropped, *candidates]):
            self.dropped.extend(candidates)
            return []
        if len(candidates) == 1:
            return candidates
        half = len(candidates) // 2
        first = self.needed(candidates[:half])
        return first + self.needed(candidates[half:])

    def _impossible(self, without: list[Limit]) -> bool:
        if time.monotonic() >= self.until:
            return False
        problem = self.problem
        for limit in without:
            problem = limit.without(problem)
        return Plans(problem, self.engine, ANY, self.until).cheapest(most_missed=AMPLE_MISS).found.outcome is Outcome.INFEASIBLE
