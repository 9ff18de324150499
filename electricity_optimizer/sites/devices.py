"""Devices of the catalogue as devices of a problem file: wall clock to steps, state to starting values."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from electricity_optimizer.catalog.production import ColdStore
from electricity_optimizer.catalog.site_devices import Appliance, Battery, Car, HeatPump, Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.batches import Job
from electricity_optimizer.sites.clock import STEP_MINUTES, closing_step, day_steps, opening_step, weekday
from electricity_optimizer.sites.horizon import DayPart
from electricity_optimizer.sites.state import Side
from electricity_optimizer.sites.warmth import reachable_band

HOURS = STEP_MINUTES / 60

Part = dict[str, Any]


def worth(device: Part) -> float:
    """How many kWh at the terminal a stored kWh stands for: less losses from a battery, spared charging losses in a car."""
    return float(device["discharge_efficiency"]) if device["type"] == "battery" else 1 / float(device["charge_efficiency"])


def is_store(device: Part) -> bool:
    """Whether the device of a problem stores electricity."""
    return device["type"] in {"battery", "ev"}


def battery(device: Battery, side: Side, value: float) -> Part:
    """A battery from its stored energy on; `value` is of a kWh at the terminal after the end."""
    fields = device.model_dump(exclude={"capacity_kwh", "min_kwh", "initial_kwh"})
    stored = side.stored_kwh.get(device.name, device.initial_kwh)
    return fields | {
        "soc_min_kwh": device.min_kwh,
        "soc_max_kwh": device.capacity_kwh,
        "soc_initial_kwh": min(max(stored, device.min_kwh), device.capacity_kwh),
        "final_value_per_kwh": value * worth(fields),
    }


def car(device: Car, parts: Sequence[DayPart], tz: str, side: Side, value: float) -> Part:
    """A car between its trips on the days of the horizon; `value` is of a kWh at the terminal after the end."""
    stored = min(max(side.stored_kwh.get(device.name, device.initial_kwh), device.min_kwh), device.capacity_kwh)
    steps = parts[-1].end
    sessions, trips, arrive, highest = [], [], 0, stored
    for depart, back, energy_kwh in _trips(device, parts, tz):
        leave = max(depart, arrive + 1)
        if leave >= steps:
            break
        highest = min(device.capacity_kwh, highest + (leave - arrive) * HOURS * device.charge_kw * device.charge_efficiency)
        within_reach = "hard" if highest >= device.target_kwh else "soft"
        sessions.append({"arrive": arrive, "depart": leave, "target_kwh": device.target_kwh, "target_is": within_reach})
        used = min(energy_kwh, max(highest - device.min_kwh, 0.0))
        trips.append({"step": leave, "energy_kwh": used})
        highest, arrive = highest - used, back
    if arrive < steps:
        sessions.append({"arrive": arrive, "depart": steps, "target_kwh": device.min_kwh, "target_is": "hard"})
    part: Part = {
        "type": "ev",
        "name": device.name,
        "soc_min_kwh": device.min_kwh,
        "soc_max_kwh": device.capacity_kwh,
        "soc_initial_kwh": stored,
        "charge_kw": device.charge_kw,
        "charge_min_kw": device.charge_min_kw,
        "charge_efficiency": device.charge_efficiency,
        "sessions": sessions,
        "trips": trips,
    }
    return part | {"final_value_per_kwh": value * worth(part)}


def _trips(device: Car, parts: Sequence[DayPart], tz: str) -> Iterator[tuple[int, int, float]]:
    """Step of departure, step of return and energy of each trip, in order."""
    for part in parts:
        for trip in sorted((trip for trip in device.trips if weekday(part.day) in trip.days), key=lambda trip: trip.depart):
            leave, back = closing_step(part.day, trip.depart, tz), opening_step(part.day, trip.arrive, tz)
            yield part.begin + leave, part.begin + back, trip.energy_kwh


def roof(device: Roof, pv_kw: list[float], site_kwp: float) -> Part:
    """A roof with its share of the site's solar power."""
    share = device.kwp * device.performance_ratio / site_kwp
    return {
        "type": "pv",
        "name": device.name,
        "forecast_kw": [power * share for power in pv_kw],
        "curtailable": device.curtailable,
    }


def appliances(site: Site, parts: Sequence[DayPart]) -> list[Job]:
    """The runs of each day of the horizon that fit into it; those of the look-ahead bear their day in the name."""
    built: list[Job] = []
    for part in parts:
        names: dict[str, str] = {}
        for device in _in_order([run for run in site.devices_of(Appliance) if weekday(part.day) in run.days]):
            run = _appliance(device, part, site.tz, names)
            waits_in_vain = part.begin and device.after is not None and device.after not in names and _runs_on(site, device.after, part.day)
            if part.begin and (run["latest_end"] > part.end or waits_in_vain):
                continue
            names[device.name] = run["name"]
            built.append(Job(run, device.machine, device.name))
    return built


def _in_order(runs: list[Appliance]) -> list[Appliance]:
    """Each run behind the one it waits for, else as in the catalogue."""
    by_name = {run.name: run for run in runs}

    def depth(run: Appliance) -> int:
        return 0 if run.after not in by_name else 1 + depth(by_name[run.after])

    return sorted(runs, key=depth)


def _runs_on(site: Site, name: str, day: dt.date) -> bool:
    return any(run.name == name and weekday(day) in run.days for run in site.devices_of(Appliance))


def _appliance(device: Appliance, part: DayPart, tz: str, running: Mapping[str, str]) -> Part:
    """A run within its window. Over midnight the window is the day's early and late part, with the hours between forbidden."""
    day, begin = part.day, part.begin
    steps = len(day_steps(day, tz))
    length = device.run_minutes // STEP_MINUTES
    opens, closes = opening_step(day, device.opens, tz), closing_step(day, device.closes, tz)
    over_midnight = device.opens > device.closes
    shape: Part = {"power_kw": device.power_kw, "steps": length} if device.profile_kw is None else {"profile_kw": list(device.profile_kw)}
    return {
        "type": "load",
        "name": f"{device.name} {day.isoformat()}" if begin else device.name,
        **shape,
        "earliest": begin + (0 if over_midnight else min(opens, steps - length)),
        "latest_end": begin + (steps if over_midnight else min(max(closes, opens + length), steps)),
        "forbidden": list(range(begin + closes, begin + opens)) if over_midnight else [],
        "interruptible": device.interruptible,
        "min_run_steps": device.min_run_minutes // STEP_MINUTES,
        "after": running.get(device.after) if device.after is not None else None,
    }


def heat_pump(device: HeatPump, outdoor: list[float], side: Side) -> Part:
    """A heat pump with its band, widened where neither rest nor full power could hold it (a summer day, a cold snap)."""
    begin = side.temperature_c.get(device.name, device.temperature_min)
    fields = device.model_dump() | {"temperature_initial": begin, "outdoor_temperature": outdoor}
    return reachable_band(fields, device.temperature_min, device.temperature_max, HOURS)


def cold_store(device: ColdStore, outdoor: list[float] | None, steps: int, side: Side) -> Part:
    """A cold store as a heat pump that cools, with its band, widened where neither rest nor full power could hold it."""
    surroundings = outdoor if device.ambient_c is None else [device.ambient_c] * steps
    fields = {
        "name": device.name,
        "power_kw": device.power_kw,
        "power_min_kw": device.power_min_kw,
        "gain_c_per_kwh": device.gain_c_per_kwh,
        "loss_per_hour": device.loss_per_hour,
        "temperature_initial": side.temperature_c.get(device.name, device.temperature_max),
        "outdoor_temperature": surroundings,
    }
    return reachable_band(fields, device.temperature_min, device.temperature_max, HOURS)
