"""A job that can be moved, in a program: one block with a variable per start, or pieces with a variable per step.

Both tell when they run (`running`), what has begun by a step (`begun`) and what is yet to end (`unfinished`), for order and exclusion.
"""

from typing import Any

import numpy as np

from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.problem import Array, Problem
from electricity_optimizer.optimization.program.layout import Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Draw, Part, Steps
from electricity_optimizer.optimization.spans import open_starts, open_steps, runs_of

FEWER_RUNS = 2.0  # a run more must weigh more than all that earlier steps can win (at most 1)
STAY_IDLE = 4.0  # an optional job whose cost equals its value stays idle

Pairs = tuple[Ints, Ints]
"""Steps, and the column that counts in each of them."""


class JobPart(Part):
    """What block and pieces have in common: a window, a draw, and whether the job runs at all."""

    def __init__(self, layout: Layout, device: Load, problem: Problem, modes: Steps) -> None:
        """Lay the job out; a job without an open start makes the program infeasible, not this call."""
        del modes
        self.n, self.load = problem.n, device
        self.optional = device.optional_value is not None
        self._lay(layout, device)

    def _lay(self, layout: Layout, device: Load) -> None:
        raise NotImplementedError

    def most(self, device: Load, problem: Problem) -> tuple[Array, Array]:
        """The job's highest power in its open steps, nothing supplied."""
        draw = np.zeros(problem.n)
        draw[open_steps(device, problem.n)] = max(device.shape)
        return draw, np.zeros(problem.n)


class BlockPart(JobPart):
    """One column for each open start."""

    def _lay(self, layout: Layout, device: Load) -> None:
        self.starts = np.asarray(open_starts(device, self.n), np.int32)
        self.start = layout.add_columns(len(self.starts), whole=True)
        self.once = layout.add_rows(1)
        layout.add_entries(np.repeat(self.once, len(self.start)), self.start)
        shape = np.asarray(device.shape)
        used = np.flatnonzero(shape)
        steps = (self.starts[:, None] + used[None, :]).ravel().astype(np.int32)
        self.draws = [Draw(steps, np.repeat(self.start, len(used)), np.tile(shape[used], len(self.start)))]

    def fill(self, program: Program, device: Load, problem: Problem) -> None:
        """One start, or at most one where the job is optional."""
        del problem
        program.row_low[self.once], program.row_high[self.once] = 0.0 if self.optional else 1.0, 1.0
        program.cost[self.start] = device.startup_cost - (device.optional_value or 0.0)
        program.early[self.start] = self.starts / self.n + (STAY_IDLE if self.optional else 0.0)

    @property
    def running(self) -> Pairs:
        """Steps in which each start has the job running."""
        steps = self.starts[:, None] + np.arange(self.load.length)[None, :]
        return steps.ravel().astype(np.int32), np.repeat(self.start, self.load.length)

    def begun(self, layout: Layout) -> Pairs:
        """Steps by whose end each start has begun."""
        del layout
        return _stack([np.arange(start, self.n, dtype=np.int32) for start in self.starts], self.start)

    def unfinished(self, layout: Layout) -> Pairs:
        """Steps in or after which each start still runs."""
        del layout
        return _stack([np.arange(0, start + self.load.length, dtype=np.int32) for start in self.starts], self.start)

    @property
    def choices(self) -> list[Ints]:
        """The starts, of which one is chosen."""
        return [self.start]

    @property
    def runs_at_all(self) -> Ints:
        """Columns that sum to 1 when the job runs."""
        return self.start

    @property
    def window(self) -> tuple[int, int]:
        """First and last step in which it may begin; (0, n) where it cannot."""
        return (int(self.starts[0]), int(self.starts[-1])) if len(self.starts) else (0, self.n)

    def read(self, x: Array, device: Load, problem: Problem) -> dict[str, Any]:
        """Power in kW and the run as [start, end)."""
        del problem
        power, begun = np.zeros(self.n), [int(t) for t in self.starts[x[self.start] > 0.5]]
        for t in begun:
            power[t : t + device.length] = device.shape
        return {"power_kw": power, "runs": [[t, t + device.length] for t in begun]}


class PiecesPart(JobPart):
    """Columns on and begin for each open step."""

    def _lay(self, layout: Layout, device: Load) -> None:
        self.steps = np.asarray(open_steps(device, self.n), np.int32)
        self.on = layout.add_columns(len(self.steps), whole=True)
        self.start = layout.add_columns(len(self.steps))
        self.runs = layout.add_columns(1 if self.optional else 0, whole=True)
        self.spans: list[Ints] = []
        self.draws = [Draw(self.steps, self.on, np.full(len(self.on), device.shape[0]))]
        self._lay_begins(layout)
        self._lay_counts(layout, device)
        self._lay_least_run(layout, device)

    def _lay_begins(self, layout: Layout) -> None:
        """start_k - on_k + on_(k-1) >= 0."""
        self.begins = layout.add_rows(len(self.steps))
        layout.add_entries(self.begins, self.start)
        layout.add_entries(self.begins, self.on, -1.0)
        follows = np.flatnonzero(np.diff(self.steps, prepend=-2) == 1)
        layout.add_entries(self.begins[follows], self.on[follows - 1])

    def _lay_counts(self, layout: Layout, device: Load) -> None:
        self.total, self.fewest, self.highest = layout.add_rows(1), layout.add_rows(1), layout.add_rows(1)
        self.most_runs = device.length // device.min_run_steps if not device.ran_steps else device.length
        layout.add_entries(np.repeat(self.total, len(self.on)), self.on)
        for row, size in ((self.fewest, 1.0), (self.highest, float(self.most_runs))):
            layout.add_entries(np.repeat(row, len(self.start)), self.start)
            layout.add_entries(np.repeat(row, len(self.runs)), self.runs, -size)
        layout.add_entries(np.repeat(self.total, len(self.runs)), self.runs, -float(device.length))

    def _lay_least_run(self, layout: Layout, device: Load) -> None:
        """A start holds the job on for `min_run_steps` (turn-on inequalities of Rajan and Takriti, 2005)."""
        least = device.min_run_steps
        self.held = layout.add_rows(self.n if least > 1 else 0)
        if least == 1:
            return
        for place, begin in enumerate(self.steps):
            end = min(begin + least, self.n)
            layout.add_entries(self.held[begin:end], np.repeat(self.start[place], end - begin))
        layout.add_entries(self.held[self.steps], self.on, -1.0)

    def fill(self, program: Program, device: Load, problem: Problem) -> None:
        """Write the job's numbers."""
        del problem
        length, forced = float(device.length), not self.optional
        program.row_low[self.total] = program.row_high[self.total] = length if forced else 0.0
        program.row_low[self.begins] = 0.0
        if device.ran_steps and len(self.steps) and self.steps[0] == 0:
            program.row_low[self.begins[0]] = -1.0
            program.low[self.on[self.steps < device.min_run_steps - device.ran_steps]] = 1.0
        needed = device.min_run_steps - device.ran_steps if device.ran_steps else 0
        if (self.steps < needed).sum() < needed:
            program.row_low[self.total] = np.inf  # what runs cannot run on for its least run: no plan
        if not device.ran_steps:
            program.row_low[self.fewest] = 1.0 if forced else 0.0
            program.row_high[self.highest] = float(self.most_runs) if forced else 0.0
        program.row_high[self.held] = 0.0
        for rows in self.spans:
            program.row_low[rows] = 0.0
        last = (self.n if device.latest_end is None else device.latest_end) - device.min_run_steps
        program.high[self.start], program.cost[self.start] = self.steps <= last, device.startup_cost
        program.early[self.on], program.early[self.start] = self.steps / (self.n * length), FEWER_RUNS
        program.cost[self.runs], program.early[self.runs] = -(device.optional_value or 0.0), STAY_IDLE

    @property
    def running(self) -> Pairs:
        """Each open step and whether the job is on in it."""
        return self.steps, self.on

    def begun(self, layout: Layout) -> Pairs:
        """A monotone column a step: 1 from the job's first step on."""
        column = layout.add_columns(self.n)
        self._lay_monotone(layout, column, column[1:], column[:-1])
        return np.arange(self.n, dtype=np.int32), column

    def unfinished(self, layout: Layout) -> Pairs:
        """A monotone column a step: 1 up to the job's last step."""
        column = layout.add_columns(self.n)
        self._lay_monotone(layout, column, column[:-1], column[1:])
        return np.arange(self.n, dtype=np.int32), column

    def _lay_monotone(self, layout: Layout, column: Ints, upper: Ints, lower: Ints) -> None:
        rows = layout.add_rows(len(self.steps))
        layout.add_entries(rows, column[self.steps])
        layout.add_entries(rows, self.on, -1.0)
        steady = layout.add_rows(len(upper))
        layout.add_entries(steady, upper)
        layout.add_entries(steady, lower, -1.0)
        self.spans += [rows, steady]

    @property
    def runs_at_all(self) -> Ints:
        """The column that is 1 when the job runs; none for one that must."""
        return self.runs

    @property
    def window(self) -> tuple[int, int]:
        """First and last step in which it may begin."""
        return 0, self.n - 1

    def read(self, x: Array, device: Load, problem: Problem) -> dict[str, Any]:
        """Power in kW and the runs as [start, end) pairs."""
        del problem
        power, on = np.zeros(self.n), self.steps[x[self.on] > 0.5]
        power[on] = device.shape[0]
        return {"power_kw": power, "runs": runs_of(on)}


def _stack(steps: list[Ints], columns: Ints) -> Pairs:
    if not steps:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    return np.concatenate(steps), np.repeat(columns, [len(one) for one in steps])
