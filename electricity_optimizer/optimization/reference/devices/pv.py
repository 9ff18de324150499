"""A photovoltaic system in the joint model: what is produced is used or, where allowed, curtailed."""

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import per_step
from electricity_optimizer.optimization.reference.devices.part import Part


class PvPart(Part):
    """Used production; the rest of the forecast is curtailed."""

    def build(self, pv: Pv) -> None:
        """Create one variable for each step with production."""
        n = self.problem.n
        self.forecast = per_step(pv.forecast_kw, n)
        sunny = [k for k in range(n) if self.forecast[k] > 0]
        self.block.used = pe.Var(sunny, bounds=lambda _, k: (0 if pv.curtailable else self.forecast[k], self.forecast[k]))
        self.used = {k: self.block.used[k] for k in sunny}
        self.draw = [-1.0 * self.used[k] if k in self.used else 0.0 for k in range(n)]
        self.most_supply = self.forecast
        self.most_draw = 0.0 * self.forecast
