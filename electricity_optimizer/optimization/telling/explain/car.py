"""Why a car charges when it does."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Ev, Session
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.optimization.telling.explain.reader import ACTIVE_KW, Reader, Span
from electricity_optimizer.optimization.telling.explain.store import tell_store
from electricity_optimizer.optimization.telling.explain.words import between, money


def tell_car(reader: Reader, car: Ev, flows: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """A sentence for each run of charging in each session; a car that gives back is told as a battery is."""
    charge = np.asarray(flows["charge_kw"])
    if np.any(np.asarray(flows["discharge_kw"]) > ACTIVE_KW):
        yield from tell_store(reader, car, flows)
        return
    for place, session in enumerate(car.sessions):
        inside = np.zeros(len(charge))
        inside[session.arrive : session.depart] = charge[session.arrive : session.depart]
        spans = reader.spans(inside)
        compare = _compared(reader, car, inside, session) if spans else ""
        goal = _goal(reader, car, place, flows["soc_kwh"])
        for span in spans:
            text = f"charges {reader.energy(charge, span):.1f} kWh until {reader.at(span[1])}: {reader.source(inside, span)}"
            yield span[0], text + compare + goal + reader.scarce(car.name, span)


def _compared(reader: Reader, car: Ev, charge: Array, session: Session) -> str:
    """How the steps it charges in compare with those left out."""
    plugged: Span = [session.arrive, session.depart]
    here, unit = slice(*plugged), reader.unit(charge)[slice(*plugged)]
    room = charge[here] < per_step(car.charge_kw, reader.n)[here] - ACTIVE_KW
    if not room.any():
        return ", at full power in every step while plugged in"
    idle = charge[here] <= ACTIVE_KW
    if not idle.any():
        return f", {between(float(unit.min()), float(unit.max()))} while plugged in"
    return f"; the cheapest step without charging costs {money(float(unit[idle].min()))}"


def _goal(reader: Reader, car: Ev, place: int, level: list[float]) -> str:
    """What the charge is for."""
    session = car.sessions[place]
    short = reader.missed.get(f"{car.name}.sessions[{place}].target_kwh")
    if short is not None:
        held = level[session.depart - 1]
        return f"; {held:.1f} of the {session.target_kwh:g} kWh wished for at {reader.at(session.depart)} can be reached"
    before = level[session.arrive - 1] if session.arrive else car.soc_initial_kwh
    if session.target_kwh > before + ACTIVE_KW:
        return f"; {session.target_kwh:g} kWh due at {reader.at(session.depart)}"
    trips = [trip for trip in car.trips if trip.step >= session.depart]
    if trips:
        return f"; a trip at {reader.at(trips[0].step)} takes {trips[0].energy_kwh:g} kWh"
    if car.final_value_per_kwh > 0:
        return f"; each kWh left at the end is worth {money(car.final_value_per_kwh)}"
    return ""
