"""A heat pump or cooler in a program: a temperature kept within its band."""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import HeatPump
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.program.layout import Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part, Steps, each_step, keep_level


class HeatPumpPart(Part):
    """Columns power and temperature a step; a decision on or off where there is a least power."""

    def __init__(self, layout: Layout, device: HeatPump, problem: Problem, modes: Steps) -> None:
        """Lay the pump out."""
        del modes
        self.power, self.temperature = layout.add_columns(problem.n), layout.add_columns(problem.n)
        self.balance, self._before = keep_level(layout, self.temperature)
        self._gain = layout.add_entries(self.balance, self.power)
        self.draws = [each_step(self.power)]
        self.stepwise = np.flatnonzero(per_step(device.power_min_kw, problem.n) > 0).astype(np.int32)
        self.on = layout.add_columns(len(self.stepwise), whole=True)
        self.at_most, self.at_least = layout.add_rows(len(self.stepwise)), layout.add_rows(len(self.stepwise))
        for rows in (self.at_most, self.at_least):
            layout.add_entries(rows, self.power[self.stepwise])
        self._most_of, self._least_of = (layout.add_entries(rows, self.on) for rows in (self.at_most, self.at_least))

    def most(self, device: HeatPump, problem: Problem) -> tuple[Array, Array]:
        """The pump's power, nothing supplied."""
        return per_step(device.power_kw, problem.n), np.zeros(problem.n)

    def fill(self, program: Program, device: HeatPump, problem: Problem) -> None:
        """T' - (1 - h loss) T - h gain power = h loss outdoor."""
        n, hours, most = problem.n, problem.hours, per_step(device.power_kw, problem.n)
        keep, change = 1.0 - hours * device.loss_per_hour, hours * device.loss_per_hour * per_step(device.outdoor_temperature, n)
        change[0] += keep[0] * device.temperature_initial
        program.row_low[self.balance] = program.row_high[self.balance] = change
        program.value[self._before], program.value[self._gain] = -keep[1:], -hours * device.gain_c_per_kwh
        low = per_step(device.temperature_min, n).copy()
        if device.temperature_final_min is not None:
            low[-1] = max(low[-1], device.temperature_final_min)
        program.low[self.temperature], program.high[self.temperature] = low, per_step(device.temperature_max, n)
        program.high[self.power], program.calm[self.power] = most, hours * (1e-2 + 1e-3 * np.arange(n) / n)
        program.value[self._most_of], program.row_high[self.at_most] = -most[self.stepwise], 0.0
        least = per_step(device.power_min_kw, n)[self.stepwise]
        program.value[self._least_of], program.row_low[self.at_least] = -least, 0.0
        program.early[self.on] = self.stepwise / n**2

    def read(self, x: Array, device: HeatPump, problem: Problem) -> dict[str, Any]:
        """Power in kW."""
        del device, problem
        return {"power_kw": x[self.power]}
