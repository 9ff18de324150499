"""A car in the joint model: a store that is connected during its sessions, must hold its target when it leaves, and drives."""

import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import Ev
from electricity_optimizer.optimization.reference.devices.part import Slack, rows
from electricity_optimizer.optimization.reference.devices.store import StorePart
from electricity_optimizer.optimization.spans import driven, plugged_in


class EvPart(StorePart):
    """A store with sessions, targets and trips."""

    def build(self, car: Ev) -> None:
        """Create the car's variables and rows; soft targets bring one slack each, in kWh."""
        n, block = self.problem.n, self.block
        self.add(car, available=plugged_in(car, n), taken=driven(car, n))
        soft = [index for index, session in enumerate(car.sessions) if session.target_is == "soft"]
        block.short = pe.Var(soft, domain=pe.NonNegativeReals)
        targets = rows(block, "targets")
        for index, session in enumerate(car.sessions):
            held = block.soc[session.depart - 1]
            targets.add(held + (block.short[index] if index in soft else 0.0) >= session.target_kwh)
        self.slacks += [Slack(block.short[i], 1.0) for i in soft]
