"""From the powers that a contender decided to an answer as the contract has it, so that one checker looks at all of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def hours(problem: Mapping[str, Any]) -> float:
    """Length of a step."""
    return float(problem["step_minutes"]) / 60


def answer(problem: Mapping[str, Any], power: Mapping[str, Array]) -> dict[str, Any]:
    """The answer whose devices draw `power` (kW, n each, negative where they supply); import and export are what is left over."""
    net = np.array(problem["load_kw"], float) + sum(power.values())
    devices = {device["name"]: _device(problem, device, np.asarray(power[device["name"]], float)) for device in problem["devices"]}
    drawn, fed = np.maximum(net, 0), np.maximum(-net, 0)
    cost = float(np.sum(drawn * problem["import_price"] - fed * np.array(problem["export_price"])) * hours(problem))
    return {"name": problem["name"], "objective": cost, "grid": {"import_kw": drawn, "export_kw": fed}, "devices": devices}


def _device(problem: Mapping[str, Any], device: Mapping[str, Any], power: Array) -> dict[str, Any]:
    if device["type"] == "pv":
        return {"used_kw": -power, "curtailed_kw": np.array(device["forecast_kw"]) + power}
    if device["type"] == "load":
        return {"power_kw": power}
    charge, discharge = np.maximum(power, 0), np.maximum(-power, 0)
    gained = device.get("charge_efficiency", 1.0) * charge - discharge / device.get("discharge_efficiency", 1.0)
    return {"charge_kw": charge, "discharge_kw": discharge, "soc_kwh": device["soc_initial_kwh"] + np.cumsum(gained) * hours(problem)}


def cheapest_runs(problem: Mapping[str, Any]) -> dict[str, Array]:
    """Each load in one block where its energy is cheapest, for a contender that cannot choose runs together with the rest."""
    prices, found = np.array(problem["import_price"]), {}
    for device in problem["devices"]:
        if device["type"] == "load":
            steps, first = device["steps"], device.get("earliest", 0)
            windows = np.lib.stride_tricks.sliding_window_view(prices[first : device.get("latest_end", len(prices))], steps).sum(axis=1)
            begin = first + int(np.argmin(windows))
            found[device["name"]] = np.where(
                (np.arange(len(prices)) >= begin) & (np.arange(len(prices)) < begin + steps), device["power_kw"], 0.0
            )
    return found
