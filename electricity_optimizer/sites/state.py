"""Where a day begins: what is stored, how warm it is, and the month's highest import so far."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from electricity_optimizer.catalog.site_devices import Battery, Car, HeatPump
from electricity_optimizer.catalog.sites import Site


@dataclass(frozen=True)
class SiteState:
    """At local midnight: kWh by battery or car, degrees C by heat pump, kW of the billing month's highest import.

    The unoptimised site of the baseline has a peak of its own: each side pays what it adds above its own, so both sum to a bill.
    `month` ("2026-05") is the one that the peaks are of; without it they count for the day that is asked next.
    """

    stored_kwh: Mapping[str, float] = field(default_factory=dict)
    temperature_c: Mapping[str, float] = field(default_factory=dict)
    peak_kw: float = 0.0
    baseline_peak_kw: float = 0.0
    month: str | None = None

    @classmethod
    def initial(cls, site: Site) -> Self:
        """What the catalogue says, for the first day: rooms at the lower band, no peak yet."""
        stored = {store.name: store.initial_kwh for store in site.devices if isinstance(store, Battery | Car)}
        return cls(stored, {pump.name: pump.temperature_min for pump in site.devices_of(HeatPump)})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The state that `to_json` wrote."""
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return asdict(self)

    def on(self, day: dt.date) -> Self:
        """This state as the beginning of `day`: in a new month the peaks start again."""
        month = day.strftime("%Y-%m")
        if self.month in {None, month}:
            return replace(self, month=month)
        return replace(self, month=month, peak_kw=0.0, baseline_peak_kw=0.0)
