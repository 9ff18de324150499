"""Why the plan does what it does, in plain words with the numbers that decided.

Each run of steps in which a device acts gets one sentence at its first step. A flow's price is what it adds to the bill with everything
else as planned: the import price where it is bought, the export price where it is kept from being sold, nothing where it would
have been curtailed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Ev, HeatPump, HeatStore, Load, Pv
from electricity_optimizer.optimization.problem import Array, Problem, per_step, price_rows
from electricity_optimizer.optimization.spans import open_starts, runs_of

ACTIVE_KW = 1e-3
TOLD_KWH = 0.05


class Reader:
    """The plan with what its sentences are made of: times of day, prices, flows at the connection."""

    def __init__(self, problem: Problem, answer: Mapping[str, Any]) -> None:
        """Hold `answer` with the prices that apply to one more or one less kWh in each step."""
        self.problem, self.answer, self.starts, n = problem, answer, problem.starts, problem.n
        self.hours = problem.hours
        self.bought = np.asarray(answer["grid"]["import_kw"], dtype=float)
        self.sold = np.asarray(answer["grid"]["export_kw"], dtype=float)
        self.net = self.bought - self.sold
        chance, buy, sell = price_rows(problem)
        curtailed = [np.asarray(flows["curtailed_kw"]) for flows in answer["devices"].values() if "curtailed_kw" in flows]
        spare = sum(curtailed, start=np.zeros(n)) > ACTIVE_KW
        self.buy: Array = chance @ buy
        self.sell: Array = np.where(spare, np.maximum(0.0, chance @ sell), chance @ sell)

    def at(self, step: int) -> str:
        """Time of day at which a step begins, with the weekday when it is not the first day."""
        moment = self.starts[step]
        return moment.strftime("%H:%M" if moment.date() == self.starts[0].date() else "%a %H:%M")

    def bill(self, net: Array, steps: Any = slice(None)) -> Array:
        """Cost of a net import in each of `steps`."""
        cost: Array = (np.maximum(net, 0.0) * self.buy[steps] - np.maximum(-net, 0.0) * self.sell[steps]) * self.hours[steps]
        return cost

    def added(self, others: Array, starts: list[int], shape: Array) -> dict[int, float]:
        """What a run of this shape, in kW a step, adds to the bill of all else (net import in kW), by its start."""
        steps = np.asarray(starts, int)[:, None] + np.arange(len(shape))[None, :]
        costs = self.bill(others[steps] + shape, steps) - self.bill(others[steps], steps)
        return dict(zip(starts, costs.sum(axis=1).tolist(), strict=True))

    def price(self, draw: Array, span: list[int]) -> float:
        """What a draw (negative: a supply) over a span adds to the bill, per kWh."""
        added = self.bill(self.net) - self.bill(self.net - draw)
        inside = slice(*span)
        return float(added[inside].sum() / (draw * self.hours)[inside].sum())

    def range_without(self, draw: Array, begin: int, end: int) -> tuple[float, float]:
        """Lowest and highest price of a first kWh of this draw in the steps from `begin` to `end`."""
        unit = np.where(self.net - draw < -ACTIVE_KW, self.sell, self.buy)[begin:end]
        return float(unit.min()), float(unit.max())

    def energy(self, flow: Array, span: list[int]) -> float:
        """Energy of a flow over a span in kWh."""
        return float(flow[span[0] : span[1]] @ self.hours[span[0] : span[1]])


def explain(problem: Problem, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Entries `{step, device, text}` in order of time, then of the devices in the file."""
    reader, found = Reader(problem, answer), list[tuple[int, int, str, str]]()
    for place, device in enumerate(problem.devices):
        told = TELLERS[device.type](reader, device, answer["devices"][device.name])
        found += [(step, place, device.name, text) for step, text in told]
    found += [(step, len(problem.devices), "grid", text) for step, text in _peak(reader)]
    return [{"step": step, "device": name, "text": text} for step, _, name, text in sorted(found)]


def money(value: float) -> str:
    """A price or a sum with as many digits as it takes to tell it from zero.

    >>> money(0.1134), money(-0.00412), money(12.5)
    ('0.11', '-0.004', '12.50')
    """
    return f"{value + 0.0:.{2 if abs(value) >= 0.0995 or value == 0 else 3}f}".replace("-0.000", "0.000")


def _spans(reader: Reader, flow: Array) -> list[list[int]]:
    """Runs of steps with a flow worth a sentence."""
    return [span for span in runs_of(np.flatnonzero(flow > ACTIVE_KW)) if reader.energy(flow, span) >= TOLD_KWH]


def _store(reader: Reader, store: AnyStore, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    charge, discharge = np.asarray(flows["charge_kw"]), np.asarray(flows["discharge_kw"])
    gains, uses = _spans(reader, charge), _spans(reader, discharge)
    n = reader.problem.n
    kept = float(np.mean(per_step(store.charge_efficiency, n)) * np.mean(per_step(store.discharge_efficiency, n)))
    for span in gains:
        now = reader.price(charge, span)
        text = f"charges {reader.energy(charge, span):.1f} kWh until {reader.at(span[1])}: {money(now)} now"
        later = next((use for use in uses if use[0] >= span[1]), None)
        if later is None:
            yield span[0], text + _end_of(reader, store, span)
            continue
        worth = reader.price(-discharge, later)
        yield span[0], f"{text} against {money(worth)} at {reader.at(later[0])}, {money(worth * kept - now)} gained per kWh after losses"
    for span in uses:
        earlier = [gain for gain in gains if gain[1] <= span[0]]
        text = (
            f"discharges {reader.energy(discharge, span):.1f} kWh until {reader.at(span[1])}: {money(reader.price(-discharge, span))} now"
        )
        if earlier:
            text += f" against {money(reader.price(charge, earlier[-1]) / kept)} paid from {reader.at(earlier[-1][0])}, losses included"
        elif gains:
            text += f" against {money(reader.price(charge, gains[0]) / kept)} to refill from {reader.at(gains[0][0])}, losses included"
        yield span[0], text


def _end_of(reader: Reader, store: AnyStore, span: list[int]) -> str:
    low, high = reader.range_without(np.zeros(reader.problem.n), span[0], reader.problem.n)
    text = f", later prices {money(low)} to {money(high)}"
    if store.soc_final_min_kwh is not None:
        return f"{text}; {store.soc_final_min_kwh:g} kWh must be left at the end"
    if store.final_value_per_kwh:
        return f"{text}; each kWh left at the end is worth {money(store.final_value_per_kwh)}"
    return text


def _car(reader: Reader, car: Ev, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    charge = np.asarray(flows["charge_kw"])
    if np.any(np.asarray(flows["discharge_kw"]) > ACTIVE_KW):
        yield from _store(reader, car, flows)
        return
    for session in car.sessions:
        inside = np.zeros(len(charge))
        inside[session.arrive : session.depart] = charge[session.arrive : session.depart]
        low, high = reader.range_without(charge, session.arrive, session.depart)
        for span in _spans(reader, inside):
            text = f"charges {reader.energy(charge, span):.1f} kWh until {reader.at(span[1])}: {money(reader.price(charge, span))} now"
            text += f", {money(low)} to {money(high)} while plugged in"
            yield span[0], f"{text}; {session.target_kwh:g} kWh due at {reader.at(session.depart)}"


def _pv(reader: Reader, pv: Pv, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    curtailed = np.asarray(flows["curtailed_kw"])
    price = per_step(reader.problem.export_price, reader.problem.n)
    limit = per_step(reader.problem.grid.export_limit_kw, reader.problem.n, np.inf)
    for span in _spans(reader, curtailed):
        full = bool(np.any(reader.sold[span[0] : span[1]] >= limit[span[0] : span[1]] - ACTIVE_KW))
        low = float(price[span[0] : span[1]].min())
        paid = float(reader.buy[span[0] : span[1]].min())
        if low < 0:
            why = f"export pays {money(low)}"
        elif full:
            why = f"the export limit of {limit[span[0]]:g} kW is reached"
        else:
            why = f"import costs {money(paid)}" if paid < 0 else "it would be worth nothing"
        text = f"curtails {reader.energy(curtailed, span):.1f} of {reader.energy(per_step(pv.forecast_kw, len(price)), span):.1f} kWh"
        yield span[0], f"{text} until {reader.at(span[1])}: {why}"


def _load(reader: Reader, load: Load, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    n, power = reader.problem.n, np.asarray(flows["power_kw"])
    others = reader.net - power
    starts = open_starts(load, n)
    costs = reader.added(others, starts, np.asarray(load.shape))
    paid = float((reader.bill(reader.net) - reader.bill(others)).sum())
    if not flows["runs"]:
        best = f"{money(min(costs.values()))} at best" if costs else "no open block"
        yield load.earliest, f"stays off: its run would cost {best}, its value is {money(load.optional_value or 0.0)}"
        return
    compare = f", {money(costs[starts[0]])} at its earliest start {reader.at(starts[0])}" if starts else ""
    when = " and ".join(f"{reader.at(begin)}-{reader.at(stop)}" for begin, stop in flows["runs"])
    yield flows["runs"][0][0], f"runs {when}: {money(paid)} {reader.problem.currency} in these steps{compare}"


def _heat_pump(reader: Reader, pump: HeatPump, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    power, degrees = np.asarray(flows["power_kw"]), np.asarray(flows["temperature"])
    low = per_step(pump.temperature_min, reader.problem.n)
    for span in _spans(reader, power):
        reached = float(degrees[span[0] : span[1]].max())
        text = f"heats with {reader.energy(power, span):.1f} kWh until {reader.at(span[1])}: {money(reader.price(power, span))} now"
        if reached > low[span[0]] + 0.05 and span[1] < len(power):
            text += f", up to {money(reader.range_without(power, span[1], len(power))[1])} later; warms to {reached:.1f} degrees C ahead"
        else:
            text += f"; holds the lower band of {low[span[0]]:g} degrees C"
        yield span[0], text


def _heat_store(reader: Reader, store: HeatStore, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    n = reader.problem.n
    price = {f.name: reader.buy if f.fuel_price is None else per_step(f.fuel_price, n) for f in store.feeds}
    heat = {f.name: price[f.name] / per_step(f.efficiency, n) for f in store.feeds}
    for feed in store.feeds:
        power = np.asarray(flows["feeds"][feed.name]["power_kw"])
        for span in _spans(reader, power):
            others = [f"{money(float(heat[f.name][span[0]]))} by {f.name}" for f in store.feeds if f.name != feed.name]
            text = (
                f"{feed.name} makes {reader.energy(power * per_step(feed.efficiency, n), span):.1f} kWh of heat until {reader.at(span[1])}"
            )
            against = f" against {', '.join(others)}" if others else ""
            yield span[0], f"{text}: {money(float(heat[feed.name][span[0]]))} per kWh of heat{against}"


def _peak(reader: Reader) -> Iterator[tuple[int, str]]:
    charge = reader.problem.grid.demand_charge
    if charge is None or charge.price_per_kw == 0 or not reader.bought.any():
        return
    top = int(reader.bought.argmax())
    paid = money(reader.answer["cost"]["demand_charge"])
    text = f"the highest import is {reader.bought[top]:.2f} kW; the demand charge of {money(charge.price_per_kw)} per kW comes to {paid}"
    yield top, text


TELLERS: dict[str, Any] = {
    "battery": _store,
    "ev": _car,
    "pv": _pv,
    "load": _load,
    "heat_pump": _heat_pump,
    "heat_store": _heat_store,
}
