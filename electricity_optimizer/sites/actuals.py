"""A plan carried out: the problem as it turned out to be, and what the devices did in it.

Devices keep their planned power; the grid takes every difference. Only what physics or an automatic control would change is changed:
a roof gives no more than the sun (a planned curtailment stays as an upper limit), a heat pump takes the planned temperatures as set
points, so that a cold day costs power and not comfort, and a battery stays within its capacity and its connection rules. Where the plan
has a battery cover the load or take the surplus, so that nothing crosses the meter, the battery holds the meter at nothing: that is what
its inverter is told to do, and a kW figure would make it feed in whenever a kettle is off.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from electricity_optimizer.catalog.production import ColdStore
from electricity_optimizer.catalog.site_devices import HeatPump, Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.optimization import Problem, read_problem
from electricity_optimizer.optimization.checking.replay import Flows, net_import, states
from electricity_optimizer.optimization.device_fields import Battery as ProblemBattery
from electricity_optimizer.optimization.device_fields import HeatPump as ProblemHeatPump
from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.sites import devices
from electricity_optimizer.sites.warmth import next_temperature, power_for, reachable_band

NOISE = 1e-6
"""kW and degrees C below which a difference is a solver's rounding."""

PRICES = ("import_price", "export_price")


def with_prices(problem: dict[str, Any], series: Mapping[str, list[float]]) -> dict[str, Any]:
    """`problem` with the prices of `series` in its first steps, as many as these are."""
    return problem | {name: _begun(problem[name], series[name]) for name in PRICES}


def with_energy(site: Site, problem: dict[str, Any], series: Mapping[str, list[float]]) -> dict[str, Any]:
    """`problem` with load, sun and outdoor temperature of `series` in its first steps, as many as these are."""
    changed = deepcopy(problem) | {"load_kw": _begun(problem["load_kw"], series["load_kw"])}
    roofs = {roof.name: roof for roof in site.devices_of(Roof)}
    pumps = {pump.name: pump for pump in site.devices if isinstance(pump, HeatPump | ColdStore)}
    total = sum(roof.kwp * roof.performance_ratio for roof in roofs.values())
    for index, device in enumerate(changed["devices"]):
        if device["type"] == "pv":
            sun = devices.roof(roofs[device["name"]], series["pv_kw"], total)
            changed["devices"][index] = sun | {"forecast_kw": _begun(device["forecast_kw"], sun["forecast_kw"])}
        elif device["type"] == "heat_pump":
            band = pumps[device["name"]]
            indoors = isinstance(band, ColdStore) and band.ambient_c is not None
            came = [] if indoors else series["outdoor_temperature"]
            outside = device | {"outdoor_temperature": _begun(device["outdoor_temperature"], came)}
            changed["devices"][index] = reachable_band(outside, band.temperature_min, band.temperature_max, devices.HOURS)
    return changed


def _begun(planned: list[float], came: list[float]) -> list[float]:
    return [*came, *planned[len(came) :]]


def carried_out(problem: Problem, answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the devices do in the actual `problem` when each keeps to the plan of `answer`: flows in the words of the answer."""
    planned = answer["devices"]
    flows = {name: dict(own) for name, own in planned.items()}
    for device in problem.devices:
        if isinstance(device, Pv):
            flows[device.name] = {"used_kw": _sun(device, planned[device.name], problem.n)}
        elif isinstance(device, ProblemHeatPump):
            flows[device.name] = {"power_kw": _thermostat(device, planned[device.name], problem)}
    _curtail_export(problem, flows)
    made = sum((flows[d.name]["used_kw"] for d in problem.devices if isinstance(d, Pv)), start=np.zeros(problem.n))
    quiet = _nothing_crosses(answer, problem.n)
    for device in problem.devices:
        if isinstance(device, ProblemBattery):
            flows[device.name] = _battery(device, flows, problem, made, quiet)
    return flows


def limits_as_met(problem: dict[str, Any], flows: Flows) -> dict[str, Any]:
    """The actual `problem` with grid limits and bands no tighter than what the carried-out plan met.

    More load than forecast may pass a limit that the plan kept. The foresight it is compared with gets the same room.
    """
    read = read_problem(problem)
    net = net_import(read, flows)
    wide = deepcopy(problem)
    for limit, flow in (("import_limit_kw", net), ("export_limit_kw", -net)):
        wide["grid"][limit] = max(problem["grid"][limit], float(flow.max()) + NOISE)
    warm = {name: state["temperature"] for name, state in states(read, flows).items() if "temperature" in state}
    for device in wide["devices"]:
        if device["name"] in warm:
            low, high = (per_step(device[field], read.n) for field in ("temperature_min", "temperature_max"))
            met = warm[device["name"]]
            device["temperature_min"] = np.where(met < low - NOISE, met - NOISE, low).tolist()
            device["temperature_max"] = np.where(met > high + NOISE, met + NOISE, high).tolist()
    return wide


def _nothing_crosses(answer: Mapping[str, Any], n: int) -> Array:
    """True in steps in which the plan neither imports nor exports; nowhere for an answer that does not say."""
    if "grid" not in answer:
        return np.zeros(n, dtype=np.bool_)
    return np.asarray(np.abs(per_step(answer["grid"]["import_kw"], n)) + np.abs(per_step(answer["grid"]["export_kw"], n)) <= NOISE)


def _sun(device: Pv, planned: dict[str, Any], n: int) -> Array:
    curtailed = np.asarray(planned["curtailed_kw"]) > NOISE
    return np.minimum(per_step(device.forecast_kw, n), np.where(curtailed, planned["used_kw"], np.inf))


def _curtail_export(problem: Problem, flows: dict[str, dict[str, Any]]) -> None:
    if problem.grid.export_limit_kw is None:
        return
    over = np.maximum(0.0, -net_import(problem, flows) - per_step(problem.grid.export_limit_kw, problem.n))
    for device in problem.devices:
        if isinstance(device, Pv) and device.curtailable:
            cut = np.minimum(over, flows[device.name]["used_kw"])
            flows[device.name] = {"used_kw": flows[device.name]["used_kw"] - cut}
            over = over - cut


def _thermostat(device: ProblemHeatPump, planned: dict[str, Any], problem: Problem) -> Array:
    """The power that follows the planned temperatures in the weather that came."""
    pump, n, hours = device.model_dump(), problem.n, problem.hours
    most, outdoor = per_step(device.power_kw, n), per_step(device.outdoor_temperature, n)
    power, level = np.zeros(n), device.temperature_initial
    for k, goal in enumerate(planned["temperature"]):
        power[k] = min(max(power_for(pump, level, goal, outdoor[k], hours[k]), 0.0), most[k])
        level = next_temperature(pump, level, power[k], outdoor[k], hours[k])
    return power


def _battery(device: ProblemBattery, flows: dict[str, dict[str, Any]], problem: Problem, made: Array, quiet: Array) -> dict[str, Any]:
    """Planned charging and discharging, or what holds the meter at nothing; within capacity and the rules of the connection."""
    n, hours = problem.n, problem.hours
    charge, discharge = _wanted(device, flows, problem, quiet)
    own = flows[device.name]
    used_here = net_import(problem, flows) + made + per_step(own["discharge_kw"], n) - per_step(own["charge_kw"], n)
    if not device.charge_from_grid:
        charge = np.minimum(charge, made)
    if not device.discharge_to_grid:
        discharge = np.minimum(discharge, np.maximum(used_here, 0.0))
    gain, loss = per_step(device.charge_efficiency, n), per_step(device.discharge_efficiency, n)
    low, high = per_step(device.soc_min_kwh, n), per_step(device.soc_max_kwh, n)
    keep, level = 1 - device.self_discharge_per_hour * hours, device.soc_initial_kwh
    for k in range(n):
        level *= keep[k]
        charge[k] = min(charge[k], max(0.0, (high[k] - level) / (gain[k] * hours[k])))
        discharge[k] = min(discharge[k], max(0.0, (level - low[k]) * loss[k] / hours[k]))
        level += (charge[k] * gain[k] - discharge[k] / loss[k]) * hours[k]
    return {"charge_kw": charge, "discharge_kw": discharge}


def _wanted(device: ProblemBattery, flows: dict[str, dict[str, Any]], problem: Problem, quiet: Array) -> tuple[Array, Array]:
    """Charging and discharging as planned; where the battery works and the plan holds the meter at nothing, what does so now."""
    n, own = problem.n, flows[device.name]
    charge, discharge = np.array(own["charge_kw"], dtype=float), np.array(own["discharge_kw"], dtype=float)
    if device.charge_min_kw or device.charge_levels_kw is not None:
        return charge, discharge
    follows = quiet & (charge + discharge > NOISE)
    needed = discharge - charge + net_import(problem, flows)
    charge = np.where(follows, np.clip(-needed, 0.0, per_step(device.charge_kw, n)), charge)
    discharge = np.where(follows, np.clip(needed, 0.0, per_step(device.discharge_kw, n)), discharge)
    return charge, discharge
