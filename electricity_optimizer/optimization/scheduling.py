"""The way through a schedule: read, solve, assemble, check, explain."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np

from electricity_optimizer.errors import InputError, PlanError
from electricity_optimizer.optimization.checking.baseline import baseline_cost
from electricity_optimizer.optimization.checking.verify import verify
from electricity_optimizer.optimization.plan import OPTIMAL_GAP, assemble
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reading import read_problem
from electricity_optimizer.optimization.solving.engine import engine
from electricity_optimizer.optimization.solving.highs import Outcome
from electricity_optimizer.optimization.solving.solve import CERTIFIED, Accuracy
from electricity_optimizer.optimization.solving.staying import solve_near
from electricity_optimizer.optimization.telling.changes import changes
from electricity_optimizer.optimization.telling.conflict import conflict
from electricity_optimizer.optimization.telling.explain import explain
from electricity_optimizer.optimization.telling.explain.reader import Reader
from electricity_optimizer.optimization.telling.warnings import warnings

OUT_OF_TIME = "time_limit"

Answer = dict[str, Any]


@overload
def schedule(
    problem: Mapping[str, Any] | Problem, *, time_limit: float | None = None, gap: float = OPTIMAL_GAP, certified: bool = False
) -> Answer: ...
@overload
def schedule(
    problem: Sequence[Any], *, time_limit: float | None = None, gap: float = OPTIMAL_GAP, certified: bool = False
) -> list[Answer]: ...
def schedule(
    problem: Mapping[str, Any] | Problem | Sequence[Any],
    *,
    time_limit: float | None = None,
    gap: float = OPTIMAL_GAP,
    certified: bool = False,
) -> Answer | list[Answer]:
    """The cheapest verified plan of a site as a JSON-able dict, or a list of them for a list of sites, in the same order.

    `problem` is a problem file's content (contract schedule_problem.md) or a `Problem`; `time_limit` is seconds of wall time for each
    site; `gap` the relative gap at which the solver may stop; `certified` lets it stop at a proven 1 ct or 0.1 %, whichever is more.
    Status is `optimal`, `feasible`, `infeasible` (with `conflict`), or `error` (a member of a list that cannot be read, or, with
    `reason: time_limit`, a solve that found no plan in time).

    Raises InputError for a single wrong problem or a wrong argument, PlanError for a plan that failed its check.
    """
    if time_limit is not None and not time_limit > 0:
        raise InputError(f"{time_limit} is no time", where="time_limit", remedy="give seconds above 0")
    if not 0 <= gap < 1:
        raise InputError(f"{gap} is no relative gap", where="gap", remedy="give a number from 0 to below 1, such as 1e-6")
    accuracy = CERTIFIED if certified else Accuracy(gap)
    if isinstance(problem, Sequence) and not isinstance(problem, str | bytes):
        return [_member(index, one, time_limit, accuracy) for index, one in enumerate(problem)]
    return _schedule_one(read_problem(problem), time_limit, accuracy)


def problem_schema() -> dict[str, Any]:
    """JSON Schema of a problem file, generated from the models."""
    return Problem.model_json_schema()


def _member(index: int, data: object, time_limit: float | None, accuracy: Accuracy) -> Answer:
    name = data.get("name") if isinstance(data, Mapping) else getattr(data, "name", None)
    try:
        return _schedule_one(read_problem(data), time_limit, accuracy)
    except InputError as error:
        where = f"[{index}].{error.where}" if error.where else f"[{index}]"
        line = str(InputError(error.what, where=where, remedy=error.remedy))
        return {"name": name, "status": "error", "reason": "input", "message": line}
    except PlanError as error:
        return {"name": name, "status": "error", "reason": "plan", "message": str(error)}


def _schedule_one(problem: Problem, time_limit: float | None, accuracy: Accuracy) -> Answer:
    clock = time.perf_counter()
    solved = solve_near(problem, engine(), accuracy, time_limit)
    if solved.outcome is Outcome.NO_PLAN:
        message = f"no plan was found within {time_limit} s"
        return {"name": problem.name, "status": "error", "reason": OUT_OF_TIME, "message": message}
    if solved.outcome is Outcome.INFEASIBLE:
        return {"name": problem.name, "status": "infeasible"} | conflict(problem, time_limit) | _ending(clock)
    answer = assemble(problem, solved, baseline_cost(problem))
    told = answer | {part: _as_arrays(answer[part]) for part in ("grid", "devices")}
    verify(problem, told, solved.cost)
    moved = changes(problem, told, solved.cost - solved.bound - solved.open_gap)
    if moved is not None:
        answer["changes"] = moved
    reader = Reader(problem, told)
    answer["warnings"] = warnings(problem, told, reader)
    answer["explanation"] = explain(problem, told, reader)
    return answer | {"verified": True} | _ending(clock)


def _as_arrays(part: Any) -> Any:
    """A part of the answer with its lists of numbers as arrays, so that all who read it need not convert them each."""
    if isinstance(part, dict):
        return {key: _as_arrays(value) for key, value in part.items()}
    return np.asarray(part) if isinstance(part, list) and part and isinstance(part[0], float) else part


def _ending(clock: float) -> Answer:
    return {"solve_seconds": round(time.perf_counter() - clock, 4)}
