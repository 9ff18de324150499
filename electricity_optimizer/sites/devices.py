"""Devices of the catalogue as devices of a problem file: wall clock to steps, state to starting values."""

import datetime as dt
from typing import Any

from electricity_optimizer.catalog.site_devices import Appliance, Battery, Car, HeatPump, Roof, Trip
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.clock import STEP_MINUTES, closing_step, day_steps, opening_step, weekday
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


def car(device: Car, day: dt.date, tz: str, side: Side, value: float, steps: int) -> Part:
    """A car between the trips of the day; `value` is of a kWh at the terminal after the end."""
    stored = min(max(side.stored_kwh.get(device.name, device.initial_kwh), device.min_kwh), device.capacity_kwh)
    sessions, trips, arrive, highest = [], [], 0, stored
    for trip in _trips(device, day):
        depart = max(closing_step(day, trip.depart, tz), arrive + 1)
        highest = min(device.capacity_kwh, highest + (depart - arrive) * HOURS * device.charge_kw * device.charge_efficiency)
        within_reach = "hard" if highest >= device.target_kwh else "soft"
        sessions.append({"arrive": arrive, "depart": depart, "target_kwh": device.target_kwh, "target_is": within_reach})
        used = min(trip.energy_kwh, max(highest - device.min_kwh, 0.0))
        trips.append({"step": depart, "energy_kwh": used})
        highest, arrive = highest - used, opening_step(day, trip.arrive, tz)
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


def _trips(device: Car, day: dt.date) -> list[Trip]:
    return sorted((trip for trip in device.trips if weekday(day) in trip.days), key=lambda trip: trip.depart)


def roof(device: Roof, pv_kw: list[float], site_kwp: float) -> Part:
    """A roof with its share of the site's solar power."""
    share = device.kwp * device.performance_ratio / site_kwp
    return {
        "type": "pv",
        "name": device.name,
        "forecast_kw": [power * share for power in pv_kw],
        "curtailable": device.curtailable,
    }


def runs_on(site: Site, day: dt.date) -> set[str]:
    """Names of the appliances that run on `day`."""
    return {run.name for run in site.devices_of(Appliance) if weekday(day) in run.days}


def appliance(device: Appliance, day: dt.date, tz: str, running: set[str]) -> Part:
    """A run within its window. Over midnight the window is the day's early and late part, with the hours between forbidden."""
    steps = len(day_steps(day, tz))
    length = device.run_minutes // STEP_MINUTES
    opens, closes = opening_step(day, device.opens, tz), closing_step(day, device.closes, tz)
    over_midnight = device.opens > device.closes
    shape: Part = {"power_kw": device.power_kw, "steps": length} if device.profile_kw is None else {"profile_kw": list(device.profile_kw)}
    return {
        "type": "load",
        "name": device.name,
        **shape,
        "earliest": 0 if over_midnight else min(opens, steps - length),
        "latest_end": steps if over_midnight else min(max(closes, opens + length), steps),
        "forbidden": list(range(closes, opens)) if over_midnight else [],
        "interruptible": device.interruptible,
        "min_run_steps": device.min_run_minutes // STEP_MINUTES,
        "after": device.after if device.after in running else None,
    }


def heat_pump(device: HeatPump, outdoor: list[float], side: Side) -> Part:
    """A heat pump with its band, widened where neither rest nor full power could hold it (a summer day, a cold snap)."""
    begin = side.temperature_c.get(device.name, device.temperature_min)
    fields = device.model_dump() | {"temperature_initial": begin, "outdoor_temperature": outdoor}
    return reachable_band(fields, device.temperature_min, device.temperature_max, HOURS)
