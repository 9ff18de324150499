"""A photovoltaic system in the joint model: what is produced is used or, where allowed, curtailed."""

from typing import Any

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import per_step
from electricity_optimizer.optimization.reference.devices.part import Part, levels


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
        self.order = [(used, -1e-3 * self.problem.hours[k]) for k, used in self.used.items()]

    def read(self) -> dict[str, Any]:
        """Used and curtailed production in kW."""
        used = levels(self.block.used, self.problem.n)
        return {"used_kw": used, "curtailed_kw": self.forecast - used}
