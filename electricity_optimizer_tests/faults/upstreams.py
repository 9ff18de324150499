"""The upstreams of the fault matrix: each first in the order of a zone, with a healthy one of another kind behind it."""

import datetime as dt
from dataclasses import dataclass

from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.faults.truth import true_prices
from electricity_optimizer_tests.sources.wire.intervals import Price


@dataclass(frozen=True, slots=True)
class Upstream:
    """A source with a fault, the `zone` whose prices it gives, and the source that has the same prices and no fault.

    `witness` is a third source of them, where there is one.
    `minutes`: so long a true price holds (where the source has hours only, an hour). `requests`: so many does a healthy answer take.
    `settled`: it tells a day when it is over and not on the day before.
    """

    source: str
    fallback: str
    witness: str
    zone: str
    level: float
    minutes: int = 15
    requests: int = 1
    settled: bool = False

    @property
    def price(self) -> Price:
        """The true price of the zone."""
        return true_prices(self.level, self.minutes)

    def now(self, day: dt.date) -> dt.datetime:
        """When the prices of `day` are asked for: in the evening before, after every deadline, where they are known ahead."""
        if self.settled:
            return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(9), UTC)
        return dt.datetime.combine(day - dt.timedelta(days=1), dt.time(20, 30), UTC)


UPSTREAMS = (
    Upstream("energy-charts", "entsoe", "smard", "DE-LU", 71.0),
    Upstream("entsoe", "energy-charts", "smard", "DE-LU", 71.0),
    Upstream("omie", "energy-charts", "esios", "ES", 62.0),
    Upstream("smard", "energy-charts", "entsoe", "FR", 66.0, requests=2),
    Upstream("energinet", "entsoe", "energy-charts", "DK1", 68.0),
    Upstream("elering", "energy-charts", "entsoe", "EE", 83.0),
    Upstream("awattar", "energy-charts", "entsoe", "AT", 74.0, minutes=60),
    Upstream("elexon", "entsoe", "", "GB", 88.0, minutes=30, settled=True),
    Upstream("esios", "omie", "energy-charts", "ES", 62.0),
    Upstream("redata", "omie", "energy-charts", "ES", 62.0),
    Upstream("nordpool", "energy-charts", "entsoe", "NL", 69.0),
)
TARIFF = Upstream("octopus", "", "", "GB", 240.0, minutes=30)
"""The source of a subscription: one customer's tariff has no second source and no check against the days before."""
