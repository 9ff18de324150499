"""Why a battery, or a car that can give back, charges and discharges.

A charge is matched with the discharges that use it up, and a discharge with the charges that it came from: those since the store was last
as empty as it leaves it. Where there are none it is matched with the refill that follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Ev
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.telling.explain.reader import ACTIVE_KW, Reader, Span
from electricity_optimizer.optimization.telling.explain.words import between, costing, money

SAME_KWH = 0.02


def tell_store(reader: Reader, store: AnyStore, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """A sentence for each run of charging and of discharging."""
    story = story_of(reader, store, flows)
    for span in story.gains:
        yield span[0], story.charging(span)
    for span in story.uses:
        yield span[0], story.discharging(span)


def story_of(reader: Reader, store: AnyStore, flows: Mapping[str, Any]) -> "StoreStory":
    """A store's story, read once for all who tell of it."""
    if store.name not in reader.stories:
        reader.stories[store.name] = StoreStory(reader, store, flows)
    story: StoreStory = reader.stories[store.name]
    return story


@dataclass(frozen=True)
class Cycle:
    """A charge in kWh, its price, what a discharged kWh of it brings, what a charged one gains after losses and wear, and by when."""

    energy: float
    price: float
    worth: float
    gain: float
    until: int


class StoreStory:
    """A store's flows with what they cost and bring in each step."""

    def __init__(self, reader: Reader, store: AnyStore, flows: Mapping[str, Any]) -> None:
        """Lay the flows beside the prices."""
        n = reader.n
        self.reader, self.store = reader, store
        self.charge, self.discharge = np.asarray(flows["charge_kw"]), np.asarray(flows["discharge_kw"])
        self.level = np.concatenate([[store.soc_initial_kwh], flows["soc_kwh"]])
        self.kept = float(np.mean(per_step(store.charge_efficiency, n)) * np.mean(per_step(store.discharge_efficiency, n)))
        self.high = per_step(store.soc_max_kwh, n)
        self.paid = reader.spent(self.charge)
        self.brought = -reader.spent(-self.discharge)
        self.gains, self.uses = reader.spans(self.charge), reader.spans(self.discharge)
        self._cycles: dict[int, Cycle | None] = {}

    def cycle(self, span: Span) -> Cycle | None:
        """A charge with the discharges that use it up; None where it stays in, or a trip takes it."""
        if span[0] not in self._cycles:
            self._cycles[span[0]] = self._cycle(span)
        return self._cycles[span[0]]

    def _cycle(self, span: Span) -> Cycle | None:
        until = self._first(self.level[span[1] + 1 :] <= self.level[span[0]] + SAME_KWH, span[1] + 1, self.reader.n)
        until = min([until, *(trip.step for trip in getattr(self.store, "trips", ()) if trip.step >= span[1])])
        worth = self._mean(self.brought, self.discharge, slice(span[1], until))
        if worth is None:
            return None
        price = self.charged_at(span)
        gain = worth * self.kept - price - self.store.cycle_cost_per_kwh * (1 + self.kept)
        return Cycle(self.reader.energy(self.charge, span), price, worth, gain, until)

    def charged_at(self, span: Span) -> float:
        """Price per kWh of a charge."""
        return float(self.paid[span[0] : span[1]].sum()) / self.reader.energy(self.charge, span)

    def discharged_at(self, span: Span) -> float:
        """What a kWh of a discharge brings."""
        return float(self.brought[span[0] : span[1]].sum()) / self.reader.energy(self.discharge, span)

    def charging(self, span: Span) -> str:
        """What it costs now against what it brings later."""
        reader, cycle = self.reader, self.cycle(span)
        text = f"charges {reader.energy(self.charge, span):.1f} kWh until {reader.at(span[1])}: {reader.source(self.charge, span)}"
        if cycle is None:
            return text + self._kept_for(span) + self._limit(span)
        when, kind = self._when(self.discharge, span[1], cycle.until), self._kind(slice(span[1], cycle.until))
        after = "losses and wear" if self.store.cycle_cost_per_kwh else "losses"
        return f"{text} against {money(cycle.worth)} {kind} {when}, {money(cycle.gain)} gained per kWh after {after}{self._limit(span)}"

    def discharging(self, span: Span) -> str:
        """What it brings now against what the energy cost or costs to put back."""
        reader = self.reader
        now = self.discharged_at(span)
        text = f"discharges {reader.energy(self.discharge, span):.1f} kWh until {reader.at(span[1])}: "
        if now < 0:
            lost = "export costs" if self._sold(slice(*span)) else "import would be paid"
            return f"{text}{lost} {money(-now)} now{self._room(span)}"
        text += f"{money(now)} {self._kind(slice(*span))} now"
        low = self.level[span[1]]
        before = np.flatnonzero(self.level[: span[0]] <= low + SAME_KWH)
        since = int(before[-1]) if len(before) else 0
        cost = self._mean(self.paid, self.charge, slice(since, span[0])) if len(before) else None
        if cost is not None:
            told = f" against {costing(cost / self.kept)} for the energy, charged {self._when(self.charge, since, span[0])}"
        else:
            told = self._refill(span)
        return text + told + reader.scarce("", span)

    def refill_price(self, span: Span) -> float | None:
        """Price per kWh of the charges that put back what a discharge takes; None where none do."""
        return self._mean(self.paid, self.charge, slice(span[1], self._refilled(span)))

    def _refilled(self, span: Span) -> int:
        """The step by whose end the store is as full as before a discharge, or the end."""
        return self._first(self.level[span[1] + 1 :] >= self.level[span[0]] - SAME_KWH, span[1] + 1, self.reader.n)

    def _refill(self, span: Span) -> str:
        """For energy that was there from the start: the charges that put it back, or the prices that come."""
        reader = self.reader
        cost = self.refill_price(span)
        if cost is not None:
            when = self._when(self.charge, span[1], self._refilled(span))
            return f" against {costing(cost / self.kept)} to charge it again {when}, losses included"
        later = reader.unit(np.zeros(reader.n))[span[1] :]
        if not len(later):
            return "; nothing has to be left at the end" if not self.store.soc_final_min_kwh else ""
        return f"; later it would bring {money(float(later.max()))} at most"

    def _room(self, span: Span) -> str:
        """What the room is for that a discharge at a loss makes."""
        cost = self.refill_price(span)
        if cost is None:
            return ""
        return f"; it makes room to charge {self._when(self.charge, span[1], self._refilled(span))} at {costing(cost)}"

    def _kept_for(self, span: Span) -> str:
        """What a charge that is not used up within the horizon is for."""
        reader, store = self.reader, self.store
        later = reader.unit(np.zeros(reader.n))[span[0] :]
        text = f", prices from now on {between(float(later.min()), float(later.max()))}"
        due = [session for session in store.sessions if session.depart > span[0]] if isinstance(store, Ev) else []
        if due:
            return f"{text}; {due[0].target_kwh:g} kWh due at {reader.at(due[0].depart)}"
        if store.soc_final_min_kwh is not None and self.level[-1] <= store.soc_final_min_kwh + SAME_KWH:
            return f"{text}; {store.soc_final_min_kwh:g} kWh must be left at the end"
        if store.final_value_per_kwh:
            return f"{text}; each kWh left at the end is worth {money(store.final_value_per_kwh)}"
        low = per_step(store.soc_min_kwh, reader.n)[span[1] - 1]
        if self.level[span[1]] <= low + SAME_KWH:
            return f"{text}; {low:g} kWh must be in it"
        return text

    def _limit(self, span: Span) -> str:
        if self.level[span[1]] >= self.high[span[1] - 1] - SAME_KWH:
            return "; full then"
        most = per_step(self.store.charge_kw, self.reader.n)
        if (self.charge[slice(*span)] >= most[slice(*span)] - ACTIVE_KW).all():
            return ""  # its own power is what holds it
        return self.reader.scarce(self.store.name, span)

    def _kind(self, here: slice) -> str:
        return "earned by export" if self._sold(here) else "of import avoided"

    def _sold(self, here: slice) -> bool:
        """Whether a discharge is mostly sold and not used in place of import."""
        flow, hours = self.discharge[here], self.reader.hours[here]
        return bool(np.minimum(flow, self.reader.sold[here]) @ hours > 0.5 * (flow @ hours))

    def _when(self, flow: Array, begin: int, end: int) -> str:
        steps = np.flatnonzero(flow[begin:end] > ACTIVE_KW)
        first, last = begin + int(steps[0]), begin + int(steps[-1]) + 1
        return f"at {self.reader.at(first)}" if last - first == 1 else f"from {self.reader.at(first)}"

    def _mean(self, sums: Array, flow: Array, here: slice) -> float | None:
        energy = float(flow[here] @ self.reader.hours[here])
        return float(sums[here].sum()) / energy if energy > SAME_KWH else None

    @staticmethod
    def _first(found: Any, begin: int, otherwise: int) -> int:
        return begin + int(found.argmax()) if found.any() else otherwise
