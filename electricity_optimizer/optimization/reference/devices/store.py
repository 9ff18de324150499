"""A store of electricity in the joint model: battery and car alike. A decision says in each step whether it charges or discharges."""

from typing import Any

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import AnyStore
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.reference.devices.part import Part, rows


class StorePart(Part):
    """Charge, discharge and stored energy of a store; `available` is 1 in the steps in which it is connected."""

    def add(self, store: AnyStore, available: Array, taken: Array) -> None:
        """Create variables and rows; `taken` is energy in kWh that leaves the store by itself in each step."""
        n, block = self.problem.n, self.block
        self.store, self.steps = store, range(n)
        self.most_draw = per_step(store.charge_kw, n) * available
        self.most_supply = per_step(store.discharge_kw, n) * available
        low, high = per_step(store.soc_min_kwh, n), per_step(store.soc_max_kwh, n)
        can_charge = [k for k in self.steps if self.most_draw[k] > 0]
        can_discharge = [k for k in self.steps if self.most_supply[k] > 0]
        block.charge = pe.Var(can_charge, bounds=lambda _, k: (0, self.most_draw[k]))
        block.discharge = pe.Var(can_discharge, bounds=lambda _, k: (0, self.most_supply[k]))
        block.soc = pe.Var(self.steps, bounds=lambda _, k: (low[k], high[k]))
        self.charge = {k: block.charge[k] for k in can_charge}
        self.discharge = {k: block.discharge[k] for k in can_discharge}
        self.draw = [self.charge.get(k, 0.0) - self.discharge.get(k, 0.0) for k in self.steps]
        self._add_balance(taken)
        self._add_modes(self._charging())
        if store.soc_final_min_kwh is not None:
            block.final = pe.Constraint(expr=block.soc[n - 1] >= store.soc_final_min_kwh)
        self._add_cost()

    def _add_balance(self, taken: Array) -> None:
        store, n, hours = self.store, self.problem.n, self.problem.hours
        gain = per_step(store.charge_efficiency, n) * hours
        loss = hours / per_step(store.discharge_efficiency, n)
        keep = 1.0 - store.self_discharge_per_hour * hours
        soc, balance = self.block.soc, rows(self.block, "balance")
        for k in self.steps:
            before = soc[k - 1] * keep[k] if k else store.soc_initial_kwh * keep[k]
            flow = soc[k] - before
            if k in self.charge:
                flow -= gain[k] * self.charge[k]
            if k in self.discharge:
                flow += loss[k] * self.discharge[k]
            balance.add(flow == -taken[k])

    def _charging(self) -> dict[int, Any]:
        """The 0..1 variable or sum that says "charging" in a step, where the store has one."""
        store, n, block = self.store, self.problem.n, self.block
        if store.charge_levels_kw is not None:
            return self._add_levels([level for level in store.charge_levels_kw if level > 0])
        least = per_step(store.charge_min_kw, n)
        stepwise = [k for k in self.charge if least[k] > 0]
        both = [k for k in self.charge if k in self.discharge]
        block.charging = pe.Var(sorted({*stepwise, *both}), domain=pe.Binary)
        limits = rows(block, "charge_range")
        for k in block.charging:
            limits.add(self.charge[k] <= self.most_draw[k] * block.charging[k])
            if least[k] > 0:
                limits.add(self.charge[k] >= least[k] * block.charging[k])
        return {k: block.charging[k] for k in block.charging}

    def _add_levels(self, allowed: list[float]) -> dict[int, Any]:
        block, limits = self.block, rows(self.block, "charge_levels")
        choices = [(k, i) for k in self.charge for i, level in enumerate(allowed) if level <= self.most_draw[k]]
        block.level = pe.Var(choices, domain=pe.Binary)
        charging: dict[int, Any] = {}
        for k in self.charge:
            here = [i for i in range(len(allowed)) if (k, i) in block.level]
            limits.add(self.charge[k] == sum(allowed[i] * block.level[k, i] for i in here))
            if here:
                charging[k] = sum(block.level[k, i] for i in here)
                limits.add(charging[k] <= 1)
        return charging

    def _add_modes(self, charging: dict[int, Any]) -> None:
        modes = rows(self.block, "one_way")
        for k in self.discharge:
            if k in charging:
                modes.add(self.discharge[k] <= self.most_supply[k] * (1 - charging[k]))

    def _add_cost(self) -> None:
        store, n, hours = self.store, self.problem.n, self.problem.hours
        wear = store.cycle_cost_per_kwh
        if wear:
            self.cost += sum(wear * hours[k] * flow for flows in (self.charge, self.discharge) for k, flow in flows.items())
        if store.final_value_per_kwh:
            self.cost -= store.final_value_per_kwh * self.block.soc[n - 1]
