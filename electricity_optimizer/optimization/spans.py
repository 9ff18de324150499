"""Spans of steps: half-open [start, end) pairs, and where a job may run."""

from collections.abc import Iterable

from electricity_optimizer.optimization.device_fields import Load


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
