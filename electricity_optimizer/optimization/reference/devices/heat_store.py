"""A store of heat in the joint model: feeds turn their carrier into heat, a demand takes it."""

from typing import Any

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import HeatStore
from electricity_optimizer.optimization.problem import per_step
from electricity_optimizer.optimization.reference.devices.part import Part, rows


class HeatStorePart(Part):
    """Power of each feed in kW of its carrier and the stored heat in kWh."""

    def build(self, store: HeatStore) -> None:
        """Create the variables; gas is paid here, electricity through the connection."""
        n, hours, block = self.problem.n, self.problem.hours, self.block
        low, high = per_step(store.soc_min_kwh, n), per_step(store.soc_max_kwh, n)
        self.names = [feed.name for feed in store.feeds]
        most = [per_step(feed.power_kw, n) for feed in store.feeds]
        heat = [per_step(feed.efficiency, n) for feed in store.feeds]
        demand = per_step(store.demand_kw, n)
        block.power = pe.Var(range(len(most)), range(n), bounds=lambda _, f, k: (0, most[f][k]))
        block.soc = pe.Var(range(n), bounds=lambda _, k: (low[k], high[k]))
        keep, balance = 1.0 - store.self_discharge_per_hour * hours, rows(block, "balance")
        for k in range(n):
            before = block.soc[k - 1] * keep[k] if k else store.soc_initial_kwh * keep[k]
            made = sum(heat[f][k] * block.power[f, k] for f in range(len(most)))
            balance.add(block.soc[k] - before - hours[k] * made == -hours[k] * demand[k])
        if store.soc_final_min_kwh is not None:
            block.final = pe.Constraint(expr=block.soc[n - 1] >= store.soc_final_min_kwh)
        self._connect(store, most)

    def _connect(self, store: HeatStore, most: list[Any]) -> None:
        n, hours, power = self.problem.n, self.problem.hours, self.block.power
        electric = [f for f, feed in enumerate(store.feeds) if feed.carrier == "electricity"]
        self.draw = [sum(power[f, k] for f in electric) for k in range(n)]
        self.most_draw = sum((most[f] for f in electric), start=0.0 * hours)
        self.most_supply = 0.0 * hours
        for f, feed in enumerate(store.feeds):
            if feed.fuel_price is not None:
                price = per_step(feed.fuel_price, n)
                self.cost += sum(float(price[k] * hours[k]) * power[f, k] for k in range(n))
