"""A plan and the one that replaced its rest, as one plan of the whole problem: what was carried out, then what is planned now."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.baseline import baseline_cost
from electricity_optimizer.optimization.checking.verify import verify
from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.plan import assemble
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reading import read_problem
from electricity_optimizer.optimization.solving.highs import Outcome
from electricity_optimizer.optimization.solving.solve import Solved
from electricity_optimizer.optimization.spans import runs_of

Answer = Mapping[str, Any]


def joined(problem: Mapping[str, Any] | Problem, former: Answer, at_step: int, later: Answer) -> dict[str, Any]:
    """The answer to `problem` that follows `former` for `at_step` steps and then `later`, the plan of what was left of it.

    `problem` holds the series as they are known now, over its whole horizon. The cost is that of the whole; its bound is what no other
    rest could have made it. The plan is replayed as any other: raises PlanError where the two do not fit together.
    """
    whole = read_problem(problem)
    flows = {device.name: _flows(device, former["devices"][device.name], later["devices"], at_step) for device in whole.devices}
    marginal = np.asarray(former["grid"]["marginal_price"][:at_step] + later["grid"]["marginal_price"])
    open_gap = max(0.0, later["objective"] - later["bound"])
    optimal = Outcome.OPTIMAL if later["status"] == "optimal" else Outcome.FEASIBLE
    solved = Solved(optimal, flows, open_gap=0.0 if later["status"] == "optimal" else open_gap, marginal_price=marginal)
    solved.cost = account(whole, flows).objective
    solved.bound = solved.cost - open_gap
    answer = assemble(whole, solved, baseline_cost(whole))
    verify(whole, answer, None)
    told = [entry for entry in former["explanation"] if entry["step"] < at_step]
    answer["explanation"] = told + [entry | {"step": entry["step"] + at_step} for entry in later["explanation"]]
    for name in ("warnings", "changes"):
        if name in later:
            answer[name] = _shifted(later[name], at_step)
    return answer | {"verified": True, "solve_seconds": later.get("solve_seconds")}


def _flows(device: Any, former: Answer, later: Mapping[str, Answer], at: int) -> dict[str, Any]:
    """Power lists of a device end to end; a load that was done has no place in the later plan."""
    after = later.get(device.name)
    if isinstance(device, Load):
        return _job(device, former, after, at)
    assert after is not None
    if "feeds" in former:
        feeds = {name: _end_to_end(flow["power_kw"], after["feeds"][name]["power_kw"], at) for name, flow in former["feeds"].items()}
        return {"feeds": {name: {"power_kw": power} for name, power in feeds.items()}}
    lists = [name for name in former if name.endswith("_kw")]
    return {name: _end_to_end(former[name], after[name], at) for name in lists}


def _end_to_end(first: list[float], second: list[float], at: int) -> Any:
    return np.asarray([*first[:at], *second])


def _job(load: Load, former: Answer, after: Answer | None, at: int) -> dict[str, Any]:
    begun = [run for run in former["runs"] if run[0] < at]
    rest = [[begin + at, end + at] for begin, end in after["runs"]] if after is not None else []
    if load.interruptible:
        steps = {k for begin, end in begun for k in range(begin, min(end, at))} | {k for begin, end in rest for k in range(begin, end)}
        runs = runs_of(sorted(steps))
    else:
        runs = begun or rest
    length = len(former["power_kw"])
    power = np.zeros(length)
    for begin, end in runs:
        power[begin:end] = load.shape[0] if load.interruptible else load.shape
    return {"power_kw": power, "runs": runs}


def _shifted(told: Any, at: int) -> Any:
    """Steps of the later plan as steps of the whole one."""
    if isinstance(told, list):
        return [_shifted(entry, at) for entry in told]
    if not isinstance(told, Mapping):
        return told
    moved = {name: value + at for name, value in told.items() if name in {"step", "from_step", "until_step"} and value is not None}
    return {name: moved.get(name, _shifted(value, at) if isinstance(value, list) else value) for name, value in told.items()}
