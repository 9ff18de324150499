"""A measured state that the problem's bounds do not foresee: the bounds give way as far as the device needs to come back.

A battery below its reserve, a room below its band or a car that charged less than planned is no reason to have no plan. The bounds
follow the quickest way back; a hard target that even full power misses becomes a soft one.
"""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.replay import stored_energy, stored_heat, temperature
from electricity_optimizer.optimization.device_fields import AnyStore, Battery, Ev, HeatPump, HeatStore
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.spans import plugged_in

SLACK = 1e-6  # kWh or degrees C by which a bound stays clear of the quickest way back


def mended(device: Any, hours: Array) -> Any:
    """`device` with bounds that its initial level can keep. `hours` is the length of each step, shape (n,)."""
    if isinstance(device, Battery | Ev):
        return _store(device, hours)
    if isinstance(device, HeatStore):
        feeds = {feed.name: {"power_kw": feed.power_kw} for feed in device.feeds}
        idle = {feed.name: {"power_kw": 0.0} for feed in device.feeds}
        most, least = (stored_heat(device, {"feeds": flows}, hours) for flows in (feeds, idle))
        return _bounds(device, "soc_min_kwh", "soc_max_kwh", "soc_final_min_kwh", least, most)
    if isinstance(device, HeatPump):
        full, resting = (temperature(device, per_step(power, len(hours)), hours) for power in (device.power_kw, 0.0))
        low, high = np.minimum(full, resting), np.maximum(full, resting)
        return _bounds(device, "temperature_min", "temperature_max", "temperature_final_min", low, high)
    return device


def _store(store: AnyStore, hours: Array) -> AnyStore:
    n, there = len(hours), plugged_in(store, len(hours))
    flows = {"charge_kw": per_step(store.charge_kw, n) * there, "discharge_kw": np.zeros(n)}
    most = stored_energy(store, flows, hours)
    least = stored_energy(store, {"charge_kw": np.zeros(n), "discharge_kw": per_step(store.discharge_kw, n) * there}, hours)
    mended_store: AnyStore = _bounds(store, "soc_min_kwh", "soc_max_kwh", "soc_final_min_kwh", least, most)
    if isinstance(mended_store, Ev):
        sessions = [
            one.model_copy(update={"target_is": "soft"}) if one.target_kwh > most[one.depart - 1] + SLACK else one
            for one in mended_store.sessions
        ]
        return mended_store.model_copy(update={"sessions": sessions})
    return mended_store


def _bounds(device: Any, low: str, high: str, final: str, least: Array, most: Array) -> Any:
    """Bounds that leave room for the way back: the lower one not above what is reached at most, the upper one not below the least."""
    n = len(least)
    bottom, top = per_step(getattr(device, low), n), per_step(getattr(device, high), n)
    update: dict[str, Any] = {}
    if (most < bottom).any():
        update[low] = np.where(most < bottom, most - SLACK, bottom).tolist()
    if (least > top).any():
        update[high] = np.where(least > top, least + SLACK, top).tolist()
    if getattr(device, final) is not None and getattr(device, final) > most[-1]:
        update[final] = float(most[-1] - SLACK)
    return device.model_copy(update=update) if update else device
