"""A stationary battery in the joint model."""

import numpy as np

from electricity_optimizer.optimization.device_fields import Battery
from electricity_optimizer.optimization.reference.devices.store import StorePart


class BatteryPart(StorePart):
    """A store that is always connected."""

    def build(self, battery: Battery) -> None:
        """Create the battery's variables and rows."""
        n = self.problem.n
        self.add(battery, available=np.ones(n), taken=np.zeros(n))
