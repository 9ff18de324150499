"""How a tariff follows the market: its price of each quarter hour as an affine function of spot, whatever its kind.

Read off the tariff itself at three levels of the market, so that a new kind needs nothing here; a kind that bends (a price cap) is
refused by name instead of being treated as a straight line.
"""

from dataclasses import dataclass

import numpy as np

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.switching.year import Array, YearSteps
from electricity_optimizer.tariffs.tariff import Tariff

PROBES_EUR_MWH = (0.0, 1000.0, -400.0)
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Side:
    """EUR per kWh at a step: `slope` x spot (EUR per kWh) + `base`."""

    slope: Array
    base: Array

    def price(self, spot_eur_mwh: Array) -> Array:
        """Prices at `spot_eur_mwh`, in the shape of the steps."""
        return self.slope * spot_eur_mwh / 1000 + self.base


@dataclass(frozen=True)
class Exposure:
    """Import and export side of a tariff over the steps of a year."""

    buy: Side
    sell: Side

    @property
    def dynamic(self) -> bool:
        """Whether what is bought follows the market."""
        return bool(np.any(np.abs(self.buy.slope) > TOLERANCE))

    @property
    def flat(self) -> bool:
        """Whether neither side changes through the year."""
        return not self.dynamic and all(float(np.ptp(values)) < TOLERANCE for values in (self.buy.base, self.sell.base, self.sell.slope))


def exposure(tariff: Tariff, steps: YearSteps) -> Exposure:
    """The exposure of `tariff` over `steps`. Raises InputError for a price that is no straight line of spot, or unknown."""
    found = []
    for spot in PROBES_EUR_MWH:
        frame = tariff.prices(steps.frame(np.full(len(steps.starts), spot)), steps.tz).frame
        found.append({name: frame[name].cast(float).to_numpy() for name in ("import_eur_kwh", "export_eur_kwh")})
    return Exposure(*(_side([one[name] for one in found], tariff.entry.key) for name in ("import_eur_kwh", "export_eur_kwh")))


def _side(values: list[Array], key: str) -> Side:
    at_zero, at_high, at_low = values
    if not all(np.isfinite(one).all() for one in values):
        raise InputError("its price is unknown at a known market price", where=f"tariff {key}", remedy="check its validity and periods")
    slope = (at_high - at_zero) * 1000 / PROBES_EUR_MWH[1]
    side = Side(slope, at_zero)
    if np.abs(side.price(np.full(len(slope), PROBES_EUR_MWH[2])) - at_low).max() > TOLERANCE:
        raise InputError("its price is no straight line of the market's", where=f"tariff {key}", remedy="its risk cannot be told yet")
    return side
