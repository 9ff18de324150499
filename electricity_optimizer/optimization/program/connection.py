"""The connection to the grid in a program: balance, limits, one direction at a time, peaks, groups."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.optimization.checking.peaks import carried_kw, charged_intervals
from electricity_optimizer.optimization.device_fields import Battery
from electricity_optimizer.optimization.problem import Array, DemandCharge, Problem, per_step, price_rows
from electricity_optimizer.optimization.program.layout import Ints, Layout
from electricity_optimizer.optimization.program.numbers import Program
from electricity_optimizer.optimization.program.part import Part
from electricity_optimizer.optimization.program.store import StorePart

SIDES = ("import", "export")


class Connection:
    """Columns import and export a step; `balance` rows carry the marginal price."""

    def __init__(self, layout: Layout, problem: Problem, parts: Mapping[str, Part]) -> None:
        """Lay the connection out."""
        n = problem.n
        self.imported, self.exported = layout.add_columns(n), layout.add_columns(n)
        self.balance = layout.add_rows(n)
        layout.add_entries(self.balance, self.imported)
        layout.add_entries(self.balance, self.exported, -1.0)
        for part in parts.values():
            for draw in part.draws:
                layout.add_entries(self.balance[draw.steps], draw.columns, -draw.sizes)
        self._lay_direction(layout, problem, parts)
        self._lay_soft(layout, problem)
        self._lay_groups(layout, problem, parts)
        self._lay_peaks(layout, problem)

    def _flow(self, side: str) -> Ints:
        return self.imported if side == "import" else self.exported

    def _lay_direction(self, layout: Layout, problem: Problem, parts: Mapping[str, Part]) -> None:
        """Imported <= most * importing and exported <= most * (1 - importing) where both could pay at once."""
        self.directed = np.flatnonzero(directed(problem)).astype(np.int32)
        self.importing = layout.add_columns(len(self.directed), whole=True)
        self.import_way, self.export_way = layout.add_rows(len(self.directed)), layout.add_rows(len(self.directed))
        layout.add_entries(self.import_way, self.imported[self.directed])
        layout.add_entries(self.export_way, self.exported[self.directed])
        self._import_most, self._export_most = (layout.add_entries(r, self.importing) for r in (self.import_way, self.export_way))
        self.origins: list[tuple[str, str, Ints, slice]] = []
        for device in problem.devices:
            part = parts[device.name]
            if isinstance(device, Battery) and isinstance(part, StorePart):
                if not device.charge_from_grid:
                    self._lay_origin(layout, device.name, "charge", part.charge)
                if not device.discharge_to_grid and part.two_way:
                    self._lay_origin(layout, device.name, "discharge", part.discharge)

    def _lay_origin(self, layout: Layout, name: str, flow: str, columns: Ints) -> None:
        """No charge while importing, or no discharge while exporting."""
        rows = layout.add_rows(len(columns))
        layout.add_entries(rows, columns)
        self.origins.append((name, flow, rows, layout.add_entries(rows, self.importing)))

    def _lay_soft(self, layout: Layout, problem: Problem) -> None:
        """Flow - over <= limit for each limit of a soft connection."""
        self.soft: dict[str, tuple[Ints, Ints]] = {}
        for side in SIDES:
            if problem.grid.limits_are == "soft" and getattr(problem.grid, f"{side}_limit_kw") is not None:
                over, rows = layout.add_columns(problem.n), layout.add_rows(problem.n)
                layout.add_entries(rows, self._flow(side))
                layout.add_entries(rows, over, -1.0)
                self.soft[side] = (over, rows)

    def _lay_groups(self, layout: Layout, problem: Problem, parts: Mapping[str, Part]) -> None:
        self.groups: list[tuple[int, str, Ints]] = []
        for index, group in enumerate(problem.groups):
            draws = [draw for name in group.devices for draw in parts[name].draws]
            for side, sign in (("import", 1.0), ("export", -1.0)):
                if getattr(group, f"{side}_limit_kw") is None:
                    continue
                rows = layout.add_rows(problem.n)
                for draw in draws:
                    layout.add_entries(rows[draw.steps], draw.columns, sign * draw.sizes)
                self.groups.append((index, side, rows))

    def _lay_peaks(self, layout: Layout, problem: Problem) -> None:
        """Peak >= mean of each charged interval less what was reached before."""
        self.peaks: dict[str, tuple[Ints, Ints, slice]] = {}
        for side, charge in peak_charges(problem):
            spans = charged_intervals(charge, problem.hours)
            peak, rows = layout.add_columns(1), layout.add_rows(len(spans))
            layout.add_entries(rows, np.repeat(peak, len(spans)))
            sizes = [len(steps) for steps, _ in spans]
            steps = np.concatenate([np.zeros(0, np.int32), *(np.asarray(steps, np.int32) for steps, _ in spans)]).astype(np.int32)
            self.peaks[side] = (peak, rows, layout.add_entries(np.repeat(rows, sizes), self._flow(side)[steps]))

    def fill(self, program: Program, problem: Problem, most: Sequence[tuple[Array, Array]]) -> None:
        """Write the numbers; `most` is each device's highest draw and supply."""
        n, nothing = problem.n, np.zeros(problem.n)
        load = per_step(problem.load_kw, n)
        bounds = {
            "import": np.maximum(0.0, load + sum((draw for draw, _ in most), start=nothing)),
            "export": np.maximum(0.0, sum((supply for _, supply in most), start=nothing) - load),
        }
        program.row_low[self.balance] = program.row_high[self.balance] = load
        for side in SIDES:
            limit = getattr(problem.grid, f"{side}_limit_kw")
            if limit is not None and side in self.soft:
                self._fill_soft(program, problem, *self.soft[side], per_step(limit, n))
            elif limit is not None:
                bounds[side] = np.minimum(bounds[side], per_step(limit, n))
            program.high[self._flow(side)] = bounds[side]
        self._fill_direction(program, problem, bounds)
        for index, side, rows in self.groups:
            program.row_high[rows] = per_step(getattr(problem.groups[index], f"{side}_limit_kw"), n)
        self._fill_peaks(program, problem)

    def _fill_soft(self, program: Program, problem: Problem, over: Ints, rows: Ints, limit: Array) -> None:
        program.row_high[rows] = limit
        if problem.grid.breach_price_per_kw is None:
            program.missed[over] = problem.hours
        else:
            program.cost[over] = problem.grid.breach_price_per_kw

    def _fill_direction(self, program: Program, problem: Problem, bounds: Mapping[str, Array]) -> None:
        here = self.directed
        program.value[self._import_most], program.row_high[self.import_way] = -bounds["import"][here], 0.0
        program.value[self._export_most] = program.row_high[self.export_way] = bounds["export"][here]
        devices = {device.name: device for device in problem.devices}
        for name, flow, rows, entries in self.origins:
            most = per_step(getattr(devices[name], f"{flow}_kw"), problem.n)
            program.value[entries] = most if flow == "charge" else -most
            program.row_high[rows] = most if flow == "charge" else 0.0

    def hold_direction(self, program: Program, net: Array) -> None:
        """Import or export only, in each step that has a decision on it, as a net import in kW does it."""
        program.low[self.importing] = program.high[self.importing] = net[self.directed] >= 0

    def _fill_peaks(self, program: Program, problem: Problem) -> None:
        for side, charge in peak_charges(problem):
            peak, rows, entries = self.peaks[side]
            shares = [share for _, shares in charged_intervals(charge, problem.hours) for share in shares]
            program.value[entries] = -np.asarray(shares)
            program.row_low[rows] = carried_kw(charge, problem.hours) - charge.existing_peak_kw
            program.cost[peak] = charge.price_per_kw


def peak_charges(problem: Problem) -> Iterator[tuple[str, DemandCharge]]:
    """The charges on the highest import and export that cost something."""
    for side, charge in (("import", problem.grid.demand_charge), ("export", problem.grid.export_charge)):
        if charge is not None and charge.price_per_kw > 0:
            yield side, charge


def directed(problem: Problem) -> NDArray[np.bool_]:
    """True in steps that need a decision on the direction of the flow, shape (n,).

    It is needed where some scenario pays more for export than it asks for import (else doing both at once never pays), and in
    every step when a battery may not charge from the grid or discharge to it.
    """
    _, bought, sold = price_rows(problem)
    tied = any(isinstance(one, Battery) and not (one.charge_from_grid and one.discharge_to_grid) for one in problem.devices)
    return np.asarray((sold > bought).any(axis=0) | tied)
