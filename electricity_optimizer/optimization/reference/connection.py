"""The connection to the grid in the joint model: balance, limits, one direction at a time, demand charge, groups."""

from typing import Any

import numpy as np
import pyomo.environ as pe

from electricity_optimizer.optimization.checking.peaks import carried_kw, charged_intervals
from electricity_optimizer.optimization.device_fields import Battery
from electricity_optimizer.optimization.problem import DemandCharge, Problem, per_step
from electricity_optimizer.optimization.reference.devices.load import LoadPart
from electricity_optimizer.optimization.reference.devices.part import Part, Slack, rows
from electricity_optimizer.optimization.reference.devices.store import StorePart


class Connection:
    """Import and export in kW; `slacks` are the soft limits."""

    def __init__(self, problem: Problem, block: Any, parts: dict[str, Part]) -> None:
        """Create the rows; a decision says in each step whether the site imports or exports."""
        self.problem, self.block, self.parts, self.slacks = problem, block, parts, list[Slack]()
        self.load = per_step(problem.load_kw, problem.n)
        self.cost: Any = 0.0
        self._add_flows()
        for side, flow in (("import", block.imported), ("export", block.exported)):
            self._add_limit(side, flow, getattr(problem.grid, f"{side}_limit_kw"))
        self._add_origin()
        for index, group in enumerate(problem.groups):
            self._add_group(index, group.devices, group.import_limit_kw, group.export_limit_kw)
        self._add_peak("import", block.imported, problem.grid.demand_charge)
        self._add_peak("export", block.exported, problem.grid.export_charge)
        self._add_exclusions()

    def _add_flows(self) -> None:
        n, block = self.problem.n, self.block
        most_in = np.maximum(0, self.load + sum((part.most_draw for part in self.parts.values()), start=np.zeros(n)))
        most_out = np.maximum(0, sum((part.most_supply for part in self.parts.values()), start=np.zeros(n)) - self.load)
        block.imported = pe.Var(range(n), bounds=lambda _, k: (0, most_in[k]))
        block.exported = pe.Var(range(n), bounds=lambda _, k: (0, most_out[k]))
        block.importing = pe.Var(range(n), domain=pe.Binary)
        block.balance = pe.Constraint(range(n), rule=self._balance)
        one_way = rows(block, "one_way")
        for k in range(n):
            one_way.add(block.imported[k] <= most_in[k] * block.importing[k])
            one_way.add(block.exported[k] <= most_out[k] * (1 - block.importing[k]))

    def _balance(self, block: Any, k: int) -> Any:
        return block.imported[k] - block.exported[k] - sum(part.draw[k] for part in self.parts.values()) == self.load[k]

    def _add_limit(self, side: str, flow: Any, limit: Any) -> None:
        if limit is None:
            return
        n, hours, most = self.problem.n, self.problem.hours, per_step(limit, self.problem.n)
        bounds = rows(self.block, f"{side}_limit")
        if self.problem.grid.limits_are == "hard":
            for k in range(n):
                flow[k].setub(min(flow[k].ub, most[k]))
            return
        over = pe.Var(range(n), domain=pe.NonNegativeReals)
        self.block.add_component(f"{side}_over", over)
        for k in range(n):
            bounds.add(flow[k] - over[k] <= most[k])
            if self.problem.grid.breach_price_per_kw is None:
                self.slacks.append(Slack(over[k], float(hours[k])))
            else:
                self.cost += self.problem.grid.breach_price_per_kw * over[k]

    def _add_origin(self) -> None:
        """`charge_from_grid: false` never charges while importing, `discharge_to_grid: false` never discharges while exporting."""
        origin, block = rows(self.block, "origin"), self.block
        for part in self.parts.values():
            if not isinstance(part, StorePart) or not isinstance(part.store, Battery):
                continue
            if not part.store.charge_from_grid:
                for k, flow in part.charge.items():
                    origin.add(flow <= part.most_draw[k] * (1 - block.importing[k]))
            if not part.store.discharge_to_grid:
                for k, flow in part.discharge.items():
                    origin.add(flow <= part.most_supply[k] * block.importing[k])

    def _add_group(self, index: int, names: list[str], most_in: Any, most_out: Any) -> None:
        n, limits = self.problem.n, rows(self.block, f"group_{index}")
        for sign, limit in ((1.0, most_in), (-1.0, most_out)):
            for k in range(n if limit is not None else 0):
                net = sum(self.parts[name].draw[k] for name in names)
                if not isinstance(net, int | float):
                    limits.add(sign * net <= per_step(limit, n)[k])

    def _add_exclusions(self) -> None:
        """Of loads that share a machine at most one runs in a step."""
        for index, one in enumerate(self.problem.exclusive):
            machine = rows(self.block, f"exclusive_{index}")
            for k in range(self.problem.n):
                together = sum(part.running[k] for name in one.devices if isinstance(part := self.parts[name], LoadPart))
                if not isinstance(together, int | float):
                    machine.add(together <= 1)

    def _add_peak(self, side: str, flow: Any, charge: DemandCharge | None) -> None:
        """A price on the highest mean flow above what was reached before."""
        if charge is None or charge.price_per_kw == 0:
            return
        peak = pe.Var(domain=pe.NonNegativeReals)
        self.block.add_component(f"{side}_peak", peak)
        above = rows(self.block, f"{side}_peak_rows")
        hours = self.problem.hours
        for (interval, weight), held in zip(charged_intervals(charge, hours), carried_kw(charge, hours).tolist(), strict=True):
            mean = sum(share * flow[k] for k, share in zip(interval, weight, strict=True))
            above.add(peak - mean >= held - charge.existing_peak_kw)
        self.cost += charge.price_per_kw * peak
