"""The limits of a problem that may be at odds, each with its name in the words of the file and the problem without it.

The order matters: the search for a conflict lets go of the first ones first, so what a person would rather change stands last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Battery, Ev, HeatPump, HeatStore, Load, Pv, Session
from electricity_optimizer.optimization.problem import Problem, per_step
from electricity_optimizer.optimization.spans import runs_of
from electricity_optimizer.optimization.telling.explain.words import Clock

NO_TARGET = -1e9  # kWh: a target that every level meets
NO_BAND = 1e4  # degrees C: a bound that no temperature meets


@dataclass(frozen=True)
class Limit:
    """A limit, how it reads, and the problem without it."""

    label: str
    text: str
    without: Callable[[Problem], Problem]


def limits(problem: Problem) -> list[Limit]:
    """Every limit of `problem` that could be relaxed, least telling first."""
    found = [limit for index, device in enumerate(problem.devices) for limit in _of_device(index, device, problem)]
    found += _of_groups(problem) + _of_exclusions(problem) + _of_grid(problem)
    return sorted(found, key=lambda limit: _rank(limit.label))


def _rank(label: str) -> int:
    """Bounds of machines go first, then jobs and windows, then starts and targets, then the connection."""
    tail = label.rsplit(".", maxsplit=1)[-1]
    first = ("charge_min_kw", "charge_levels_kw", "power_min_kw", "discharge_kw", "curtailable", "discharge_to_grid", "charge_from_grid")
    last = ("target_kwh", "soc_final_min_kwh", "temperature_final_min", "energy_kwh", "power_kw", "charge_kw", "sessions")
    if label.startswith("grid."):
        return 3
    return 0 if tail in first else 2 if tail in last else 1


def _device_without(index: int, **update: Any) -> Callable[[Problem], Problem]:
    def relax(problem: Problem) -> Problem:
        devices = list(problem.devices)
        devices[index] = devices[index].model_copy(update=update)
        return problem.model_copy(update={"devices": devices})

    return relax


def _of_device(index: int, device: Any, problem: Problem) -> Iterator[Limit]:
    def limit(field: str, text: str, **update: Any) -> Limit:
        return Limit(f"{device.name}.{field}", text, _device_without(index, **update))

    if isinstance(device, Battery | Ev | HeatStore):
        yield from _beginning(device, problem, limit)
    if isinstance(device, Battery | Ev):
        yield from _of_store(device, limit)
    if isinstance(device, Ev):
        yield from _of_car(index, device, problem)
    elif isinstance(device, Pv) and not device.curtailable:
        yield limit("curtailable", "false: all of its power is fed in", curtailable=True)
    elif isinstance(device, Load):
        yield from _of_load(device, limit, Clock(problem).at)
    elif isinstance(device, HeatPump):
        yield from _of_heat_pump(device, limit)
    elif isinstance(device, HeatStore):
        yield from _of_heat_store(index, device, limit)


def _beginning(store: AnyStore | HeatStore, problem: Problem, limit: Callable[..., Limit]) -> Iterator[Limit]:
    """A first level outside the bounds of the first step."""
    low, high = (float(per_step(bound, problem.n)[0]) for bound in (store.soc_min_kwh, store.soc_max_kwh))
    if not low <= store.soc_initial_kwh <= high:
        nearest = min(max(store.soc_initial_kwh, low), high)
        yield limit("soc_initial_kwh", f"{store.soc_initial_kwh:g} kWh", soc_initial_kwh=nearest)


def _of_store(store: AnyStore, limit: Callable[..., Limit]) -> Iterator[Limit]:
    yield limit("soc_min_kwh", _span(store.soc_min_kwh, "kWh"), soc_min_kwh=-_ample(store.soc_min_kwh, store.soc_max_kwh))
    yield limit("soc_max_kwh", _span(store.soc_max_kwh, "kWh"), soc_max_kwh=_ample(store.soc_min_kwh, store.soc_max_kwh))
    yield limit("charge_kw", _span(store.charge_kw, "kW"), charge_kw=_ample(store.charge_kw))
    yield limit("discharge_kw", _span(store.discharge_kw, "kW"), discharge_kw=_ample(store.discharge_kw))
    if np.any(np.asarray(store.charge_min_kw) > 0):
        yield limit("charge_min_kw", _span(store.charge_min_kw, "kW"), charge_min_kw=0.0)
    if store.charge_levels_kw is not None:
        yield limit("charge_levels_kw", str(store.charge_levels_kw), charge_levels_kw=None)
    if store.soc_final_min_kwh is not None:
        yield limit("soc_final_min_kwh", f"{store.soc_final_min_kwh:g} kWh", soc_final_min_kwh=None)
    for field in ("charge_from_grid", "discharge_to_grid"):
        if getattr(store, field, True) is False:
            yield limit(field, "false", **{field: True})


def _of_car(index: int, car: Ev, problem: Problem) -> Iterator[Limit]:
    at = Clock(problem).at
    for place, session in enumerate(car.sessions):
        if session.target_is == "hard":
            text = f"{session.target_kwh:g} kWh by {at(session.depart)}"
            yield Limit(f"{car.name}.sessions[{place}].target_kwh", text, _session_free(index, place))
    for place, trip in enumerate(car.trips):
        text = f"{trip.energy_kwh:g} kWh at {at(trip.step)}"
        yield Limit(f"{car.name}.trips[{place}].energy_kwh", text, _trip_free(index, place))
    if [(session.arrive, session.depart) for session in car.sessions] != [(0, problem.n)]:
        spans = " and ".join(f"{at(session.arrive)}-{at(session.depart)}" for session in car.sessions)
        yield Limit(f"{car.name}.sessions", f"plugged in {spans}" if spans else "never plugged in", _always_plugged(index, problem.n))


def _session_free(index: int, place: int) -> Callable[[Problem], Problem]:
    return lambda problem: _replace_item(problem, index, "sessions", place, target_kwh=NO_TARGET)


def _trip_free(index: int, place: int) -> Callable[[Problem], Problem]:
    return lambda problem: _replace_item(problem, index, "trips", place, energy_kwh=0.0)


def _replace_item(problem: Problem, index: int, field: str, place: int, **update: Any) -> Problem:
    items = list(getattr(problem.devices[index], field))
    items[place] = items[place].model_copy(update=update)
    return _device_without(index, **{field: items})(problem)


def _always_plugged(index: int, n: int) -> Callable[[Problem], Problem]:
    def relax(problem: Problem) -> Problem:
        """Each session begins where the one before ends, so that targets keep their time."""
        car, begin, sessions = problem.devices[index], 0, []
        assert isinstance(car, Ev)
        for session in car.sessions:
            sessions.append(session.model_copy(update={"arrive": begin}))
            begin = session.depart
        if begin < n:
            sessions.append(Session(arrive=begin, depart=n, target_kwh=NO_TARGET))
        return _device_without(index, sessions=sessions)(problem)

    return relax


def _of_load(load: Load, limit: Callable[..., Limit], at: Callable[[int], str]) -> Iterator[Limit]:
    peak = max(load.shape)
    idle = {"profile_kw": [0.0] * load.length} if load.profile_kw else {"power_kw": 0.0}
    yield limit("profile_kw" if load.profile_kw else "power_kw", f"{peak:g} kW", **idle)
    short: dict[str, Any] = {"profile_kw": load.shape[:1]} if load.profile_kw else {"steps": 1}
    yield limit("steps", f"{load.length} steps", min_run_steps=1, **short)
    if load.interruptible and load.min_run_steps > 1:
        yield limit("min_run_steps", f"{load.min_run_steps} steps at a time", min_run_steps=1)
    if load.forbidden:
        yield limit("forbidden", f"not at {', '.join(f'{at(a)}-{at(b)}' for a, b in runs_of(sorted(load.forbidden)))}", forbidden=[])
    if load.after is not None:
        yield limit("after", f"after {load.after}", after=None)
    if load.latest_end is not None:
        yield limit("latest_end", f"by {at(load.latest_end)}", latest_end=None)
    if load.earliest > 0:
        yield limit("earliest", f"not before {at(load.earliest)}", earliest=0)


def _of_heat_pump(pump: HeatPump, limit: Callable[..., Limit]) -> Iterator[Limit]:
    yield limit("power_kw", _span(pump.power_kw, "kW"), power_kw=_ample(pump.power_kw))
    if np.any(np.asarray(pump.power_min_kw) > 0):
        yield limit("power_min_kw", _span(pump.power_min_kw, "kW"), power_min_kw=0.0)
    yield limit("temperature_min", _span(pump.temperature_min, "degrees C"), temperature_min=-NO_BAND)
    yield limit("temperature_max", _span(pump.temperature_max, "degrees C"), temperature_max=NO_BAND)
    if pump.temperature_final_min is not None:
        yield limit("temperature_final_min", f"{pump.temperature_final_min:g} degrees C", temperature_final_min=None)


def _of_heat_store(index: int, store: HeatStore, limit: Callable[..., Limit]) -> Iterator[Limit]:
    yield limit("soc_min_kwh", _span(store.soc_min_kwh, "kWh"), soc_min_kwh=-_ample(store.soc_min_kwh, store.soc_max_kwh))
    yield limit("soc_max_kwh", _span(store.soc_max_kwh, "kWh"), soc_max_kwh=_ample(store.soc_min_kwh, store.soc_max_kwh))
    if np.any(np.asarray(store.demand_kw) > 0):
        yield limit("demand_kw", _span(store.demand_kw, "kW"), demand_kw=0.0)
    if store.soc_final_min_kwh is not None:
        yield limit("soc_final_min_kwh", f"{store.soc_final_min_kwh:g} kWh", soc_final_min_kwh=None)
    for place, feed in enumerate(store.feeds):
        label = f"{store.name}.feeds[{place}].power_kw"
        yield Limit(label, _span(feed.power_kw, "kW"), _feed_ample(index, place, _ample(feed.power_kw)))


def _feed_ample(index: int, place: int, most: float) -> Callable[[Problem], Problem]:
    return lambda problem: _replace_item(problem, index, "feeds", place, power_kw=most)


def _of_groups(problem: Problem) -> list[Limit]:
    found = []
    for index, group in enumerate(problem.groups):
        for field in ("import_limit_kw", "export_limit_kw"):
            if getattr(group, field) is not None:
                text = _span(getattr(group, field), "kW")
                found.append(Limit(f"{group.name}.{field}", text, _group_free(index, field)))
    return found


def _group_free(index: int, field: str) -> Callable[[Problem], Problem]:
    def relax(problem: Problem) -> Problem:
        groups = list(problem.groups)
        groups[index] = groups[index].model_copy(update={field: None})
        return problem.model_copy(update={"groups": groups})

    return relax


def _of_exclusions(problem: Problem) -> list[Limit]:
    """Each of its loads alone on the machine or not."""
    return [
        Limit(f"exclusive.{one.name}", f"one of {', '.join(one.devices)} at a time", _exclusion_free(one.name)) for one in problem.exclusive
    ]


def _exclusion_free(name: str) -> Callable[[Problem], Problem]:
    return lambda problem: problem.model_copy(update={"exclusive": [one for one in problem.exclusive if one.name != name]})


def _of_grid(problem: Problem) -> list[Limit]:
    if problem.grid.limits_are == "soft":
        return []
    found = []
    for field in ("import_limit_kw", "export_limit_kw"):
        value = getattr(problem.grid, field)
        if value is not None:
            found.append(Limit(f"grid.{field}", _span(value, "kW"), _grid_free(field)))
    if np.any(per_step(problem.load_kw, problem.n)):
        text = _span(problem.load_kw, "kW")
        found.append(Limit("load_kw", text, lambda p: p.model_copy(update={"load_kw": 0.0})))
    return found


def _grid_free(field: str) -> Callable[[Problem], Problem]:
    return lambda problem: problem.model_copy(update={"grid": problem.grid.model_copy(update={field: None})})


def _ample(*values: Any) -> float:
    """A kW or kWh figure far above the device's own: a limit at this level is none, yet no number the solver chokes on."""
    return 1e3 + 100.0 * max(float(np.max(np.abs(value))) for value in values)


def _span(value: Any, unit: str) -> str:
    if not isinstance(value, list):
        return f"{value:g} {unit}"
    low, high = min(value), max(value)
    return f"{low:g} {unit}" if low == high else f"{low:g} to {high:g} {unit}"
