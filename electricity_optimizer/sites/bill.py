"""What a day of a site costs, with what it began and ended with: one rule for plans, settlements and all they are compared with.

Energy in batteries and cars is valued equally on all sides: what is left at the end by the `final_value_per_kwh` of the problem (fixed
when the plan was made), what was there at the beginning by the value of the day before. So the days of a month sum to its bill and
only the first and the last store level are ever valued. Heat above the lower band is worth nothing on all sides.
"""

import datetime as dt
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from electricity_optimizer.catalog.site_devices import Car
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.optimization import read_problem
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.optimization.checking.baseline import baseline_flows
from electricity_optimizer.optimization.checking.peaks import peak_means
from electricity_optimizer.optimization.checking.replay import Flows, net_import, states
from electricity_optimizer.sites.devices import is_store, worth
from electricity_optimizer.sites.state import Side, SiteState
from electricity_optimizer.timeline import delivery_day

Problem = dict[str, Any]


def beginning(site: Site, problem: Problem, state: SiteState | None) -> SiteState:
    """`state` on the day of the problem, what it does not say taken from the problem."""
    if state is None:
        planned = Side(peak_kw=problem["grid"].get("demand_charge", {}).get("existing_peak_kw", 0.0))
        state = SiteState(planned, planned)
    begin = state.on(day_of(site, problem))
    return begin if begin.value_per_kwh is not None else replace(begin, value_per_kwh=_value(problem))


def day_of(site: Site, problem: Problem) -> dt.date:
    """The delivery day of a problem."""
    return delivery_day(dt.datetime.fromisoformat(problem["start"]), site.tz)


def begun_at(problem: Problem, side: Side) -> Problem:
    """The problem from what is stored and how warm it is on `side`, under its peak of the month; what it does not say stays."""
    begun = deepcopy(_with_peak(problem, side.peak_kw))
    for device in begun["devices"]:
        if is_store(device):
            device["soc_initial_kwh"] = side.stored_kwh.get(device["name"], device["soc_initial_kwh"])
        elif device["type"] == "heat_pump":
            device["temperature_initial"] = side.temperature_c.get(device["name"], device["temperature_initial"])
    return begun


def unoptimised(site: Site, problem: Problem, side: Side) -> tuple[Problem, Flows]:
    """The problem from the baseline's own beginning, and what the site does in it by habit."""
    usual = begun_at(problem, side)
    targets = {car.name: car.target_kwh for car in site.devices_of(Car)}
    for device in usual["devices"]:
        for session in device.get("sessions", []):
            session |= {"target_kwh": targets[device["name"]], "target_is": "soft"}
    return usual, baseline_flows(read_problem(usual))


def cost_of(problem: Problem, flows: Flows, begin: SiteState) -> float:
    """Objective of the flows plus the worth of the energy stored at the beginning."""
    return account(read_problem(problem), flows).objective + initial_worth(problem, begin)


def initial_worth(problem: Problem, begin: SiteState) -> float:
    """What the stores of the problem begin with, at the value of the day before."""
    value = begin.value_per_kwh or 0.0
    return float(sum(value * worth(device) * device["soc_initial_kwh"] for device in problem["devices"] if is_store(device)))


def end_after(begin: SiteState, optimised: tuple[Problem, Flows], baseline: tuple[Problem, Flows]) -> SiteState:
    """Where both sides leave the site: the beginning of the next day."""
    return replace(
        begin,
        optimised=side_after(*optimised, begin.optimised.peak_kw),
        baseline=side_after(*baseline, begin.baseline.peak_kw),
        value_per_kwh=_value(optimised[0]),
    )


def side_after(problem: Problem, flows: Mapping[str, Any], peak_kw: float) -> Side:
    """What is stored and how warm it is after the flows, and the month's highest import so far, which was `peak_kw` before.

    With a demand charge that is what the charge counts: means over its intervals, within its windows.
    """
    read = read_problem(problem)
    after = states(read, flows)
    imported, charge = np.maximum(net_import(read, flows), 0.0), read.grid.demand_charge
    peaks = imported.tolist() if charge is None else peak_means(charge, imported, read.hours)
    return Side(
        stored_kwh={name: float(own["soc_kwh"][-1]) for name, own in after.items() if "soc_kwh" in own},
        temperature_c={name: float(own["temperature"][-1]) for name, own in after.items() if "temperature" in own},
        peak_kw=max(peak_kw, *peaks, 0.0),
    )


def _value(problem: Problem) -> float | None:
    """The value of a kWh at the terminal that the problem ends with; null without a store."""
    return next((device["final_value_per_kwh"] / worth(device) for device in problem["devices"] if is_store(device)), None)


def _with_peak(problem: Problem, peak_kw: float) -> Problem:
    charge = problem["grid"].get("demand_charge")
    return problem if charge is None else problem | {"grid": problem["grid"] | {"demand_charge": charge | {"existing_peak_kw": peak_kw}}}
