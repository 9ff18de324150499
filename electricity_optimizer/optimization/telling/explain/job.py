"""Why a job runs when it does, or stays off."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.spans import open_starts, open_steps
from electricity_optimizer.optimization.telling.explain.reader import ACTIVE_KW, Reader
from electricity_optimizer.optimization.telling.explain.words import costing, money

TOLD = 5e-3  # currency: what a job costs more than elsewhere and is not worth a reason


def tell_load(reader: Reader, load: Load, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """One sentence: its cost, what it would cost elsewhere, and what keeps it from there."""
    power = np.asarray(flows["power_kw"])
    others, starts = reader.net - power, open_starts(load, reader.n)
    costs = reader.added(others, starts, np.asarray(load.shape))
    runs = flows["runs"]
    if not runs:
        best = f"{money(min(costs.values()) + load.startup_cost)} at best" if costs else "no open block"
        yield load.earliest, f"stays off: its run would cost {best}, its value is {money(load.optional_value or 0.0)}"
        return
    paid = float((reader.billed - reader.bill(others)).sum())
    when = " and ".join(f"{reader.at(begin)}-{reader.at(stop)}" for begin, stop in runs)
    text = f"runs {when}: {costing(paid)} {reader.problem.currency} in these steps"
    yield runs[0][0], text + _why(reader, load, runs, costs, paid, others) + reader.scarce(load.name, [runs[0][0], runs[-1][1]])


def _why(reader: Reader, load: Load, runs: list[list[int]], costs: dict[int, float], paid: float, others: Array) -> str:
    begin = runs[0][0]
    if load.ran_steps and begin == 0:
        return f"; it goes on, on for {load.ran_steps} steps already"
    end = reader.at(reader.n if load.latest_end is None else load.latest_end)
    room = len(open_steps(load, reader.n))
    if room == load.length or (not load.interruptible and len(costs) == 1):
        return f"; it leaves no other time, as it must end by {end}" if load.latest_end is not None else "; no other time is open"
    value = f"; its value is {money(load.optional_value)}" if load.optional_value is not None else ""
    if not costs:
        return value
    first = next(iter(costs))
    best = min(costs, key=lambda start: costs[start])
    if not load.interruptible and costs[best] < paid - TOLD:
        reason = _kept_from(reader, load, best, others)
        return f", {money(costs[best])} at {reader.at(best)}" + (f", but {reason}" if reason else "") + value
    if first == begin:
        dearest = max(costs.values())
        return f", its earliest start; up to {money(dearest)} later" + value
    return f", {money(costs[first])} at its earliest start {reader.at(first)}" + value


def _kept_from(reader: Reader, load: Load, start: int, others: Array) -> str:
    """What stands against a start that looks cheaper."""
    return _other_jobs(reader, load, start, start + load.length) or _no_room(reader, load, start, others)


def _other_jobs(reader: Reader, load: Load, start: int, stop: int) -> str:
    """The job that has to come before or after, or that has the machine then."""
    runs = {one.name: reader.answer["devices"][one.name]["runs"] for one in reader.problem.devices if isinstance(one, Load)}
    if load.after is not None and runs[load.after] and runs[load.after][-1][1] > start:
        return f"{load.after} ends at {reader.at(runs[load.after][-1][1])}"
    for machine in reader.problem.exclusive:
        for name in machine.devices if load.name in machine.devices else ():
            if name != load.name and any(begin < stop and end > start for begin, end in runs[name]):
                return f"{name} has {machine.name} then"
    followers = (one.name for one in reader.problem.devices if isinstance(one, Load) and one.after == load.name)
    early = next((name for name in followers if runs[name] and runs[name][0][0] < stop), None)
    return "" if early is None else f"{early} has to follow"


def _no_room(reader: Reader, load: Load, start: int, others: Array) -> str:
    """The limit or the peak that the job would pass."""
    here = slice(start, start + load.length)
    drawn = others[here] + np.asarray(load.shape)
    limit = per_step(reader.problem.grid.import_limit_kw, reader.n, np.inf)[here]
    if (drawn > limit + ACTIVE_KW).any():
        return f"the import limit of {limit.min():g} kW leaves no room there"
    if reader.peak is not None and (drawn > reader.peak[0] + ACTIVE_KW).any():
        return "it would raise the highest import"
    groups = (group.name for group in reader.problem.groups if load.name in group.devices and group.import_limit_kw is not None)
    full = next(groups, None)
    return "" if full is None else f"{full} leaves no room there"
