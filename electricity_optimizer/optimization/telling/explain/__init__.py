"""Why the plan does what it does, in plain words with the numbers that decided.

Each run of steps in which a device acts gets one sentence at its first step; files by kind of device, what they read in `reader.py`.
"""

from collections.abc import Mapping
from typing import Any

from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.telling.explain.car import tell_car
from electricity_optimizer.optimization.telling.explain.job import tell_load
from electricity_optimizer.optimization.telling.explain.reader import Reader
from electricity_optimizer.optimization.telling.explain.site import tell_site
from electricity_optimizer.optimization.telling.explain.store import tell_store
from electricity_optimizer.optimization.telling.explain.sun import tell_pv
from electricity_optimizer.optimization.telling.explain.warmth import tell_heat_pump, tell_heat_store

TELLERS: dict[str, Any] = {
    "battery": tell_store,
    "ev": tell_car,
    "pv": tell_pv,
    "load": tell_load,
    "heat_pump": tell_heat_pump,
    "heat_store": tell_heat_store,
}


def explain(problem: Problem, answer: Mapping[str, Any], reader: Reader | None = None) -> list[dict[str, Any]]:
    """Entries `{step, device, text}` in order of time, then of the devices in the file; `reader` where the plan is read already."""
    reader, found = reader or Reader(problem, answer), list[tuple[int, int, str, str]]()
    for place, device in enumerate(problem.devices):
        told = TELLERS[device.type](reader, device, answer["devices"][device.name])
        found += [(step, place, device.name, text) for step, text in told]
    found += [(step, len(problem.devices), "grid", text) for step, text in tell_site(reader)]
    return [{"step": step, "device": name, "text": text} for step, _, name, text in sorted(found)]
