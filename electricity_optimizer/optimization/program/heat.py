"""A store of heat in a program: feeds turn their carrier into heat, a demand takes it."""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import HeatStore
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.program.layout import Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part, Steps, each_step, keep_level


class HeatStorePart(Part):
    """Columns power of each feed, in kW of its carrier, and stored heat a step."""

    def __init__(self, layout: Layout, device: HeatStore, problem: Problem, modes: Steps) -> None:
        """Lay the store out."""
        del modes
        n = problem.n
        self.names = [feed.name for feed in device.feeds]
        self.power = [layout.add_columns(n) for _ in device.feeds]
        self.soc = layout.add_columns(n)
        self.balance, self._before = keep_level(layout, self.soc)
        self._gain = [layout.add_entries(self.balance, power) for power in self.power]
        electric = [feed.carrier == "electricity" for feed in device.feeds]
        self.draws = [each_step(power) for power, drawn in zip(self.power, electric, strict=True) if drawn]

    def most(self, device: HeatStore, problem: Problem) -> tuple[Array, Array]:
        """Power of the electric feeds, nothing supplied."""
        nothing = np.zeros(problem.n)
        return sum((per_step(f.power_kw, problem.n) for f in device.feeds if f.carrier == "electricity"), start=nothing), nothing

    def fill(self, program: Program, device: HeatStore, problem: Problem) -> None:
        """Write the store's numbers; gas is paid here, electricity through the connection."""
        n, hours = problem.n, problem.hours
        keep, change = 1.0 - device.self_discharge_per_hour * hours, -hours * per_step(device.demand_kw, n)
        change[0] += keep[0] * device.soc_initial_kwh
        program.row_low[self.balance] = program.row_high[self.balance] = change
        program.value[self._before] = -keep[1:]
        low = per_step(device.soc_min_kwh, n).copy()
        if device.soc_final_min_kwh is not None:
            low[-1] = max(low[-1], device.soc_final_min_kwh)
        program.low[self.soc], program.high[self.soc] = low, per_step(device.soc_max_kwh, n)
        for feed, power, gain in zip(device.feeds, self.power, self._gain, strict=True):
            program.high[power], program.value[gain] = per_step(feed.power_kw, n), -hours * per_step(feed.efficiency, n)
            program.cost[power] = hours * per_step(feed.fuel_price, n)
            program.calm[power] = hours * (1e-2 + 1e-3 * np.arange(n) / n)

    def read(self, x: Array, device: HeatStore, problem: Problem) -> dict[str, Any]:
        """Power of each feed in kW of its carrier."""
        del problem
        return {"feeds": {feed.name: {"power_kw": x[power]} for feed, power in zip(device.feeds, self.power, strict=True)}}
