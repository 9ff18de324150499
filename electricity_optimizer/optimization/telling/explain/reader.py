"""The plan with what its sentences are made of: times of day, prices, flows at the connection, what is scarce.

A flow's price is what it adds to the bill with everything else as planned: the import price where it is bought, the export price where
it is kept from being sold, nothing where it would have been curtailed.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from electricity_optimizer.optimization.checking.peaks import charged_intervals, peak_means
from electricity_optimizer.optimization.checking.replay import draw
from electricity_optimizer.optimization.problem import Array, Problem, per_step, price_rows
from electricity_optimizer.optimization.spans import runs_of
from electricity_optimizer.optimization.telling.explain.words import Clock, costing, money

ACTIVE_KW = 1e-3
TOLD_KWH = 0.05
TOLD_SHARE = 0.2
Span = list[int]


class Reader:
    """A problem and its plan, read."""

    def __init__(self, problem: Problem, answer: Mapping[str, Any]) -> None:
        """Hold `answer` with the prices that apply to one more or one less kWh in each step."""
        self.problem, self.answer, self.n, self.at = problem, answer, problem.n, Clock(problem).at
        self.hours = problem.hours
        self.bought = np.asarray(answer["grid"]["import_kw"], dtype=float)
        self.sold = np.asarray(answer["grid"]["export_kw"], dtype=float)
        self.net = self.bought - self.sold
        chance, buy, sell = price_rows(problem)
        curtailed = [np.asarray(flows["curtailed_kw"]) for flows in answer["devices"].values() if "curtailed_kw" in flows]
        self.spare = sum(curtailed, start=np.zeros(self.n)) > ACTIVE_KW
        self.buy: Array = chance @ buy
        self.sell: Array = np.where(self.spare, np.maximum(0.0, chance @ sell), chance @ sell)
        self.stories: dict[str, Any] = {}
        self.missed = {violation["limit"]: violation for violation in answer["violations"]}

    def bill(self, net: Array, steps: Any = slice(None)) -> Array:
        """Cost of a net import in each of `steps`."""
        cost: Array = (np.maximum(net, 0.0) * self.buy[steps] - np.maximum(-net, 0.0) * self.sell[steps]) * self.hours[steps]
        return cost

    @cached_property
    def billed(self) -> Array:
        """Cost of the plan's net import in each step."""
        return self.bill(self.net)

    def added(self, others: Array, starts: list[int], shape: Array) -> dict[int, float]:
        """What a run of this shape, in kW a step, adds to the bill of all else (net import in kW), by its start."""
        steps = np.asarray(starts, int)[:, None] + np.arange(len(shape))[None, :]
        costs = self.bill(others[steps] + shape, steps) - self.bill(others[steps], steps)
        return dict(zip(starts, costs.sum(axis=1).tolist(), strict=True))

    def spent(self, flow: Array) -> Array:
        """What a draw in kW (negative: a supply) adds to the bill in each step."""
        return self.billed - self.bill(self.net - flow)

    def price(self, flow: Array, span: Span) -> float:
        """What a draw (negative: a supply) over a span adds to the bill, per kWh."""
        here = slice(*span)
        added = self.billed[here] - self.bill((self.net - flow)[here], here)
        return float(added.sum() / (flow[here] @ self.hours[here]))

    def unit(self, flow: Array) -> Array:
        """Price of a first kWh of this draw in each step."""
        return np.where(self.net - flow < -ACTIVE_KW, self.sell, self.buy)

    def energy(self, flow: Array, span: Span) -> float:
        """Energy of a flow over a span in kWh."""
        return float(flow[span[0] : span[1]] @ self.hours[span[0] : span[1]])

    def spans(self, flow: Array) -> list[Span]:
        """Runs of steps with a flow worth a sentence."""
        return [span for span in runs_of(np.flatnonzero(flow > ACTIVE_KW).tolist()) if self.energy(flow, span) >= TOLD_KWH]

    @cached_property
    def produced(self) -> Array:
        """Production that the plan uses in kW."""
        flows = (own["used_kw"] for own in self.answer["devices"].values() if "used_kw" in own)
        return sum((np.asarray(used) for used in flows), start=np.zeros(self.n))

    def share(self, flow: Array, of: Array, span: Span) -> float:
        """Share of a draw over a span that `of` (kW) could be."""
        here = slice(*span)
        return float(np.minimum(flow[here], of[here]) @ self.hours[here]) / self.energy(flow, span)

    def from_sun(self, flow: Array, span: Span) -> bool:
        """Whether most of a draw over a span is what the site produces and would else sell or curtail."""
        return self.share(flow, self.bought, span) < 0.5 <= self.share(flow, self.produced, span)

    def source(self, flow: Array, span: Span) -> str:
        """The price of a draw and where it comes from; out of a battery it is the price of one more kWh then."""
        price, bought = self.price(flow, span), self.share(flow, self.bought, span)
        if bought < 0.5 and not self.from_sun(flow, span):
            here = slice(*span)
            energy = flow[here] * self.hours[here]
            value = float(np.asarray(self.answer["grid"]["marginal_price"])[here] @ energy / energy.sum())
            produced = self.share(flow, self.produced, span)
            parts = {"the grid": bought, "own production": produced, "what is stored": 1 - bought - produced}
            return f"{costing(value)} now, from {' and '.join(name for name, part in parts.items() if part > TOLD_SHARE)}"
        if bought < 0.5:
            if price < 0:
                return f"own power that costs {money(-price)} to export now"
            return f"own power that would earn {money(price)} now" if price > 0 else "own power that would earn nothing now"
        return f"{costing(price)} now"

    @cached_property
    def peak(self) -> tuple[float, list[bool]] | None:
        """The highest charged mean import and the steps in which it is reached; None where no charge is being added to."""
        charge = self.problem.grid.demand_charge
        if charge is None or charge.price_per_kw == 0:
            return None
        means = peak_means(charge, self.bought, self.hours)
        top = max(means, default=0.0)
        if top <= charge.existing_peak_kw - ACTIVE_KW or top <= ACTIVE_KW:
            return None
        reached = [False] * self.n
        for mean, (steps, _) in zip(means, charged_intervals(charge, self.hours), strict=True):
            for k in steps if mean >= top - ACTIVE_KW else ():
                reached[k] = True
        return top, reached

    def scarce(self, name: str, span: Span) -> str:
        """What the connection, the peak or a group allows in a span, where it is used up; empty where nothing is."""
        here = slice(*span)
        limit = per_step(self.problem.grid.import_limit_kw, self.n, np.inf)[here]
        if (self.bought[here] >= limit - ACTIVE_KW).any():
            return f"; the import limit of {limit[self.bought[here] >= limit - ACTIVE_KW][0]:g} kW is reached"
        if self.peak is not None and any(self.peak[1][here]):
            charge = self.problem.grid.demand_charge
            assert charge is not None
            return f"; keeps the import at {self.peak[0]:.2f} kW: a kW more would cost {money(charge.price_per_kw)}"
        for group in self.problem.groups:
            if name in group.devices and group.import_limit_kw is not None:
                most = per_step(group.import_limit_kw, self.n)[here]
                if (self.group_net[group.name][here] >= most - ACTIVE_KW).any():
                    return f"; the limit of {group.name} of {most[0]:g} kW is reached"
        return ""

    @cached_property
    def group_net(self) -> dict[str, Array]:
        """Net draw of each group in kW."""
        by_name, flows = {device.name: device for device in self.problem.devices}, self.answer["devices"]
        return {
            group.name: sum((draw(by_name[name], flows[name], self.n) for name in group.devices), start=np.zeros(self.n))
            for group in self.problem.groups
        }
