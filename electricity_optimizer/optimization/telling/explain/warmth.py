"""Why a heat pump, a cooler or the feeds of a heat store run."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import HeatPump, HeatStore
from electricity_optimizer.optimization.problem import per_step
from electricity_optimizer.optimization.telling.explain.reader import Reader, Span
from electricity_optimizer.optimization.telling.explain.words import between, money

NEAR_C = 0.05


def tell_heat_pump(reader: Reader, pump: HeatPump, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """A sentence for each run: ahead of dearer hours, or to hold the band."""
    power, degrees = np.asarray(flows["power_kw"]), np.asarray(flows["temperature"])
    n, cools = reader.n, pump.gain_c_per_kwh < 0
    edge = per_step(pump.temperature_max if cools else pump.temperature_min, n)
    unit = reader.unit(power)
    for span in reader.spans(power):
        inside = degrees[span[0] : span[1]]
        reached = float(inside.min() if cools else inside.max())
        ahead = abs(reached - edge[span[0]]) > NEAR_C
        text = f"{'cools' if cools else 'heats'} with {reader.energy(power, span):.1f} kWh until {reader.at(span[1])}: "
        text += reader.source(power, span)
        if ahead and span[1] < n:
            text += f", up to {money(float(unit[span[1] :].max()))} later; {'cools' if cools else 'warms'} to {reached:.1f} degrees C ahead"
        elif ahead and pump.temperature_final_min is not None:
            text += f"; {pump.temperature_final_min:g} degrees C must be there at the end"
        else:
            text += f"; holds the {'upper' if cools else 'lower'} band of {edge[span[0]]:g} degrees C"
        yield span[0], text + reader.scarce(pump.name, span)


def tell_heat_store(reader: Reader, store: HeatStore, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """A sentence for each run of each feed, with the price of its heat beside the others'."""
    n, hours = reader.n, reader.hours
    powers = {feed.name: np.asarray(flows["feeds"][feed.name]["power_kw"]) for feed in store.feeds}
    drawn = {feed.name: powers[feed.name] if feed.carrier == "electricity" else np.zeros(n) for feed in store.feeds}
    carrier = {f.name: reader.unit(drawn[f.name]) if f.fuel_price is None else per_step(f.fuel_price, n) for f in store.feeds}
    heat = {feed.name: carrier[feed.name] / per_step(feed.efficiency, n) for feed in store.feeds}
    demand = per_step(store.demand_kw, n)
    for feed in store.feeds:
        made = powers[feed.name] * per_step(feed.efficiency, n)
        for span in reader.spans(powers[feed.name]):
            here = slice(*span)
            own = float(heat[feed.name][here] @ (made * hours)[here]) / reader.energy(made, span)
            text = f"{feed.name} makes {reader.energy(made, span):.1f} kWh of heat until {reader.at(span[1])}: {money(own)} per kWh of heat"
            if feed.carrier == "electricity" and reader.from_sun(powers[feed.name], span):
                text += " of own power"
            others = [f"{money(float(heat[f.name][here].mean()))} by {f.name}" for f in store.feeds if f.name != feed.name]
            text += f" against {', '.join(others)}" if others else ""
            stored = reader.energy(made - demand, span)
            yield span[0], text + (_stored(span, heat[feed.name], stored) if stored > 0 else "") + reader.scarce(store.name, span)


def _stored(span: Span, price: Any, stored: float) -> str:
    later = price[span[1] :]
    if not len(later):
        return ""
    return f"; {stored:.1f} kWh of it for later, when it costs {between(float(later.min()), float(later.max()))}"
