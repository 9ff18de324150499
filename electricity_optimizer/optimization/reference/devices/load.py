"""A job that can be moved, in the joint model: one block with a variable per start, or an interruptible job with a variable per step.

`started[k]` (has begun by the end of step k) and `unfinished[k]` (will still run in step k or later) serve `after` between jobs.
"""

from typing import Any

import numpy as np
import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.reference.devices.part import Part, rows
from electricity_optimizer.optimization.spans import open_starts, open_steps


class LoadPart(Part):
    """A job: its starts or its steps are whole-number decisions."""

    def build(self, load: Load) -> None:
        """Create the variables of the job; a job without an open start makes the model infeasible, not this call."""
        self.load, self.n = load, self.problem.n
        self.most_draw = np.zeros(self.n)
        self.most_supply = np.zeros(self.n)
        for k in open_steps(load, self.n):
            self.most_draw[k] = max(load.shape)
        self.runs: Any = 1
        if load.optional_value is not None:
            self.block.runs = pe.Var(domain=pe.Binary)
            self.runs = self.block.runs
            self.cost -= load.optional_value * self.runs
        if load.interruptible:
            self._build_pieces()
        else:
            self._build_block()

    def _build_block(self) -> None:
        load, n, block = self.load, self.n, self.block
        starts = open_starts(load, n)
        block.start = pe.Var(starts, domain=pe.Binary)
        block.never = pe.Var(bounds=(0, 0))  # keeps the sum a row even when no start is open
        block.once = pe.Constraint(expr=sum(block.start[t] for t in starts) + block.never == self.runs)
        self.running = [sum(block.start[t] for t in starts if t <= k < t + load.length) for k in range(n)]
        self.draw = [
            sum(load.shape[k - t] * block.start[t] for t in range(max(0, k - load.length + 1), k + 1) if t in block.start) for k in range(n)
        ]
        self.started = [sum(block.start[t] for t in starts if t <= k) for k in range(n)]
        self.unfinished = [sum(block.start[t] for t in starts if t + load.length > k) for k in range(n)]
        self.cost += load.startup_cost * self.runs

    def _build_pieces(self) -> None:
        load, n, block = self.load, self.n, self.block
        steps = open_steps(load, n)
        last = (n if load.latest_end is None else load.latest_end) - load.min_run_steps
        block.on = pe.Var(steps, domain=pe.Binary)
        self.on = {k: block.on[k] for k in steps}
        block.start = pe.Var(steps, bounds=lambda _, k: (0, 1 if k <= last else 0))
        block.never = pe.Var(bounds=(0, 0))  # keeps the sum a row even when no step is open
        block.total = pe.Constraint(expr=sum(block.on[k] for k in steps) + block.never == load.length * self.runs)
        begins = rows(block, "begins")
        ran = 1.0 if load.ran_steps else 0.0
        for k in steps:
            begins.add(block.start[k] >= block.on[k] - (self.on.get(k - 1, 0.0) if k else ran))
        for k in range(load.min_run_steps - load.ran_steps if load.ran_steps else 0):
            if k in steps:
                block.on[k].fix(1)  # what runs now runs on for its least run
            else:
                begins.add(block.never >= 1)  # it cannot: no plan
        self._add_min_run(steps)
        self.running = [self.on.get(k, 0) for k in range(n)]
        self.draw = [load.shape[0] * on for on in self.running]
        if load.startup_cost:
            self.cost += load.startup_cost * sum(block.start[k] for k in steps)
        self._add_span()

    def _add_min_run(self, steps: list[int]) -> None:
        """A start holds the job on for `min_run_steps` (turn-on inequalities of Rajan and Takriti, 2005)."""
        least, block = self.load.min_run_steps, self.block
        if least == 1:
            return
        held = rows(block, "min_run")
        for k in range(steps[0] if steps else 0, self.n):
            recent = [block.start[j] for j in range(max(0, k - least + 1), k + 1) if j in block.start]
            if recent:
                held.add(sum(recent) <= self.on.get(k, 0.0))

    def _add_span(self) -> None:
        """Monotone helpers for `after`, only where some job refers to another."""
        if not any(
            isinstance(other, Load) and self.load.name in {other.name, other.after} and other.after for other in self.problem.devices
        ):
            return
        n, block = self.n, self.block
        block.begun = pe.Var(range(n), bounds=(0, 1))
        block.open = pe.Var(range(n), bounds=(0, 1))
        span = rows(block, "span")
        for k in range(n):
            if k in block.on:
                span.add(block.begun[k] >= block.on[k])
                span.add(block.open[k] >= block.on[k])
            if k:
                span.add(block.begun[k] >= block.begun[k - 1])
                span.add(block.open[k - 1] >= block.open[k])
        self.started = [block.begun[k] for k in range(n)]
        self.unfinished = [block.open[k] for k in range(n)]

    def follow(self, first: "LoadPart") -> None:
        """This job begins only after `first` has run and ended."""
        order = rows(self.block, "after")
        for k in range(self.n):
            row = self.started[k] + first.unfinished[k]
            if not isinstance(row, int | float):
                order.add(row <= 1)
        if first.load.optional_value is not None:
            order.add(self.runs <= first.runs)
