"""A plan carried out: the problem as it turned out to be, and what the devices did in it.

Devices keep their planned power; the grid takes every difference. Only what physics or an automatic control would change is changed:
a roof gives no more than the sun (a planned curtailment stays as an upper limit), a battery stays within its capacity and its
connection rules, a heat pump takes the planned temperatures as set points, so that a cold day costs power and not comfort.
"""

from copy import deepcopy
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.catalog.site_devices import HeatPump, Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.optimization import Problem, read_problem
from electricity_optimizer.optimization.device_fields import Battery as ProblemBattery
from electricity_optimizer.optimization.device_fields import HeatPump as ProblemHeatPump
from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.replay import Flows, net_import, states
from electricity_optimizer.sites import devices
from electricity_optimizer.sites.problem import known_series
from electricity_optimizer.sites.warmth import next_temperature, power_for, reachable_band
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.timeline import UTC_DTYPE

NOISE = 1e-6
"""kW and degrees C below which a difference is a solver's rounding."""


def actual_problem(site: Site, problem: dict[str, Any], prices: TariffPrices, readings: pl.DataFrame) -> dict[str, Any]:
    """`problem` with the prices, load, sun and outdoor temperature that came. Raises InputError where one is unknown."""
    starts = pl.Series("start", read_problem(problem).starts[:-1]).cast(UTC_DTYPE)
    series = known_series(site, prices, readings, starts)
    actual = deepcopy(problem) | {name: series[name] for name in ("import_price", "export_price", "load_kw")}
    roofs = {roof.name: roof for roof in site.devices_of(Roof)}
    pumps = {pump.name: pump for pump in site.devices_of(HeatPump)}
    total = sum(roof.kwp * roof.performance_ratio for roof in roofs.values())
    for index, device in enumerate(actual["devices"]):
        if device["type"] == "pv":
            actual["devices"][index] = devices.roof(roofs[device["name"]], series["pv_kw"], total)
        elif device["type"] == "heat_pump":
            outside = device | {"outdoor_temperature": series["outdoor_temperature"]}
            band = pumps[device["name"]]
            actual["devices"][index] = reachable_band(outside, band.temperature_min, band.temperature_max, devices.HOURS)
    return actual


def carried_out(problem: Problem, answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
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
    for device in problem.devices:
        if isinstance(device, ProblemBattery):
            flows[device.name] = _battery(device, flows, problem, made)
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


def _battery(device: ProblemBattery, flows: dict[str, dict[str, Any]], problem: Problem, made: Array) -> dict[str, Any]:
    """Planned charging and discharging, within capacity and, where the connection rules say so, within sun and own use."""
    own, n, hours = flows[device.name], problem.n, problem.hours
    charge, discharge = np.array(own["charge_kw"], dtype=float), np.array(own["discharge_kw"], dtype=float)
    used_here = net_import(problem, flows) + made + discharge - charge
    if not device.charge_from_grid:
        charge = np.minimum(charge, made)
    if not device.discharge_to_grid:
        discharge = np.minimum(discharge, np.maximum(used_here, 0.0))
    gain, loss, keep = device.charge_efficiency, device.discharge_efficiency, 1 - device.self_discharge_per_hour * hours
    low, high = per_step(device.soc_min_kwh, n), per_step(device.soc_max_kwh, n)
    level = device.soc_initial_kwh
    for k in range(n):
        level *= keep[k]
        charge[k] = min(charge[k], max(0.0, (high[k] - level) / (per_step(gain, n)[k] * hours[k])))
        discharge[k] = min(discharge[k], max(0.0, (level - low[k]) * per_step(loss, n)[k] / hours[k]))
        level += (charge[k] * per_step(gain, n)[k] - discharge[k] / per_step(loss, n)[k]) * hours[k]
    return {"charge_kw": charge, "discharge_kw": discharge}
