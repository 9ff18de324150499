"""What is left of a problem some steps later: the same site with the past taken off.

Series are cut, windows move, levels come from a measurement or from the plan. What runs goes on: a running block is what is left of its
profile, fixed from step 0; a job in pieces keeps the steps it still needs and knows how long it has been on; a session that began stays,
with its target. What is done is gone, from groups, machines and orders as well. The former plan goes along as `previous`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization.again.mending import mended
from electricity_optimizer.optimization.again.remaining_job import job_left
from electricity_optimizer.optimization.checking.peaks import intervals, peak_means
from electricity_optimizer.optimization.device_fields import Battery, Ev, Fields, HeatPump, HeatStore, Load, Pv
from electricity_optimizer.optimization.problem import DemandCharge, Former, Problem, per_step
from electricity_optimizer.optimization.reading import POWERS, is_per_step, read_problem

State = Mapping[str, float]
"""What was measured at the new start: kWh of a store, degrees C of a heat pump, steps that a load has been on."""


def remaining(
    problem: Mapping[str, Any] | Problem, answer: Mapping[str, Any], at_step: int, *, state: State | None = None, committed_steps: int = 1
) -> dict[str, Any]:
    """The problem that is left when `at_step` steps of the plan `answer` have passed, as a problem file's content.

    `state` has what was measured, by device; the plan stands for the rest. Blocks that the plan starts in the first `committed_steps`
    steps keep their start: somebody has been told. A demand charge's running interval goes on with what it holds (`begun_steps`,
    `begun_kw`). Raises InputError for a step outside the horizon, an answer without a plan, or a state of no device.
    """
    left = what_is_left(read_problem(problem), answer, at_step, state or {}, committed_steps)
    return left.model_dump(mode="json", exclude_defaults=True)


def what_is_left(problem: Problem, answer: Mapping[str, Any], at_step: int, state: State, committed_steps: int) -> Problem:
    """`remaining` from a Problem to a Problem."""
    if not 0 <= at_step < problem.n:
        raise InputError(f"{at_step} is not in 0..{problem.n - 1}", where="at_step", remedy="something must be left of the horizon")
    if "devices" not in answer:
        raise InputError(f"has no plan, its status is {answer.get('status')}", where="answer", remedy="solve the whole problem anew")
    unknown = sorted(set(state) - {device.name for device in problem.devices})
    if unknown:
        raise InputError("no device has this name", where=f"state.{unknown[0]}", remedy="name devices of the problem")
    return _Cut(problem, answer, at_step, state, committed_steps).left()


@dataclass(frozen=True)
class _Cut:
    """One problem, its plan, and where it is cut."""

    problem: Problem
    answer: Mapping[str, Any]
    at: int
    state: State
    committed: int

    def left(self) -> Problem:
        """The problem from the cut on."""
        problem, kept = self.problem, self._devices()
        names = {device.name for device in kept}
        groups = [_of_those_left(group, names).model_copy(update=_cut(group, self.at)) for group in problem.groups]
        machines = [_of_those_left(one, names) for one in problem.exclusive]
        update = _cut(problem, self.at) | {
            "start": (dt.datetime.fromisoformat(problem.start) + dt.timedelta(hours=float(problem.hours[: self.at].sum()))).isoformat(),
            "grid": self._grid(),
            "devices": kept,
            "groups": [group for group in groups if group.devices],
            "exclusive": [one for one in machines if len(one.devices) > 1],
            "previous": self._former(names),
        }
        if problem.scenarios is not None:
            rows = {name: getattr(problem.scenarios, name) for name in ("import_price", "export_price")}
            shorter = {name: None if of is None else [row[self.at :] for row in of] for name, of in rows.items()}
            update["scenarios"] = problem.scenarios.model_copy(update=shorter)
        return problem.model_copy(update=update)

    def _devices(self) -> list[Any]:
        """Devices with what is left to do; an order on a job that is done is met, one on a job that never ran can be met no more."""
        found: dict[str, Any] = {}
        for device in self.problem.devices:
            left = self._job(device) if isinstance(device, Load) else self._state_of(device)
            if left is not None:
                found[device.name] = left
        for device in self.problem.devices:
            own = found.get(device.name)
            if isinstance(own, Load) and own.after is not None and own.after not in found:
                if not self.answer["devices"][own.after]["runs"] and own.optional_value is not None:
                    del found[device.name]
                else:
                    found[device.name] = own.model_copy(update={"after": None})
        return list(found.values())

    def _job(self, load: Load) -> Load | None:
        done = self.state.get(load.name)
        runs = self.answer["devices"][load.name]["runs"]
        return job_left(load, runs, self.at, self.problem.n, self.committed, None if done is None else round(done))

    def _state_of(self, device: Any) -> Any:
        update = _cut(device, self.at)
        if isinstance(device, Pv):
            return device.model_copy(update=update)
        level = self._level(device)
        update["temperature_initial" if isinstance(device, HeatPump) else "soc_initial_kwh"] = level
        if isinstance(device, HeatStore):
            update["feeds"] = [feed.model_copy(update=_cut(feed, self.at)) for feed in device.feeds]
        if isinstance(device, Ev):
            sessions = [session for session in device.sessions if session.depart > self.at]
            moved = [{"arrive": max(0, one.arrive - self.at), "depart": one.depart - self.at} for one in sessions]
            update["sessions"] = [one.model_copy(update=shift) for one, shift in zip(sessions, moved, strict=True)]
            trips = [trip for trip in device.trips if trip.step >= self.at]
            update["trips"] = [trip.model_copy(update={"step": trip.step - self.at}) for trip in trips]
        left = device.model_copy(update=update)
        return mended(left, self.problem.hours[self.at :]) if device.name in self.state else left

    def _level(self, device: Any) -> float:
        return float(self.state.get(device.name, self._expected(device)))

    def _expected(self, device: Any) -> float:
        """The level the plan has at the cut."""
        thermal = isinstance(device, HeatPump)
        if self.at == 0:
            return float(device.temperature_initial if thermal else device.soc_initial_kwh)
        return float(self.answer["devices"][device.name]["temperature" if thermal else "soc_kwh"][self.at - 1])

    def _grid(self) -> Any:
        grid = self.problem.grid
        update = _cut(grid, self.at)
        for name, side in (("demand_charge", "import_kw"), ("export_charge", "export_kw")):
            if getattr(grid, name) is not None:
                update[name] = self._peak(getattr(grid, name), np.asarray(self.answer["grid"][side]))
        return grid.model_copy(update=update)

    def _peak(self, charge: DemandCharge, flow: Any) -> DemandCharge:
        """The charge with the peak reached so far and what the running interval holds."""
        n, hours = self.problem.n, self.problem.hours
        running = next(span for span in intervals(charge, n) if self.at in span)
        past = [k for span in intervals(charge, n) if span[-1] < self.at for k in span]
        reached = charge.existing_peak_kw
        if past:
            own = {"active": None if charge.active is None else charge.active[: len(past)]}
            reached = max([reached, *peak_means(charge.model_copy(update=own), flow[: len(past)], hours[: len(past)])])
        update = _cut(charge, self.at) | {"existing_peak_kw": float(reached)}
        before = slice(running[0], self.at)
        carried = charge.begun_steps if running[0] == 0 else 0
        if self.at > running[0] or carried:
            passed = float(hours[before].sum()) + carried * float(hours[0])
            energy = float(flow[before] @ hours[before]) + charge.begun_kw * carried * float(hours[0])
            update |= {"begun_steps": self.at - running[0] + carried, "begun_kw": energy / passed}
        else:
            update |= {"begun_steps": 0, "begun_kw": 0.0}
        if charge.active is not None:
            update["active"] = [charge.active[running[0]], *charge.active[self.at + 1 :]]
        return charge.model_copy(update=update)

    def _former(self, names: set[str]) -> Former:
        """The plan that is being followed, from the cut on."""
        flows = {name: own for name, own in self.answer["devices"].items() if name in names}
        power = {name: {field: values[self.at :] for field, values in power_lists(own).items()} for name, own in flows.items()}
        sun = [device for device in self.problem.devices if isinstance(device, Pv)]
        stores = [device for device in self.problem.devices if isinstance(device, Battery | Ev | HeatStore | HeatPump)]
        n = self.problem.n
        return Former(
            plan_id=self.answer["plan_id"],
            devices=power,
            import_price=self.problem.import_price[self.at :],
            load_kw=per_step(self.problem.load_kw, n)[self.at :].tolist(),
            forecast_kw={device.name: per_step(device.forecast_kw, n)[self.at :].tolist() for device in sun},
            levels={device.name: self._expected(device) for device in stores},
        )


def _of_those_left(club: Any, names: set[str]) -> Any:
    return club.model_copy(update={"devices": [name for name in club.devices if name in names]})


def power_lists(flows: Mapping[str, Any]) -> dict[str, list[float]]:
    """The lists of a device's part of an answer that `previous` speaks of."""
    if "feeds" in flows:
        return {name: feed["power_kw"] for name, feed in flows["feeds"].items()}
    return {field: flows[field] for field in POWERS if field in flows}


@cache
def _lists_of(kind: type[Fields]) -> tuple[str, ...]:
    return tuple(name for name, field in kind.model_fields.items() if is_per_step(field))


def _cut(part: Fields, at: int) -> dict[str, Any]:
    """The lists of a part from step `at` on."""
    return {name: value[at:] for name in _lists_of(type(part)) if isinstance(value := getattr(part, name), list)}
