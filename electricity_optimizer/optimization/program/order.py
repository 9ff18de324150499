"""Jobs that depend on one another, in a program: order, exclusion, and twins that need no permutation."""

import numpy as np

from electricity_optimizer.optimization.device_fields import Load
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.program.job import BlockPart, PiecesPart
from electricity_optimizer.optimization.program.layout import Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program

Jobs = dict[str, BlockPart | PiecesPart]


class JobOrder:
    """Rows between the jobs of a problem: `at_most` hold sums to 1, `not_above` to 0."""

    def __init__(self, layout: Layout, problem: Problem, jobs: Jobs) -> None:
        """Lay the rows out."""
        self.at_most, self.not_above, self.needed = list[Ints](), list[Ints](), list[Ints]()
        for device in problem.devices:
            if isinstance(device, Load) and device.after is not None:
                self._follow(layout, jobs[device.after], jobs[device.name])
        for one in problem.exclusive:
            self._exclude(layout, problem.n, [jobs[name] for name in one.devices])
        for first, second in twins(problem):
            self._keep_behind(layout, jobs[first], jobs[second])

    def _follow(self, layout: Layout, first: BlockPart | PiecesPart, second: BlockPart | PiecesPart) -> None:
        """The second begins only after the first has run and ended."""
        low, high = second.window
        soonest = first.window[0] + (first.load.length if isinstance(first, BlockPart) else 1) - 1
        if max(low, soonest) <= high:  # rows before it say nothing more than the one there
            low = max(low, soonest)
        steps = np.arange(low, min(high, second.n - 1) + 1, dtype=np.int32)
        rows = layout.add_rows(len(steps))
        for at, columns in (second.begun(layout), first.unfinished(layout)):
            inside = (at >= low) & (at <= high)
            layout.add_entries(rows[at[inside] - low], columns[inside])
        self.at_most.append(rows)
        if first.optional:
            self._needs(layout, first, second)

    def _needs(self, layout: Layout, first: BlockPart | PiecesPart, second: BlockPart | PiecesPart) -> None:
        """runs(second) <= runs(first); a second that must run needs the first to."""
        row = layout.add_rows(1)
        layout.add_entries(np.repeat(row, len(first.runs_at_all)), first.runs_at_all, -1.0)
        if second.optional:
            layout.add_entries(np.repeat(row, len(second.runs_at_all)), second.runs_at_all)
            self.not_above.append(row)
        else:
            self.needed.append(row)

    def _exclude(self, layout: Layout, n: int, jobs: list[BlockPart | PiecesPart]) -> None:
        """At most one of them is on in a step."""
        rows = layout.add_rows(n)
        for job in jobs:
            steps, columns = job.running
            layout.add_entries(rows[steps], columns)
        self.at_most.append(rows)

    def _keep_behind(self, layout: Layout, first: BlockPart | PiecesPart, second: BlockPart | PiecesPart) -> None:
        """Of two alike the second comes later: a block by its start, pieces by the mean of their steps."""
        if isinstance(first, BlockPart):
            rows = layout.add_rows(first.n)
            for (steps, columns), sign in ((second.begun(layout), 1.0), (first.begun(layout), -1.0)):
                layout.add_entries(rows[steps], columns, sign)
            self.not_above.append(rows)
        elif not first.optional and isinstance(second, PiecesPart):
            row = layout.add_rows(1)
            for job, sign in ((second, -1.0), (first, 1.0)):
                layout.add_entries(np.repeat(row, len(job.on)), job.on, sign * job.steps)
            self.not_above.append(row)

    def fill(self, program: Program) -> None:
        """Write the bounds of the rows."""
        for rows, high in ((self.at_most, 1.0), (self.not_above, 0.0), (self.needed, -1.0)):
            for one in rows:
                program.row_high[one] = high


def twins(problem: Problem) -> list[tuple[str, str]]:
    """Pairs of jobs that are alike but for the name and bound to nothing else: without an order all their permutations would be tried."""
    bound = {name for group in problem.groups for name in group.devices} | {name for one in problem.exclusive for name in one.devices}
    loads = [device for device in problem.devices if isinstance(device, Load)]
    bound |= {name for load in loads if load.after for name in (load.name, load.after)}
    alone, last, found = [load for load in loads if load.name not in bound], dict[str, str](), list[tuple[str, str]]()
    for load in alone:
        kind = load.model_copy(update={"name": ""}).model_dump_json()
        if kind in last:
            found.append((last[kind], load.name))
        last[kind] = load.name
    return found
