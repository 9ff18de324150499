"""The check of a finished plan: replay it from the problem alone and look at every limit. numpy only; it must never import the model.

It reads the answer as a person gets it. A plan that breaks a limit, or whose cost is not what the solver said, raises PlanError.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.replay import draw, net_import, stored_energy, stored_heat, temperature
from electricity_optimizer.optimization.device_fields import AnyStore, Battery, Ev, HeatPump, HeatStore, Load, Pv
from electricity_optimizer.optimization.problem import Problem, per_step

LIMIT = 1e-5  # kW, kWh or degrees C by which rounding may pass a limit
FLOW = 1e-6  # kW of balance, of unplugged flow, of flows both ways
AGREEMENT = 1e-6  # relative difference to the solver's cost

Broken = dict[str, float]


def verify(problem: Problem, answer: Mapping[str, Any], solver_cost: float | None) -> None:
    """Raise PlanError unless the plan in `answer` keeps every limit and costs what `solver_cost` (if given) and `objective` say."""
    broken: Broken = {}
    forgiven = {violation["limit"] for violation in answer.get("violations", [])}
    flows = answer["devices"]
    for device in problem.devices:
        found = CHECKS[device.type](device, flows[device.name], problem)
        broken |= {f"{device.name}.{name}": excess for name, (excess, most) in found.items() if _over(excess, most)}
    found = _connection(problem, answer) | _groups(problem, flows) | _origin(problem, flows) | _order(problem, flows)
    found |= _exclusion(problem, flows)
    broken |= {name: excess for name, (excess, most) in found.items() if _over(excess, most)}
    broken = {name: excess for name, excess in broken.items() if name not in forgiven}
    if not broken:
        broken = _money(problem, answer, solver_cost)
    if broken:
        worst = ", ".join(f"{name} by {excess:.3g}" for name, excess in sorted(broken.items()))
        raise PlanError(f"the plan breaks {worst}", where=problem.name, remedy="it was withheld; report the problem file")


def _over(excess: float, most: float) -> bool:
    return not excess <= most  # so that NaN is over as well


def _worst(excess: Any) -> float:
    array = np.asarray(excess, dtype=float)
    return float(array.max()) if array.size else 0.0


Found = dict[str, tuple[float, float]]


def _store(store: AnyStore, flows: Mapping[str, Any], problem: Problem) -> Found:
    n = problem.n
    charge, discharge = np.asarray(flows["charge_kw"]), np.asarray(flows["discharge_kw"])
    soc = stored_energy(store, flows, problem.hours)
    found = {
        "charge_kw": (_worst(np.maximum(charge - per_step(store.charge_kw, n), -charge)), LIMIT),
        "discharge_kw": (_worst(np.maximum(discharge - per_step(store.discharge_kw, n), -discharge)), LIMIT),
        "both_ways": (_worst(np.minimum(charge, discharge)), FLOW),
        "soc_replay": (_worst(np.abs(soc - np.asarray(flows["soc_kwh"]))), LIMIT),
        "soc_min_kwh": (_worst(per_step(store.soc_min_kwh, n) - soc), LIMIT),
        "soc_max_kwh": (_worst(soc - per_step(store.soc_max_kwh, n)), LIMIT),
        "charge_min_kw": (_worst(np.where(charge > FLOW, per_step(store.charge_min_kw, n) - charge, 0.0)), LIMIT),
    }
    if store.soc_final_min_kwh is not None:
        found["soc_final_min_kwh"] = (store.soc_final_min_kwh - float(soc[-1]), LIMIT)
    if store.charge_levels_kw is not None:
        allowed = np.asarray([0.0, *store.charge_levels_kw])
        found["charge_levels_kw"] = (_worst(np.abs(charge[:, None] - allowed[None, :]).min(axis=1)), LIMIT)
    return found


def _ev(car: Ev, flows: Mapping[str, Any], problem: Problem) -> Found:
    soc = stored_energy(car, flows, problem.hours)
    away = np.ones(problem.n, bool)
    found = _store(car, flows, problem)
    for index, session in enumerate(car.sessions):
        away[session.arrive : session.depart] = False
        found[f"sessions[{index}].target_kwh"] = (session.target_kwh - float(soc[session.depart - 1]), LIMIT)
    moved = np.asarray(flows["charge_kw"]) + np.asarray(flows["discharge_kw"])
    return found | {"sessions": (_worst(moved[away]), FLOW)}


def _pv(pv: Pv, flows: Mapping[str, Any], problem: Problem) -> Found:
    used, curtailed, forecast = np.asarray(flows["used_kw"]), np.asarray(flows["curtailed_kw"]), per_step(pv.forecast_kw, problem.n)
    found = {
        "forecast_kw": (_worst(np.abs(used + curtailed - forecast)), LIMIT),
        "used_kw": (_worst(np.maximum(-used, -curtailed)), LIMIT),
    }
    return found if pv.curtailable else found | {"curtailable": (_worst(curtailed), LIMIT)}


def _load(load: Load, flows: Mapping[str, Any], problem: Problem) -> Found:
    n, runs, power = problem.n, flows["runs"], np.asarray(flows["power_kw"])
    end = n if load.latest_end is None else load.latest_end
    ran = np.zeros(n, bool)
    for begin, stop in runs:
        ran[begin:stop] = True
    closed = np.ones(n, bool)
    closed[load.earliest : end] = False
    closed[list(load.forbidden)] = True
    expected = np.zeros(n)
    expected[np.flatnonzero(ran)[: load.length]] = load.shape[: int(ran.sum())]
    due = 0 if load.optional_value is not None and not runs else load.length
    least = load.min_run_steps if load.interruptible else load.length
    lengths = [stop - begin + (load.ran_steps if begin == 0 else 0) for begin, stop in runs]
    if 0 < load.ran_steps < least and (not runs or runs[0][0] > 0):
        lengths.append(load.ran_steps)  # what was running stopped before its least run
    return {
        "window": (float((ran & closed).sum()), 0.0),
        "steps": (abs(float(ran.sum()) - due), 0.0),
        "power_kw": (_worst(np.abs(power - expected)), LIMIT),
        "min_run_steps": (_worst([least - length for length in lengths]), 0.0),
    }


def _heat_pump(pump: HeatPump, flows: Mapping[str, Any], problem: Problem) -> Found:
    n, power = problem.n, np.asarray(flows["power_kw"])
    degrees = temperature(pump, power, problem.hours)
    found = {
        "power_kw": (_worst(np.maximum(power - per_step(pump.power_kw, n), -power)), LIMIT),
        "power_min_kw": (_worst(np.where(power > FLOW, per_step(pump.power_min_kw, n) - power, 0.0)), LIMIT),
        "temperature_replay": (_worst(np.abs(degrees - np.asarray(flows["temperature"]))), LIMIT),
        "temperature_min": (_worst(per_step(pump.temperature_min, n) - degrees), LIMIT),
        "temperature_max": (_worst(degrees - per_step(pump.temperature_max, n)), LIMIT),
    }
    if pump.temperature_final_min is not None:
        found["temperature_final_min"] = (pump.temperature_final_min - float(degrees[-1]), LIMIT)
    return found


def _heat_store(store: HeatStore, flows: Mapping[str, Any], problem: Problem) -> Found:
    n, heat = problem.n, stored_heat(store, flows, problem.hours)
    found = {
        "soc_replay": (_worst(np.abs(heat - np.asarray(flows["soc_kwh"]))), LIMIT),
        "soc_min_kwh": (_worst(per_step(store.soc_min_kwh, n) - heat), LIMIT),
        "soc_max_kwh": (_worst(heat - per_step(store.soc_max_kwh, n)), LIMIT),
    }
    for feed in store.feeds:
        power = np.asarray(flows["feeds"][feed.name]["power_kw"])
        found[f"{feed.name}.power_kw"] = (_worst(np.maximum(power - per_step(feed.power_kw, n), -power)), LIMIT)
    if store.soc_final_min_kwh is not None:
        found["soc_final_min_kwh"] = (store.soc_final_min_kwh - float(heat[-1]), LIMIT)
    return found


CHECKS: dict[str, Any] = {"battery": _store, "ev": _ev, "pv": _pv, "load": _load, "heat_pump": _heat_pump, "heat_store": _heat_store}


def _connection(problem: Problem, answer: Mapping[str, Any]) -> Found:
    bought, sold = np.asarray(answer["grid"]["import_kw"]), np.asarray(answer["grid"]["export_kw"])
    grid, n = problem.grid, problem.n
    return {
        "balance": (_worst(np.abs(net_import(problem, answer["devices"]) - bought + sold)), FLOW),
        "import_and_export": (_worst(np.minimum(bought, sold)), FLOW),
        "grid.negative": (_worst(np.maximum(-bought, -sold)), 0.0),
        "grid.import_limit_kw": (_worst(bought - per_step(grid.import_limit_kw, n, np.inf)), LIMIT),
        "grid.export_limit_kw": (_worst(sold - per_step(grid.export_limit_kw, n, np.inf)), LIMIT),
    }


def _groups(problem: Problem, flows: Mapping[str, Any]) -> Found:
    by_name, n = {device.name: device for device in problem.devices}, problem.n
    found: Found = {}
    for group in problem.groups:
        net = sum((draw(by_name[name], flows[name], n) for name in group.devices), start=np.zeros(n))
        found[f"{group.name}.import_limit_kw"] = (_worst(net - per_step(group.import_limit_kw, n, np.inf)), LIMIT)
        found[f"{group.name}.export_limit_kw"] = (_worst(-net - per_step(group.export_limit_kw, n, np.inf)), LIMIT)
    return found


def _origin(problem: Problem, flows: Mapping[str, Any]) -> Found:
    """A battery that may not charge from the grid or discharge to it does so in no step of import or export."""
    net, found = net_import(problem, flows), Found()
    for device in problem.devices:
        if isinstance(device, Battery) and not device.charge_from_grid:
            charge = np.asarray(flows[device.name]["charge_kw"])
            found[f"{device.name}.charge_from_grid"] = (_worst(np.minimum(charge, net)), LIMIT)
        if isinstance(device, Battery) and not device.discharge_to_grid:
            discharge = np.asarray(flows[device.name]["discharge_kw"])
            found[f"{device.name}.discharge_to_grid"] = (_worst(np.minimum(discharge, -net)), LIMIT)
    return found


def _order(problem: Problem, flows: Mapping[str, Any]) -> Found:
    found: Found = {}
    for device in problem.devices:
        if isinstance(device, Load) and device.after is not None and flows[device.name]["runs"]:
            first = flows[device.after]["runs"]
            early = first[-1][1] - flows[device.name]["runs"][0][0] if first else np.inf
            found[f"{device.name}.after"] = (float(early), 0.0)
    return found


def _exclusion(problem: Problem, flows: Mapping[str, Any]) -> Found:
    found: Found = {}
    for one in problem.exclusive:
        running = np.zeros(problem.n)
        for name in one.devices:
            for begin, stop in flows[name]["runs"]:
                running[begin:stop] += 1
        found[f"exclusive.{one.name}"] = (float(running.max() - 1), 0.0)
    return found


def _money(problem: Problem, answer: Mapping[str, Any], solver_cost: float | None) -> Broken:
    bill = account(problem, answer["devices"])
    said = {"objective": answer["objective"]} | ({} if solver_cost is None else {"solver cost": solver_cost})
    broken = {name: abs(value - bill.objective) for name, value in said.items() if not _agree(value, bill.objective)}
    items = {f"cost.{name}": abs(value - bill.items[name]) for name, value in answer["cost"].items() if not _agree(value, bill.items[name])}
    return broken | items


def _agree(one: float, other: float) -> bool:
    return bool(np.isfinite(one)) and abs(one - other) <= AGREEMENT * max(1.0, abs(other))
