"""The answer as the contract wants it: clean numbers, the bill, what was missed; built from the solver's flows and the problem."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.replay import net_import, states
from electricity_optimizer.optimization.device_fields import Ev
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.solving.highs import Outcome
from electricity_optimizer.optimization.solving.solve import ABSOLUTE_GAP, Solved

OPTIMAL_GAP = 1e-6
DECIMALS = 9  # kW and kWh: a solver's noise ends here, a plan's meaning does not begin before
MISSED = 1e-6


def clean(values: Any) -> Any:
    """Lists and floats without noise and without negative zeros, whatever they are nested in."""
    if isinstance(values, Mapping):
        return {key: clean(value) for key, value in values.items()}
    if isinstance(values, np.ndarray):
        return (np.round(values, DECIMALS) + 0.0).tolist()
    if isinstance(values, float):
        return round(values, DECIMALS) + 0.0
    return values


def assemble(problem: Problem, solved: Solved, baseline: float) -> dict[str, Any]:
    """The answer without warnings, explanation and the mark of the check, which come later."""
    devices = clean(solved.flows)
    net = net_import(problem, devices)
    for name, state in states(problem, devices).items():
        devices[name] |= clean(state)
    bill = account(problem, devices)
    savings = baseline - bill.objective
    answer: dict[str, Any] = {
        "name": problem.name,
        "plan_id": plan_id(problem),
        "status": "optimal" if solved.outcome is Outcome.OPTIMAL and _gap(solved, solved.open_gap) <= OPTIMAL_GAP else "feasible",
        "gap": clean(_gap(solved, solved.cost - solved.bound)),
        "objective": clean(bill.objective),
        "bound": clean(min(solved.bound, bill.objective)),
        "cost": clean(bill.items),
        "baseline_cost": clean(baseline),
        "savings": clean(savings),
        "savings_percent": round(100.0 * savings / abs(baseline), 6) + 0.0 if abs(baseline) > MISSED else None,
        "co2_kg": clean(bill.co2_kg),
        "grid": clean({"import_kw": np.maximum(net, 0.0), "export_kw": np.maximum(-net, 0.0), "marginal_price": solved.marginal_price}),
        "devices": _in_order(devices),
        "violations": violations(problem, devices, net),
    }
    if bill.scenario_costs is not None:
        answer["scenario_costs"] = [clean(cost) for cost in bill.scenario_costs]
    return answer


def plan_id(problem: Problem) -> str:
    """The plan's name: the same problem has the same plan, so it is made from the problem, 16 hexadecimal digits."""
    return hashlib.sha256(problem.model_dump_json().encode()).hexdigest()[:16]


def _gap(solved: Solved, missing: float) -> float:
    """`missing` (currency) as a share of the cost."""
    return 0.0 if missing <= ABSOLUTE_GAP else missing / max(abs(solved.cost), 1e-9)


def _in_order(devices: dict[str, Any]) -> dict[str, Any]:
    first = ("charge_kw", "discharge_kw", "soc_kwh", "used_kw", "curtailed_kw", "power_kw", "temperature", "runs", "feeds")
    return {name: {key: flows[key] for key in first if key in flows} for name, flows in devices.items()}


def violations(problem: Problem, devices: Mapping[str, Any], net: Array) -> list[dict[str, Any]]:
    """Soft limits the plan misses, worst step first told for a grid limit, in the words of the problem file."""
    found: list[dict[str, Any]] = []
    for device in problem.devices:
        for index, session in enumerate(device.sessions if isinstance(device, Ev) else ()):
            short = session.target_kwh - devices[device.name]["soc_kwh"][session.depart - 1]
            if session.target_is == "soft" and short > MISSED:
                found.append({"limit": f"{device.name}.sessions[{index}].target_kwh", "short_by": clean(short), "unit": "kWh"})
    if problem.grid.limits_are == "soft":
        found += _breaches("grid.import_limit_kw", net, problem.grid.import_limit_kw)
        found += _breaches("grid.export_limit_kw", -net, problem.grid.export_limit_kw)
    return found


def _breaches(label: str, flow: Array, limit: Any) -> list[dict[str, Any]]:
    over = flow - per_step(limit, len(flow), np.inf)
    steps = [int(k) for k in np.flatnonzero(over > MISSED)]
    if not steps:
        return []
    return [{"limit": label, "short_by": clean(float(over.max())), "unit": "kW", "steps": steps}]
