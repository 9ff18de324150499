"""What a person should know before following a plan: entries `{step, device, text}`, null where it is the whole horizon or site.

They look at what peers leave unsaid: cycling that hardly pays, wishes out of reach, limits passed, levels out of bounds, prices that are
forecasts or look missing, a battery emptied because nothing is asked of its end, a plan that is not proven.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.peaks import peak_means
from electricity_optimizer.optimization.device_fields import AnyStore, Battery, Ev, HeatPump, HeatStore
from electricity_optimizer.optimization.problem import Problem, per_step
from electricity_optimizer.optimization.spans import runs_of
from electricity_optimizer.optimization.telling.explain.reader import Reader
from electricity_optimizer.optimization.telling.explain.store import story_of
from electricity_optimizer.optimization.telling.explain.words import costing, money

THIN = 0.005
"""Currency per kWh: a cycle that gains less is told where it gains less than its own losses cost."""

NEAR = 0.02  # kWh or degrees C
ZERO_HOURS = 1.0

Told = tuple[int | None, str | None, str]


def warnings(problem: Problem, answer: Mapping[str, Any], reader: Reader | None = None) -> list[dict[str, Any]]:
    """The warnings of a plan, those of the whole horizon first, then in order of time."""
    read = reader or Reader(problem, answer)
    found: list[Told] = [*_proof(read), *_prices(read), *_missed(read), *_charges(read)]
    for device in problem.devices:
        flows = answer["devices"][device.name]
        found += [(step, device.name, text) for step, text in _of_device(read, device, flows)]
    ordered = sorted(found, key=lambda one: -1 if one[0] is None else one[0])
    return [{"step": step, "device": name, "text": text} for step, name, text in ordered]


def _proof(read: Reader) -> Iterator[Told]:
    answer = read.answer
    if answer["status"] == "feasible":
        missing = money(max(0.0, answer["objective"] - answer["bound"]))
        currency = read.problem.currency
        yield None, None, f"not proven to be the best: up to {missing} {currency} ({100 * answer['gap']:.2f} %) may be left in it"


def _prices(read: Reader) -> Iterator[Told]:
    problem, n = read.problem, read.n
    forecast = problem.price_is_forecast
    if forecast is not None and any(forecast):
        steps = np.flatnonzero(forecast)
        span = f"from {read.at(int(steps[0]))} to {read.at(int(steps[-1]) + 1)}"
        yield int(steps[0]), None, f"{len(steps)} of {n} steps, {span}, have a forecast price: nobody has published it yet"
    zero = np.asarray(problem.import_price) == 0.0
    if zero.any() and not zero.all():
        for begin, end in runs_of(np.flatnonzero(zero).tolist()):
            if read.hours[begin:end].sum() >= ZERO_HOURS - 1e-9:
                span = f"from {read.at(begin)} to {read.at(end)}"
                yield begin, None, f"the import price is exactly 0 {span}: looks like missing prices, the plan takes them for free energy"


def _missed(read: Reader) -> Iterator[Told]:
    by_name = {device.name: device for device in read.problem.devices}
    for limit, one in read.missed.items():
        if limit.startswith("grid."):
            side = limit.removeprefix("grid.").removesuffix("_limit_kw")
            steps = one["steps"]
            hours = float(read.hours[steps].sum())
            text = f"the {side} passes its limit by up to {one['short_by']:.2f} kW, for {hours:g} hours from {read.at(steps[0])}"
            yield steps[0], None, text
            continue
        name, _, rest = limit.rpartition(".sessions[")
        car = by_name[name]
        assert isinstance(car, Ev)
        session = car.sessions[int(rest.partition("]")[0])]
        most = float(per_step(car.soc_max_kwh, read.n)[session.depart - 1])
        text = f"{one['short_by']:.1f} kWh short of the {session.target_kwh:g} kWh wished for at {read.at(session.depart)}"
        why = f": the car holds {most:g} kWh" if session.target_kwh > most else ""
        yield session.depart - 1, name, text + why


def _charges(read: Reader) -> Iterator[Told]:
    for name, flow in (("demand_charge", read.bought), ("export_charge", read.sold)):
        charge = getattr(read.problem.grid, name)
        if charge is None or charge.price_per_kw == 0 or charge.existing_peak_kw == 0:
            continue
        top = max(peak_means(charge, flow, read.hours), default=0.0)
        if top > charge.existing_peak_kw + NEAR:
            over = f"{top:.2f} kW, above the {charge.existing_peak_kw:g} kW already reached"
            yield None, None, f"the {name.replace('_', ' ')} rises: the plan's peak is {over}, for {money(read.answer['cost'][name])}"


def _of_device(read: Reader, device: Any, flows: Mapping[str, Any]) -> Iterator[tuple[int | None, str]]:
    if isinstance(device, HeatPump):
        bounds = (device.temperature_min, device.temperature_max)
        yield from _beginning(read, device.temperature_initial, bounds, flows["temperature"], "degrees C")
    elif isinstance(device, Battery | Ev | HeatStore):
        yield from _beginning(read, device.soc_initial_kwh, (device.soc_min_kwh, device.soc_max_kwh), flows["soc_kwh"], "kWh")
        if isinstance(device, HeatStore) or np.any(np.asarray(device.discharge_kw) > 0):
            yield from _emptied(read, device, flows["soc_kwh"])
        if not isinstance(device, HeatStore):
            yield from _cycling(read, device, flows)


def _beginning(read: Reader, level: float, bounds: tuple[Any, Any], levels: list[float], unit: str) -> Iterator[tuple[int, str]]:
    """A first level that is out of bounds and mended."""
    low, high = (float(per_step(bound, read.n)[0]) for bound in bounds)
    if low - NEAR <= level <= high + NEAR:
        return
    side = f"below its {low:g}" if level < low else f"above its {high:g}"
    yield 0, f"begins with {level:g} {unit}, {side}: at {levels[0]:.2f} {unit} by {read.at(1)}"


def _emptied(read: Reader, store: AnyStore | HeatStore, levels: list[float]) -> Iterator[tuple[int, str]]:
    if store.soc_final_min_kwh is not None or getattr(store, "final_value_per_kwh", 0.0) != 0:
        return
    low = float(per_step(store.soc_min_kwh, read.n)[-1])
    if levels[-1] <= low + NEAR and store.soc_initial_kwh > levels[-1] + NEAR:
        text = f"is empty at the end ({levels[-1]:.1f} of {store.soc_initial_kwh:g} kWh at the start): nothing is asked of it then"
        keys = "soc_final_min_kwh" if isinstance(store, HeatStore) else "soc_final_min_kwh or final_value_per_kwh"
        yield read.n - 1, f"{text}; give {keys} if what comes after matters"


def _cycling(read: Reader, store: AnyStore, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Charging and discharging that hardly pays, and energy burnt because the price is below zero."""
    story = story_of(read, store, flows)
    cycles = [(span, cycle) for span in story.gains if (cycle := story.cycle(span)) is not None]
    thin = [one for one in cycles if one[1].gain < THIN and one[1].gain < abs(one[1].price) * (1 - story.kept) + 1e-4]
    if thin:
        energy = sum(cycle.energy for _, cycle in thin)
        gained = sum(cycle.energy * cycle.gain for _, cycle in thin)
        count = "once" if len(thin) == 1 else f"{len(thin)} times"
        text = f"charges and discharges {count} for less than it loses on the way: {energy:.1f} kWh, {money(gained)} gained in all"
        yield thin[0][0][0], f"{text}; {'raise' if store.cycle_cost_per_kwh else 'give'} cycle_cost_per_kwh if wear matters more"
    for span in story.uses:
        price = story.discharged_at(span)
        if price < 0:
            kwh = read.energy(story.discharge, span)
            again = story.refill_price(span)
            if again is not None and again < 0:
                text = f"burns energy at negative prices: {kwh:.1f} kWh given back at {money(price)}, charged again for {costing(again)}"
                yield span[0], text + ("" if store.cycle_cost_per_kwh else "; wear is not priced: give cycle_cost_per_kwh if it matters")
