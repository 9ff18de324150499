"""Spans of steps: half-open [start, end) pairs."""

from collections.abc import Iterable


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
