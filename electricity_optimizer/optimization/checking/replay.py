"""What a plan does, from the problem alone: stored energy, temperature, flows at the connection. numpy only, knows no model.

Flows are kW per step in the words of the answer (`charge_kw`, `power_kw`, ...); states are at the end of a step.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Battery, Device, Ev, HeatPump, HeatStore, Pv
from electricity_optimizer.optimization.problem import Array, Problem, per_step

Flows = Mapping[str, Mapping[str, Any]]


def stored_energy(store: AnyStore, flows: Mapping[str, Any], hours: Array) -> Array:
    """Stored energy in kWh at the end of each step."""
    n = len(hours)
    gain = per_step(flows["charge_kw"], n) * per_step(store.charge_efficiency, n) * hours
    loss = per_step(flows["discharge_kw"], n) / per_step(store.discharge_efficiency, n) * hours
    taken = np.zeros(n)
    for trip in store.trips if isinstance(store, Ev) else ():
        taken[trip.step] += trip.energy_kwh
    return _levels(store.soc_initial_kwh, 1.0 - store.self_discharge_per_hour * hours, gain - loss - taken)


def stored_heat(store: HeatStore, flows: Mapping[str, Any], hours: Array) -> Array:
    """Stored heat in kWh at the end of each step."""
    n = len(hours)
    made = sum((per_step(flows["feeds"][f.name]["power_kw"], n) * per_step(f.efficiency, n) for f in store.feeds), start=np.zeros(n))
    change = (made - per_step(store.demand_kw, n)) * hours
    return _levels(store.soc_initial_kwh, 1.0 - store.self_discharge_per_hour * hours, change)


def temperature(pump: HeatPump, power: Array, hours: Array) -> Array:
    """Temperature in degrees C at the end of each step."""
    n = len(hours)
    gain = hours * (pump.gain_c_per_kwh * power + pump.loss_per_hour * per_step(pump.outdoor_temperature, n))
    return _levels(pump.temperature_initial, 1.0 - hours * pump.loss_per_hour, gain)


def _levels(first: float, keep: Array, change: Array) -> Array:
    level, levels = first, np.empty(len(keep))
    for k, (kept, moved) in enumerate(zip(keep.tolist(), change.tolist(), strict=True)):
        level = level * kept + moved
        levels[k] = level
    return levels


def draw(device: Device, flows: Mapping[str, Any], n: int) -> Array:
    """Power the device draws at the connection in kW, negative when it supplies."""
    if isinstance(device, Battery | Ev):
        return per_step(flows["charge_kw"], n) - per_step(flows["discharge_kw"], n)
    if isinstance(device, Pv):
        return -per_step(flows["used_kw"], n)
    if isinstance(device, HeatStore):
        electric = [feed.name for feed in device.feeds if feed.carrier == "electricity"]
        return sum((per_step(flows["feeds"][name]["power_kw"], n) for name in electric), start=np.zeros(n))
    return per_step(flows["power_kw"], n)


def net_import(problem: Problem, flows: Flows) -> Array:
    """Net power taken from the grid in kW, negative for export."""
    n = problem.n
    return per_step(problem.load_kw, n) + sum((draw(d, flows[d.name], n) for d in problem.devices), start=np.zeros(n))


def states(problem: Problem, flows: Flows) -> dict[str, dict[str, Array]]:
    """Per device what follows from its flows: `soc_kwh` of stores, `temperature` of heat pumps."""
    found: dict[str, dict[str, Array]] = {}
    for device in problem.devices:
        own = flows[device.name]
        if isinstance(device, Battery | Ev):
            found[device.name] = {"soc_kwh": stored_energy(device, own, problem.hours)}
        elif isinstance(device, HeatStore):
            found[device.name] = {"soc_kwh": stored_heat(device, own, problem.hours)}
        elif isinstance(device, HeatPump):
            found[device.name] = {"temperature": temperature(device, per_step(own["power_kw"], problem.n), problem.hours)}
    return found
