"""What a new plan does otherwise than the former one, how much energy that moves, what staying near cost, and why.

A reason is looked for in the numbers that the former plan was made with: the level of the device itself, then the prices, the load and
the production of the steps that the energy left and went to, then anywhere. Where all of them are as they were, limits or wishes are not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from electricity_optimizer.optimization.again.remaining import power_lists
from electricity_optimizer.optimization.device_fields import Battery, Ev, HeatPump, HeatStore, Load, Pv
from electricity_optimizer.optimization.problem import Array, Former, Problem, per_step
from electricity_optimizer.optimization.spans import runs_of
from electricity_optimizer.optimization.telling.explain.words import Clock, told_apart

MOVED_KW = 1e-3
TOLD_KWH = 0.05
TOLD_PRICE = 5e-4
VERBS = {"charge_kw": "charges", "discharge_kw": "discharges", "used_kw": "uses"}

Span = list[int]


def changes(problem: Problem, answer: Mapping[str, Any], given_up: float) -> dict[str, Any] | None:
    """`changes` of the answer, or None for a problem without `previous`. `given_up` is in currency."""
    former = problem.previous
    if former is None:
        return None
    moved, moves = 0.0, list[Move]()
    for device in problem.devices:
        lists = power_lists(answer["devices"][device.name])
        for field, was in former.devices.get(device.name, {}).items():
            if isinstance(device, Pv):
                continue  # what is curtailed follows from the rest
            move = Move(device, field, np.asarray(lists[field]), np.asarray(was), problem.hours)
            if move.energy > 0:
                moved += move.energy
                moves.append(move)
    items = _told(moves, Reasons(problem, former)) if moves else []
    return {"from_plan": former.plan_id, "kwh_moved": round(moved, 6), "given_up": round(max(0.0, given_up), 9) + 0.0, "items": items}


def _told(moves: "list[Move]", reasons: "Reasons") -> list[dict[str, Any]]:
    """Entries in order of time."""
    items = []
    for move in moves:
        told = _job(move, reasons) if isinstance(move.device, Load) else _items(move, reasons)
        items += [{"device": move.device.name, **item} for item in told]
    return sorted(items, key=lambda item: item["from_step"])


@dataclass(frozen=True)
class Move:
    """A flow in kW beside that of the former plan."""

    device: Any
    field: str
    flow: Array
    former: Array
    hours: Array

    @property
    def difference(self) -> Array:
        """What the flow is above the former one in kW."""
        return self.flow - self.former

    @property
    def energy(self) -> float:
        """Energy in kWh that flows at another time, or that is new or gone."""
        more, less = (float(np.maximum(sign * self.difference, 0.0) @ self.hours) for sign in (1.0, -1.0))
        most = max(more, less)
        return most if most > MOVED_KW else 0.0

    def kwh(self, span: Span) -> float:
        """Energy that moved in a span, above zero where it is more than before."""
        return float(self.difference[span[0] : span[1]] @ self.hours[span[0] : span[1]])

    def spans(self, sign: float) -> list[Span]:
        """Spans with more (1) or less (-1) than before, those worth telling, largest first."""
        found = runs_of(np.flatnonzero(sign * self.difference > MOVED_KW).tolist())
        return sorted((span for span in found if abs(self.kwh(span)) >= TOLD_KWH), key=lambda span: (-abs(self.kwh(span)), span[0]))

    @property
    def verb(self) -> str:
        """What the flow does."""
        if self.field in VERBS:
            return VERBS[self.field]
        if isinstance(self.device, HeatPump):
            return "cools with" if self.device.gain_c_per_kwh < 0 else "heats with"
        return f"{self.field} takes" if isinstance(self.device, HeatStore) else "takes"


def _items(move: Move, reasons: "Reasons") -> Iterator[dict[str, Any]]:
    """Each span with more, with the span it came from; then what is only less."""
    more, less = move.spans(1.0), move.spans(-1.0)
    for place in range(max(len(more), len(less))):
        to, left = (spans[place] if place < len(spans) else None for spans in (more, less))
        span = to or left
        assert span is not None
        yield {"from_step": span[0], "until_step": span[1], "text": f"{_said(move, to, left, reasons.at)}: {reasons.why(move, to, left)}"}


def _job(move: Move, reasons: "Reasons") -> Iterator[dict[str, Any]]:
    """A job's runs beside those it had."""
    now, was = (runs_of(np.flatnonzero(power > MOVED_KW).tolist()) for power in (move.flow, move.former))
    new, old = (" and ".join(f"{reasons.at(begin)}-{reasons.at(stop)}" for begin, stop in runs) for runs in (now, was))
    text = f"runs {new} instead of {old}" if now and was else f"runs {new}, was off" if now else f"stays off, was to run {old}"
    first = (now or was)[0]
    why = reasons.why(move, *(next(iter(move.spans(sign)), None) for sign in (1.0, -1.0)))
    yield {"from_step": first[0], "until_step": (now or was)[-1][1], "text": f"{text}: {why}"}


def _said(move: Move, to: Span | None, left: Span | None, at: Any) -> str:
    if to is not None and left is not None:
        return f"{move.verb} {move.kwh(to):.1f} kWh at {at(to[0])} instead of {at(left[0])}"
    span = to if to is not None else left
    assert span is not None
    return f"{move.verb} {abs(move.kwh(span)):.1f} kWh {'more' if to is not None else 'less'} at {at(span[0])}"


class Reasons:
    """What is not as the former plan took it."""

    def __init__(self, problem: Problem, former: Former) -> None:
        """Lay the new series beside the old ones."""
        n = problem.n
        self.problem, self.former, self.at = problem, former, Clock(problem).at
        self.price = np.asarray(problem.import_price)
        self.old_price = self.price if former.import_price is None else np.asarray(former.import_price)
        load = per_step(problem.load_kw, n)
        self.load = load - (load if former.load_kw is None else np.asarray(former.load_kw))
        sun = [device for device in problem.devices if isinstance(device, Pv) and device.name in former.forecast_kw]
        self.sun = sum((per_step(one.forecast_kw, n) - np.asarray(former.forecast_kw[one.name]) for one in sun), start=np.zeros(n))

    def why(self, move: Move, to: Span | None, left: Span | None) -> str:
        """The likeliest reason of a move, in words with its numbers."""
        spans = [span for span in (left, to) if span is not None]
        level = self._level_of(move.device)
        if level and abs(self._off(move.device)) >= 0.5 * min(abs(move.kwh(span)) for span in spans):
            return level
        return self._price_of(move, to, left) or self._forecast_of(spans) or level or self._anywhere()

    def _off(self, device: Any) -> float:
        """How far the level of a device (kWh or degrees C) lies above what the former plan expected."""
        if device.name not in self.former.levels:
            return 0.0
        level = device.temperature_initial if isinstance(device, HeatPump) else device.soc_initial_kwh
        return float(level - self.former.levels[device.name])

    def _level_of(self, device: Any) -> str:
        off = self._off(device)
        if abs(off) < TOLD_KWH:
            return ""
        if isinstance(device, HeatPump):
            return f"it is {abs(off):.1f} degrees C {'warmer' if off > 0 else 'colder'} than planned"
        return f"it holds {abs(off):.1f} kWh {'more' if off > 0 else 'less'} than planned"

    def _price_of(self, move: Move, to: Span | None, left: Span | None) -> str:
        """The price change that speaks most for the move: a draw flees a rise and follows a fall, a supply the other way."""
        sign = -1.0 if move.field == "discharge_kw" else 1.0
        best, told = TOLD_PRICE, ""
        for span, direction in ((left, sign), (to, -sign)):
            if span is None:
                continue
            here = slice(*span)
            now, was = float(self.price[here].mean()), float(self.old_price[here].mean())
            if direction * (now - was) > best:
                best, (old, new) = direction * (now - was), told_apart(was, now)
                told = f"the price of {self.at(span[0])} {'rose' if now > was else 'fell'} from {old} to {new}"
        return told

    def _forecast_of(self, spans: list[Span]) -> str:
        hours = self.problem.hours
        for series, name in ((self.sun, "sun"), (self.load, "load")):
            for span in spans:
                energy = float(series[slice(*span)] @ hours[slice(*span)])
                if abs(energy) >= TOLD_KWH:
                    return f"{abs(energy):.1f} kWh {'more' if energy > 0 else 'less'} {name} is expected from {self.at(span[0])}"
        return ""

    def _anywhere(self) -> str:
        hours = self.problem.hours
        for series, name in ((self.sun, "sun"), (self.load, "load")):
            energy = float(np.abs(series) @ hours)
            if energy >= TOLD_KWH:
                return f"the {name} expected later changed by {energy:.1f} kWh"
        if np.abs(self.price - self.old_price).max() > TOLD_PRICE:
            k = int(np.abs(self.price - self.old_price).argmax())
            old, new = told_apart(float(self.old_price[k]), float(self.price[k]))
            return f"prices changed, most at {self.at(k)}: from {old} to {new}"
        other = next((d for d in self.problem.devices if isinstance(d, Battery | Ev | HeatPump | HeatStore) and self._level_of(d)), None)
        if other is not None:
            return f"{other.name}: {self._level_of(other)}"
        return "limits, wishes or other prices are not those of the former plan"
