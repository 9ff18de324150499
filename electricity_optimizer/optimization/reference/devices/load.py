"""A job that can be moved, in the joint model: one block with a variable per start, or an interruptible job with a variable per step.

`started[k]` (has begun by the end of step k) and `unfinished[k]` (will still run in step k or later) serve `after` between jobs.
"""

from typing import Any

import numpy as np
import pyomo.environ as pe

from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.reference.devices.part import Part, earlier, levels, rows
from electricity_optimizer.optimization.spans import open_starts, open_steps, runs_of

FEWER_RUNS = 2.0  # a run more must weigh more than all that earlier steps can win (at most 1)
STAY_IDLE = 4.0  # an optional job whose cost equals its value stays idle


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
            self.order_whole.append((self.block.runs, STAY_IDLE))
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
        self.draw = [
            sum(load.shape[k - t] * block.start[t] for t in range(max(0, k - load.length + 1), k + 1) if t in block.start) for k in range(n)
        ]
        self.started = [sum(block.start[t] for t in starts if t <= k) for k in range(n)]
        self.unfinished = [sum(block.start[t] for t in starts if t + load.length > k) for k in range(n)]
        self.cost += load.startup_cost * self.runs
        self.order_whole += [(block.start[t], earlier(n, t)) for t in starts]

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
        for k in steps:
            begins.add(block.start[k] >= block.on[k] - self.on.get(k - 1, 0.0))
        block.fewest = pe.Constraint(expr=sum(block.start[k] for k in steps) + block.never >= self.runs)
        if load.min_run_steps > 1:  # implied, but the relaxation does not know it
            most = load.length // load.min_run_steps
            block.most = pe.Constraint(expr=sum(block.start[k] for k in steps) + block.never <= most * self.runs)
        self._add_min_run(steps)
        self.draw = [load.shape[0] * self.on[k] if k in self.on else 0.0 for k in range(n)]
        if load.startup_cost:
            self.cost += load.startup_cost * sum(block.start[k] for k in steps)
        self.order_whole += [(block.on[k], earlier(n, k) / load.length) for k in steps]
        self.order_whole += [(block.start[k], FEWER_RUNS) for k in steps]
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

    def keep_behind(self, twin: "LoadPart") -> None:
        """This job does not come before `twin`, which is alike: a block by its start, an interruptible job by the mean of its steps."""
        if not self.load.interruptible:
            order = rows(self.block, "behind_twin")
            for k in range(self.n):
                if not isinstance(self.started[k], int):
                    order.add(self.started[k] <= twin.started[k])
        elif self.load.optional_value is None and self.on:
            mean = sum(k * (on - twin.on[k]) for k, on in self.on.items() if k > 0)
            if not isinstance(mean, int):
                self.block.behind_twin = pe.Constraint(expr=mean >= 0)

    def read(self) -> dict[str, Any]:
        """Power in kW and the runs as [start, end) pairs."""
        power = np.zeros(self.n)
        if self.load.interruptible:
            on = np.flatnonzero(levels(self.block.on, self.n) > 0.5)
            power[on] = self.load.shape[0]
            return {"power_kw": power, "runs": runs_of(on)}
        begun = [t for t in self.block.start if (self.block.start[t].value or 0.0) > 0.5]
        for t in begun:
            power[t : t + self.load.length] = self.load.shape
        return {"power_kw": power, "runs": [[t, t + self.load.length] for t in begun]}
