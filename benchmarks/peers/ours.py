"""Ours: `schedule` with reading, building, solving, verifying and explaining, on the problem as parsed from JSON.

"disturb" plans the same sites with other prices, loads and sun: asked between two timed calls, it leaves nothing in a warm solver that
knows the answer already. "replan" times such a call. The CPU time inside HiGHS's `run` is told beside each. "model" times what a model
costs before a solver runs: reading, structure, numbers, handing them to HiGHS.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from time import process_time
from typing import Any

from serving import Call, began, read_problems, serve

STARTED = began()

from electricity_optimizer.optimization import schedule  # noqa: E402 - its import is told in the first line

HIGHS = {"seconds": 0.0, "watched": False}


def watch_the_solver() -> None:
    """Let every `run` of HiGHS be timed. Called after the first schedule, which is what imports it."""
    import highspy  # noqa: PLC0415

    run = highspy.Highs.run

    @wraps(run)
    def timed(self: Any, *given: Any) -> Any:
        start = process_time()
        found = run(self, *given)
        HIGHS["seconds"] += process_time() - start
        return found

    setattr(highspy.Highs, "run", timed)  # noqa: B010 - to a type checker a method is not to be assigned
    HIGHS["watched"] = True


class Others:
    """The same sites on other days: every step's price, load and sun moved by up to 3 %, differently each time."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        self.problems, self.days = problems, 0

    def next(self) -> list[dict[str, Any]]:
        """Another day."""
        import numpy as np  # noqa: PLC0415 - its import counts as schedule's

        self.days += 1
        draw = np.random.default_rng(self.days)
        return [self._moved(problem, draw) for problem in self.problems]

    def _moved(self, problem: Mapping[str, Any], draw: Any) -> dict[str, Any]:
        factor = draw.uniform(0.97, 1.03, (3, len(problem["import_price"])))
        devices = [
            one | {"forecast_kw": (factor[2] * one["forecast_kw"]).tolist()} if one["type"] == "pv" else one for one in problem["devices"]
        ]
        prices = {name: (factor[0] * problem[name]).tolist() for name in ("import_price", "export_price")}
        return dict(problem) | prices | {"load_kw": (factor[1] * problem["load_kw"]).tolist(), "devices": devices}


def each(problems: list[dict[str, Any]], options: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    """The call: all problems of the file, one after the other."""
    HIGHS["seconds"] = 0.0
    answers = [schedule(problem, **options) for problem in problems]
    if not HIGHS["watched"]:
        watch_the_solver()
        return lambda: {"answer": answers}
    solving = HIGHS["seconds"]
    return lambda: {"answer": answers, "solver_cpu_seconds": solving}


def modelled(problems: list[dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The call: everything before the first run of the solver."""
    from electricity_optimizer.optimization.reading import read_problem  # noqa: PLC0415 - imported with schedule
    from electricity_optimizer.optimization.solving.engine import engine  # noqa: PLC0415
    from electricity_optimizer.optimization.solving.solve import doubtful_modes  # noqa: PLC0415

    for given in problems:
        problem = read_problem(given)
        program = engine().structures.of(problem, doubtful_modes(problem)).fill(problem)
        engine().solver.load(program, program.cost + program.early)
    return dict


def main() -> None:
    problems = read_problems()
    others = Others(problems)
    waiting: list[list[dict[str, Any]]] = []

    def draw() -> Callable[[], dict[str, Any]]:
        waiting[:] = [others.next()]
        return dict

    def replan() -> Callable[[], dict[str, Any]]:
        ended = each(waiting[0], {})
        return lambda: {name: value for name, value in ended().items() if name != "answer"}

    def model() -> Callable[[], dict[str, Any]]:
        return modelled(waiting[0])

    def disturb() -> Callable[[], dict[str, Any]]:
        each(others.next(), {})
        return dict

    calls: dict[str, Call] = {"exact": partial(each, problems, {}), "draw": draw, "replan": replan, "model": model, "disturb": disturb}
    if "certified" in inspect.signature(schedule).parameters:
        calls["certified"] = partial(each, problems, {"certified": True})
    calls["modes"] = lambda: lambda: {"modes": [name for name in ("exact", "certified") if name in calls]}
    serve(calls, STARTED)


if __name__ == "__main__":
    main()
