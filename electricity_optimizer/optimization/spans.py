"""Spans of steps: half-open [start, end) pairs, where a job may run, when a car is there."""

from collections.abc import Iterable

import numpy as np

from electricity_optimizer.optimization.device_fields import AnyStore, Ev, Load
from electricity_optimizer.optimization.problem import Array


def runs_of(on: Iterable[int]) -> list[list[int]]:
    """Half-open [start, end) pairs of consecutive steps.

    >>> runs_of([3, 4, 7])
    [[3, 5], [7, 8]]
    """
    runs: list[list[int]] = []
    for k in on:
        if runs and runs[-1][1] == k:
            runs[-1][1] = int(k) + 1
        else:
            runs.append([int(k), int(k) + 1])
    return runs


def open_steps(load: Load, n: int) -> list[int]:
    """Steps in which the job may run: inside its window and not forbidden."""
    end, forbidden = n if load.latest_end is None else load.latest_end, set(load.forbidden)
    return [k for k in range(load.earliest, end) if k not in forbidden]


def open_starts(load: Load, n: int) -> list[int]:
    """Starts from which the whole job runs in open steps, without a break."""
    length = load.length
    return [k for begin, end in runs_of(open_steps(load, n)) for k in range(begin, end - length + 1)]


def plugged_in(store: AnyStore, n: int) -> Array:
    """1.0 in the steps in which the store is connected, shape (n,)."""
    if not isinstance(store, Ev):
        return np.ones(n)
    connected = np.zeros(n)
    for session in store.sessions:
        connected[session.arrive : session.depart] = 1.0
    return connected


def driven(store: AnyStore, n: int) -> Array:
    """Energy in kWh that trips take in each step, shape (n,)."""
    taken = np.zeros(n)
    for trip in store.trips if isinstance(store, Ev) else ():
        taken[trip.step] += trip.energy_kwh
    return taken
