"""A photovoltaic system in a program: what is produced is used or, where allowed, curtailed."""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import Array, Problem, per_step
from electricity_optimizer.optimization.program.layout import Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part, Steps, each_step


class PvPart(Part):
    """A column a step: used production."""

    def __init__(self, layout: Layout, device: Pv, problem: Problem, modes: Steps) -> None:
        """Lay the system out."""
        del device, modes
        self.used = layout.add_columns(problem.n)
        self.draws = [each_step(self.used, -1.0)]

    def most(self, device: Pv, problem: Problem) -> tuple[Array, Array]:
        """Nothing drawn, the forecast supplied."""
        return np.zeros(problem.n), per_step(device.forecast_kw, problem.n)

    def fill(self, program: Program, device: Pv, problem: Problem) -> None:
        """The forecast bounds what is used; using comes before curtailing."""
        forecast = per_step(device.forecast_kw, problem.n)
        program.low[self.used], program.high[self.used] = 0.0 if device.curtailable else forecast, forecast
        program.calm[self.used] = -1e-3 * problem.hours

    def read(self, x: Array, device: Pv, problem: Problem) -> dict[str, Any]:
        """Used and curtailed production in kW."""
        return {"used_kw": x[self.used], "curtailed_kw": per_step(device.forecast_kw, problem.n) - x[self.used]}
