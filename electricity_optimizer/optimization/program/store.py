"""A store of electricity in a program: battery and car alike.

A decision variable "charging" exists only where one is needed: a least power, levels, or, for a solver that branches on variables, the
steps in which moving both ways at once could pay. Without it these steps have rows that hold for every plan that moves one way at a
time and cut off most of what moving both ways would win.
"""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Ev
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.program.layout import NONE, Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Draw, Part, Steps, each_step, keep_level
from electricity_optimizer.optimization.spans import driven, plugged_in

BOTH_WAYS_KW = 1e-6


def levels_of(store: AnyStore) -> list[float]:
    """The powers above zero that a charger with levels allows; none for one without."""
    return sorted({level for level in store.charge_levels_kw or () if level > 0})


class StorePart(Part):
    """Columns charge, discharge and stored energy a step; decisions and soft targets where the store has them."""

    def __init__(self, layout: Layout, device: AnyStore, problem: Problem, modes: Steps) -> None:
        """Lay the store out."""
        n = problem.n
        self.two_way = bool(np.any(np.asarray(device.discharge_kw) > 0))
        self.charge = layout.add_columns(n)
        self.discharge = layout.add_columns(n if self.two_way else 0)
        self.soc = layout.add_columns(n)
        self.balance, self._before = keep_level(layout, self.soc)
        self._gain = layout.add_entries(self.balance, self.charge)
        self._loss = layout.add_entries(self.balance[: len(self.discharge)], self.discharge)
        self.draws: list[Draw] = [each_step(self.charge), each_step(self.discharge, -1.0)]
        least = np.flatnonzero(per_step(device.charge_min_kw, n) > 0)
        self.allowed = levels_of(device)
        if device.charge_levels_kw is not None:
            self._lay_levels(layout)
        else:
            self._lay_decisions(layout, least, np.asarray(modes.decided if self.two_way else (), np.int64))
        tight = np.setdiff1d(np.asarray(modes.tight if self.two_way else (), np.int32), self.decided)
        self._lay_tight(layout, tight.astype(np.int32))
        self._lay_targets(layout, device)

    def _lay_decisions(self, layout: Layout, least: Any, modes: Any) -> None:
        """Charge <= most * charging, and charge >= least * charging where there is a least power."""
        self.decided = np.union1d(least, modes).astype(np.int32)
        self.charging = layout.add_columns(len(self.decided), whole=True)[:, None]
        self.at_most = layout.add_rows(len(self.decided))
        layout.add_entries(self.at_most, self.charge[self.decided])
        self._most_of = layout.add_entries(self.at_most, self.charging[:, 0])
        low = np.isin(self.decided, least)
        self.least_steps = self.decided[low]
        self.at_least = layout.add_rows(len(self.least_steps))
        layout.add_entries(self.at_least, self.charge[self.least_steps])
        self._least_of = layout.add_entries(self.at_least, self.charging[low, 0])
        self._lay_one_way(layout)

    def _lay_levels(self, layout: Layout) -> None:
        """Charge = sum of the chosen level, at most one of them chosen."""
        n, count = len(self.charge), len(self.allowed)
        self.decided, self.least_steps = np.arange(n, dtype=np.int32), NONE
        self.charging = layout.add_columns(n * count, whole=True).reshape(n, count)
        self.at_most = layout.add_rows(n)
        layout.add_entries(self.at_most, self.charge)
        layout.add_entries(np.repeat(self.at_most, count), self.charging.ravel(), -np.tile(self.allowed, n))
        self.one_level = layout.add_rows(n)
        layout.add_entries(np.repeat(self.one_level, count), self.charging.ravel())
        self._lay_one_way(layout)

    def _lay_one_way(self, layout: Layout) -> None:
        """Discharge + most * charging <= most in the decided steps of a store that can do both."""
        self.one_way = layout.add_rows(len(self.decided) if self.two_way else 0)
        self._supply_of = slice(0, 0)
        if self.two_way:
            layout.add_entries(self.one_way, self.discharge[self.decided])
            self._supply_of = layout.add_entries(np.repeat(self.one_way, self.charging.shape[1]), self.charging.ravel())

    def _lay_tight(self, layout: Layout, steps: Ints) -> None:
        """Rows of the steps in which both ways could pay: the hull, and the level that one way alone leaves.

        A store that charges does not discharge, so what was kept and what is charged fit below its highest level; likewise above its
        lowest when it discharges.
        """
        self.tight, self.hull = steps, layout.add_rows(len(steps))
        self._charge_share = layout.add_entries(self.hull, self.charge[steps])
        self._discharge_share = layout.add_entries(self.hull, self.discharge[steps])
        self.later = steps[steps > 0]
        self.above, self.below = layout.add_rows(len(self.later)), layout.add_rows(len(self.later))
        self._kept = [layout.add_entries(rows, self.soc[self.later - 1]) for rows in (self.above, self.below)]
        self._charged = layout.add_entries(self.above, self.charge[self.later])
        self._discharged = layout.add_entries(self.below, self.discharge[self.later])

    def _lay_targets(self, layout: Layout, device: AnyStore) -> None:
        sessions = device.sessions if isinstance(device, Ev) else []
        soft = [session for session in sessions if session.target_is == "soft"]
        self.short, self.targets = layout.add_columns(len(soft)), layout.add_rows(len(soft))
        layout.add_entries(self.targets, self.short)
        layout.add_entries(self.targets, self.soc[[session.depart - 1 for session in soft]])

    def most(self, device: AnyStore, problem: Problem) -> tuple[Array, Array]:
        """Charger and inverter while connected."""
        there = plugged_in(device, problem.n)
        return per_step(device.charge_kw, problem.n) * there, per_step(device.discharge_kw, problem.n) * there

    def fill(self, program: Program, device: AnyStore, problem: Problem) -> None:
        """Write the store's numbers."""
        n, hours = problem.n, problem.hours
        most_in, most_out = self.most(device, problem)
        wear = device.cycle_cost_per_kwh * hours
        program.high[self.charge], program.cost[self.charge] = most_in, wear
        program.calm[self.charge] = hours * (1 + 1e-3 * np.arange(n) / n)
        if self.two_way:
            program.high[self.discharge], program.cost[self.discharge], program.calm[self.discharge] = most_out, wear, hours
        program.cost[self.soc[-1]] = -device.final_value_per_kwh
        self._fill_balance(program, device, problem)
        self._fill_levels(program, device, n)
        self._fill_decisions(program, device, most_in, most_out)
        self._fill_tight(program, device, problem)

    def _fill_tight(self, program: Program, device: AnyStore, problem: Problem) -> None:
        if not len(self.tight):
            return
        n, hours, here = problem.n, problem.hours, self.later
        most_in, most_out = program.high[self.charge][self.tight], program.high[self.discharge][self.tight]
        usable = (most_in > 0) & (most_out > 0)
        program.value[self._charge_share] = np.where(usable, 1.0 / np.where(usable, most_in, 1.0), 0.0)
        program.value[self._discharge_share] = np.where(usable, 1.0 / np.where(usable, most_out, 1.0), 0.0)
        program.row_high[self.hull] = 1.0
        keep, taken = 1.0 - device.self_discharge_per_hour * hours, driven(device, n)
        gain, loss = per_step(device.charge_efficiency, n) * hours, hours / per_step(device.discharge_efficiency, n)
        low, high = program.low[self.soc], program.high[self.soc]
        for entries in self._kept:
            program.value[entries] = keep[here]
        program.value[self._charged], program.value[self._discharged] = gain[here], -loss[here]
        program.row_high[self.above] = np.maximum(high[here] + taken[here], keep[here] * high[here - 1])
        program.row_low[self.below] = np.minimum(low[here] + taken[here], keep[here] * low[here - 1])
        if self.tight[0] == 0:
            kept = keep[0] * device.soc_initial_kwh - taken[0]
            first = (self.charge[0], self.discharge[0])
            program.high[first[0]] = min(program.high[first[0]], max(0.0, (high[0] - kept) / gain[0]))
            program.high[first[1]] = min(program.high[first[1]], max(0.0, (kept - low[0]) / loss[0]))

    def _fill_balance(self, program: Program, device: AnyStore, problem: Problem) -> None:
        n, hours = problem.n, problem.hours
        keep, change = 1.0 - device.self_discharge_per_hour * hours, -driven(device, n)
        change[0] += keep[0] * device.soc_initial_kwh
        program.row_low[self.balance] = program.row_high[self.balance] = change
        program.value[self._before] = -keep[1:]
        program.value[self._gain] = -per_step(device.charge_efficiency, n) * hours
        if self.two_way:
            program.value[self._loss] = hours / per_step(device.discharge_efficiency, n)

    def _fill_levels(self, program: Program, device: AnyStore, n: int) -> None:
        low, high, soft = per_step(device.soc_min_kwh, n).copy(), per_step(device.soc_max_kwh, n), []
        if device.soc_final_min_kwh is not None:
            low[-1] = max(low[-1], device.soc_final_min_kwh)
        for session in device.sessions if isinstance(device, Ev) else ():
            if session.target_is == "soft":
                soft.append(session.target_kwh)
            else:
                low[session.depart - 1] = max(low[session.depart - 1], session.target_kwh)
        program.low[self.soc], program.high[self.soc] = low, high
        program.missed[self.short], program.row_low[self.targets] = 1.0, soft

    def _fill_decisions(self, program: Program, device: AnyStore, most_in: Array, most_out: Array) -> None:
        n, here = len(self.charge), self.decided
        if device.charge_levels_kw is not None:
            program.row_low[self.at_most] = program.row_high[self.at_most] = 0.0
            program.row_high[self.one_level] = 1.0
            program.high[self.charging] = np.asarray(self.allowed)[None, :] <= most_in[:, None] + BOTH_WAYS_KW
            program.early[self.charging] = (np.arange(n) / n**2)[:, None]
        else:
            least = per_step(device.charge_min_kw, n)[self.least_steps]
            program.value[self._most_of], program.row_high[self.at_most] = -most_in[here], 0.0
            program.value[self._least_of], program.row_low[self.at_least] = -least, 0.0
            program.early[self.charging[np.isin(here, self.least_steps), 0]] = self.least_steps / n**2
        program.row_high[self.one_way] = most_out[here] if self.two_way else 0.0
        program.value[self._supply_of] = np.repeat(most_out[here], self.charging.shape[1]) if self.two_way else 0.0

    def _flows(self, x: Array) -> tuple[Array, Array]:
        return x[self.charge], x[self.discharge] if self.two_way else np.zeros(len(self.charge))

    def pairs(self, device: AnyStore, problem: Problem) -> tuple[Ints, Ints]:
        """Columns of charge and discharge that exclude each other; a lossless store's are netted instead."""
        if not self.two_way:
            return NONE, NONE
        lossy = per_step(device.charge_efficiency, problem.n) * per_step(device.discharge_efficiency, problem.n) < 1
        return self.charge[lossy], self.discharge[lossy]

    def both_ways(self, x: Array, device: AnyStore, problem: Problem) -> tuple[int, ...]:
        """Steps with charge and discharge at once that are not netted without loss."""
        charge, discharge = self.pairs(device, problem)
        return tuple((charge[np.minimum(x[charge], x[discharge]) > BOTH_WAYS_KW] - self.charge[0]).tolist())

    def read(self, x: Array, device: AnyStore, problem: Problem) -> dict[str, Any]:
        """Charge and discharge in kW; what a lossless store moves both ways at once is netted."""
        del device, problem
        charge, discharge = self._flows(x)
        both = np.minimum(charge, discharge)
        return {"charge_kw": charge - both, "discharge_kw": discharge - both}
