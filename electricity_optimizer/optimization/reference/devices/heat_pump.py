"""A heat pump in the joint model: a building whose temperature it keeps within a band."""

from typing import Any

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import HeatPump
from electricity_optimizer.optimization.problem import per_step
from electricity_optimizer.optimization.reference.devices.part import Part, rows


class HeatPumpPart(Part):
    """Power in kW and the temperature at the end of each step in degrees C."""

    def build(self, pump: HeatPump) -> None:
        """Create the variables; a least power above zero brings an on/off variable a step."""
        n, hours, block = self.problem.n, self.problem.hours, self.block
        low, high = per_step(pump.temperature_min, n), per_step(pump.temperature_max, n)
        outdoor = per_step(pump.outdoor_temperature, n)
        self.most_draw = per_step(pump.power_kw, n)
        self.most_supply = 0.0 * self.most_draw
        block.power = pe.Var(range(n), bounds=lambda _, k: (0, self.most_draw[k]))
        block.temperature = pe.Var(range(n), bounds=lambda _, k: (low[k], high[k]))
        balance = rows(block, "balance")
        for k in range(n):
            before = block.temperature[k - 1] if k else pump.temperature_initial
            kept = before * (1 - hours[k] * pump.loss_per_hour)
            gain = hours[k] * pump.gain_c_per_kwh
            balance.add(block.temperature[k] - kept - gain * block.power[k] == hours[k] * pump.loss_per_hour * outdoor[k])
        if pump.temperature_final_min is not None:
            block.final = pe.Constraint(expr=block.temperature[n - 1] >= pump.temperature_final_min)
        self._add_least_power(per_step(pump.power_min_kw, n))
        self.draw = [block.power[k] for k in range(n)]

    def _add_least_power(self, least: Any) -> None:
        stepwise = [k for k in range(self.problem.n) if least[k] > 0]
        self.block.on = pe.Var(stepwise, domain=pe.Binary)
        limits = rows(self.block, "power_range")
        for k in stepwise:
            limits.add(self.block.power[k] <= self.most_draw[k] * self.block.on[k])
            limits.add(self.block.power[k] >= least[k] * self.block.on[k])
