"""Holding on to a former plan: as it is where that costs no more than the problem's `churn_limit`, else the plan nearest to it.

The cheapest plan is found first and knows nothing of the former one: it gives the bound, the marginal prices, and the budget.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.replay import net_import, states
from electricity_optimizer.optimization.checking.verify import verify
from electricity_optimizer.optimization.device_fields import HeatStore, Load, Pv
from electricity_optimizer.optimization.plan import clean, violations
from electricity_optimizer.optimization.problem import Problem, per_step
from electricity_optimizer.optimization.solving.engine import Engine
from electricity_optimizer.optimization.solving.solve import Accuracy, Search, Solved, solve
from electricity_optimizer.optimization.spans import open_starts, runs_of

SAME_KW = 1e-6
Flows = dict[str, dict[str, Any]]


def solve_near(problem: Problem, engine: Engine, accuracy: Accuracy, time_limit: float | None) -> Solved:
    """As `solve`, and where the problem has a `previous` plan the nearest to it within `churn_limit` of the cheapest."""
    until = None if time_limit is None else time.monotonic() + time_limit
    cheapest = solve(problem.model_copy(update={"previous": None}), engine, accuracy, time_limit)
    if problem.previous is None or problem.churn_limit == 0 or not cheapest.flows:
        return cheapest
    kept = _as_it_was(problem, cheapest)
    if kept is not None:
        return kept
    miss = cheapest.missed + 1e-7 * max(1.0, cheapest.missed) if cheapest.missed > 0 else 0.0
    near = Search(problem, engine, accuracy, until).nearest(cheapest.cost + problem.churn_limit, miss, cheapest.flows)
    if near is None:
        return cheapest
    cost = float(near.program.cost @ near.found.x)
    if cost > cheapest.cost + problem.churn_limit + 1e-6:
        return cheapest
    return replace(cheapest, flows=near.structure.read(near.found.x, problem), cost=cost)


def _as_it_was(problem: Problem, cheapest: Solved) -> Solved | None:
    """The former plan itself, where it can still be followed and costs no more than the limit allows."""
    flows = former_flows(problem)
    if flows is None:
        return None
    bill = account(problem, flows)
    if bill.objective > cheapest.cost + problem.churn_limit or cheapest.missed > 0:
        return None
    net = net_import(problem, flows)
    for name, state in states(problem, flows).items():
        flows[name] |= clean(state)
    grid = {"import_kw": np.maximum(net, 0.0), "export_kw": np.maximum(-net, 0.0)}
    plan = {"devices": flows, "grid": grid, "objective": bill.objective, "cost": bill.items}
    try:
        verify(problem, plan, None)
    except PlanError:
        return None
    return None if violations(problem, flows, net) else replace(cheapest, flows=flows, cost=bill.objective)


def former_flows(problem: Problem) -> Flows | None:
    """Flows of the former plan in the words of the answer, or None where it does not say what every device does."""
    assert problem.previous is not None
    found: Flows = {}
    for device in problem.devices:
        flows = _of_device(device, problem.previous.devices.get(device.name), problem.n)
        if flows is None:
            return None
        found[device.name] = flows
    return found


def _of_device(device: Any, lists: Mapping[str, list[float]] | None, n: int) -> dict[str, Any] | None:
    if isinstance(device, Pv):
        forecast = per_step(device.forecast_kw, n)
        used = np.minimum(forecast, (lists or {}).get("used_kw", forecast))
        return {"used_kw": used, "curtailed_kw": forecast - used}
    if lists is None:
        return None
    if isinstance(device, HeatStore):
        named = all(feed.name in lists for feed in device.feeds)
        return {"feeds": {feed.name: {"power_kw": lists[feed.name]} for feed in device.feeds}} if named else None
    if isinstance(device, Load):
        return {"power_kw": lists["power_kw"], "runs": _runs(device, np.asarray(lists["power_kw"]), n)} if "power_kw" in lists else None
    wanted = ("power_kw",) if device.type == "heat_pump" else ("charge_kw", "discharge_kw")
    return {field: lists[field] for field in wanted} if all(field in lists for field in wanted) else None


def _runs(load: Load, power: Any, n: int) -> list[list[int]]:
    """The runs that make this power; those of a block are found by its shape, which may hold zeros."""
    if load.interruptible:
        return runs_of(np.flatnonzero(power > SAME_KW))
    shape = np.asarray(load.shape)
    for start in open_starts(load, n):
        if np.abs(power[start : start + len(shape)] - shape).max() <= SAME_KW and abs(power.sum() - shape.sum()) <= SAME_KW:
            return [[start, start + load.length]]
    return []
