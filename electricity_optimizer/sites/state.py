"""Where a day begins: what is stored, how warm it is, and the month's highest import so far, for the site and for its baseline."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from electricity_optimizer.catalog.production import ColdStore
from electricity_optimizer.catalog.site_devices import Battery, Car, HeatPump
from electricity_optimizer.catalog.sites import Site


@dataclass(frozen=True)
class Side:
    """At local midnight: kWh by battery or car, degrees C by heat pump or cold store, kW of the billing month's highest import."""

    stored_kwh: Mapping[str, float] = field(default_factory=dict)
    temperature_c: Mapping[str, float] = field(default_factory=dict)
    peak_kw: float = 0.0


@dataclass(frozen=True)
class SiteState:
    """The optimised site and the unoptimised one of the baseline, each where its own yesterday left it.

    Two paths, because a saving counted from one common beginning every day would charge the baseline for what the plan put off.
    `value_per_kwh` is what a stored kWh was worth yesterday (the days' values go on from it); `month` ("2026-05") is the one that
    the peaks are of, without it they count for the day that is asked next.
    """

    optimised: Side = field(default_factory=Side)
    baseline: Side = field(default_factory=Side)
    value_per_kwh: float | None = None
    month: str | None = None

    @classmethod
    def initial(cls, site: Site) -> Self:
        """What the catalogue says, for the first day: heated rooms at the lower band, cold ones at the upper, no peak yet."""
        stored = {store.name: store.initial_kwh for store in site.devices if isinstance(store, Battery | Car)}
        warm = {pump.name: pump.temperature_min for pump in site.devices_of(HeatPump)}
        side = Side(stored, warm | {store.name: store.temperature_max for store in site.devices_of(ColdStore)})
        return cls(side, side)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The state that `to_json` wrote."""
        sides = {name: Side(**data[name]) for name in ("optimised", "baseline")}
        return cls(**(dict(data) | sides))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return asdict(self)

    def on(self, day: dt.date) -> Self:
        """This state as the beginning of `day`: in a new month the peaks start again."""
        month = day.strftime("%Y-%m")
        if self.month in {None, month}:
            return replace(self, month=month)
        optimised, baseline = (replace(side, peak_kw=0.0) for side in (self.optimised, self.baseline))
        return replace(self, month=month, optimised=optimised, baseline=baseline)
