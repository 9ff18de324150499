"""The same site without optimisation: what the plan's savings are measured against.

Batteries idle; each job runs at its earliest time (its value credited where it is optional), first come first served where several share
a machine; a car charges at full power from plug-in until its target; the heat pump holds its lower band, a cooler its upper one; a heat
store is kept at what it must hold in the end, by its feeds in the order of the file; production is used first and the rest exported,
curtailed only above an export limit.
"""

import heapq
from collections.abc import Collection
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.replay import net_import
from electricity_optimizer.optimization.device_fields import Battery, Ev, HeatPump, HeatStore, Load, Pv
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.spans import open_steps, runs_of

Flows = dict[str, dict[str, Any]]


def baseline_cost(problem: Problem) -> float:
    """Objective of the unoptimised site, in the problem's currency."""
    return account(problem, baseline_flows(problem)).objective


def baseline_flows(problem: Problem) -> Flows:
    """Flows of the unoptimised site, in the words of the answer."""
    flows = _first_come(problem)
    for device in problem.devices:
        if isinstance(device, Battery):
            flows[device.name] = {"charge_kw": np.zeros(problem.n), "discharge_kw": np.zeros(problem.n)}
        elif isinstance(device, Ev):
            flows[device.name] = {"charge_kw": _plugged_charge(device, problem), "discharge_kw": np.zeros(problem.n)}
        elif isinstance(device, Pv):
            flows[device.name] = {"used_kw": per_step(device.forecast_kw, problem.n)}
        elif isinstance(device, HeatPump):
            flows[device.name] = {"power_kw": _thermostat(device, problem)}
        elif isinstance(device, HeatStore):
            flows[device.name] = {"feeds": _kept_warm(device, problem)}
    _clip_export(problem, flows)
    return flows


def _first_come(problem: Problem) -> Flows:
    """All jobs, in the order in which they could begin: each takes the first time at which its machines are free."""
    loads = [device for device in problem.devices if isinstance(device, Load)]
    waiting: dict[str | None, list[int]] = {}
    for index, load in enumerate(loads):
        waiting.setdefault(load.after, []).append(index)
    machines = {load.name: [index for index, one in enumerate(problem.exclusive) if load.name in one.devices] for load in loads}
    busy: list[set[int]] = [set() for _ in problem.exclusive]
    ready = [(loads[index].earliest, index, 0) for index in waiting.get(None, [])]
    heapq.heapify(ready)
    flows: Flows = {}
    while ready:
        _, index, begin = heapq.heappop(ready)
        load = loads[index]
        taken = set().union(*(busy[machine] for machine in machines[load.name]))
        steps = _earliest(load, problem.n, begin, taken)
        for machine in machines[load.name]:
            busy[machine].update(steps)
        power = np.zeros(problem.n)
        power[steps] = load.shape[: len(steps)]
        flows[load.name] = {"power_kw": power, "runs": runs_of(steps)}
        ended = steps[-1] + 1 if steps else begin
        for after in waiting.get(load.name, []):
            heapq.heappush(ready, (max(loads[after].earliest, ended), after, ended))
    return flows


def _earliest(load: Load, n: int, begin: int, taken: Collection[int]) -> list[int]:
    """Steps of the job from `begin` on, outside those `taken` by others on its machine.

    Habits do not look ahead: where the machine is not free for as long as the window lasts, the job runs beside the other.
    """
    for free in ([k for k in open_steps(load, n) if k >= begin and k not in taken], [k for k in open_steps(load, n) if k >= begin]):
        block = next((start for start, end in runs_of(free) if end - start >= load.length), None)
        if block is not None:
            return list(range(block, block + load.length))
        if load.interruptible and len(free) >= load.length:
            return free[: load.length]
    return free[: load.length]


def _plugged_charge(car: Ev, problem: Problem) -> Array:
    n, hours = problem.n, problem.hours
    most, gain = per_step(car.charge_kw, n), per_step(car.charge_efficiency, n)
    target = np.full(n, -np.inf)
    for session in car.sessions:
        target[session.arrive : session.depart] = session.target_kwh
    least, charge, level = per_step(car.charge_min_kw, n), np.zeros(n), car.soc_initial_kwh
    for k in range(n):
        level *= 1.0 - car.self_discharge_per_hour * hours[k]
        wanted = min(most[k], max(0.0, (target[k] - level) / (gain[k] * hours[k])))
        charge[k] = _chargeable(car, wanted, least[k], most[k])
        level += charge[k] * gain[k] * hours[k] - sum(trip.energy_kwh for trip in car.trips if trip.step == k)
    return charge


def _chargeable(car: Ev, wanted: float, least: float, most: float) -> float:
    """The least power the charger can give that is not below what is wanted, or its highest."""
    if wanted <= 0:
        return 0.0
    if car.charge_levels_kw is None:
        return max(wanted, least) if least <= most else 0.0
    levels = sorted(level for level in car.charge_levels_kw if level <= most)
    return next((level for level in levels if level >= wanted), levels[-1] if levels else 0.0)


def _thermostat(pump: HeatPump, problem: Problem) -> Array:
    """The power that holds the band's lower edge, or with a cooler its upper one."""
    n, hours = problem.n, problem.hours
    most, least = per_step(pump.power_kw, n), per_step(pump.power_min_kw, n)
    edge = per_step(pump.temperature_max if pump.gain_c_per_kwh < 0 else pump.temperature_min, n)
    outdoor, power, level = per_step(pump.outdoor_temperature, n), np.zeros(n), pump.temperature_initial
    for k in range(n):
        drifted = level - hours[k] * pump.loss_per_hour * (level - outdoor[k])
        gain = hours[k] * pump.gain_c_per_kwh
        wanted = max(0.0, (edge[k] - drifted) / gain) if gain else 0.0
        power[k] = min(most[k], max(wanted, least[k])) if wanted > 0 else 0.0
        level = drifted + gain * power[k]
    return power


def _kept_warm(store: HeatStore, problem: Problem) -> dict[str, dict[str, Array]]:
    n, hours = problem.n, problem.hours
    low, demand = per_step(store.soc_min_kwh, n), per_step(store.demand_kw, n)
    kept = np.maximum(low, store.soc_final_min_kwh) if store.soc_final_min_kwh is not None else low
    feeds = {feed.name: {"power_kw": np.zeros(n)} for feed in store.feeds}
    level = store.soc_initial_kwh
    for k in range(n):
        level = level * (1.0 - store.self_discharge_per_hour * hours[k]) - demand[k] * hours[k]
        for feed in store.feeds:
            heat = per_step(feed.efficiency, n)[k] * hours[k]
            power = min(per_step(feed.power_kw, n)[k], max(0.0, (kept[k] - level) / heat))
            feeds[feed.name]["power_kw"][k] = power
            level += power * heat
    return feeds


def _clip_export(problem: Problem, flows: Flows) -> None:
    """An inverter at an export limit curtails by itself, optimised or not."""
    if problem.grid.export_limit_kw is None:
        return
    over = np.maximum(0.0, -net_import(problem, flows) - per_step(problem.grid.export_limit_kw, problem.n))
    for device in problem.devices:
        if isinstance(device, Pv) and device.curtailable:
            cut = np.minimum(over, flows[device.name]["used_kw"])
            flows[device.name]["used_kw"] = flows[device.name]["used_kw"] - cut
            over = over - cut
