"""What a settled plan is compared with at the very same actuals, and what its regret comes from.

- naive: the best plan for the prices of the naive forecast (the last similar day), carried out.
- foresight: the best plan had everything been known, from the same beginning. Never above settled.

The regret (settled less foresight) is split in the order in which the errors came in: what the plan would have cost with the true prices
but the load and sun as they were forecast leaves the error of the prices; with true load and sun as well, that of the energy. The rest is
steps, gaps, limits as they were met, and the look-ahead: a plan that sees the next morning ends a day otherwise than the foresight,
which knows the day alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.sites.actuals import PRICES, carried_out, with_energy, with_prices
from electricity_optimizer.sites.bill import begun_at, cost_of, initial_worth
from electricity_optimizer.sites.horizon import committed_flows
from electricity_optimizer.sites.state import SiteState

GAP = 1e-4
"""Relative gap of what is only compared with: yardsticks and no plans to carry out, and a factory's last digits cost seconds."""

SAME = 1e-9

Problem = dict[str, Any]
Answer = dict[str, Any]
Series = dict[str, list[float]]


@dataclass(frozen=True)
class Regret:
    """Settled less foresight by its cause; the three sum to it."""

    price: float
    energy: float
    rounding: float


@dataclass(frozen=True)
class Replay:
    """A day that can be lived again with other plans: the `whole` problem as planned, the `actual` day, and what came (`series`)."""

    site: Site
    whole: Problem
    actual: Problem
    series: Series
    begin: SiteState

    def foresight(self, settled: float) -> tuple[float, Answer]:
        """Cost and plan of the best for the actual day. Raises PlanError where it lies above `settled` or there is none."""
        best = schedule(self.actual, gap=GAP)
        if "objective" not in best:
            raise PlanError(f"the foresight plan is {best['status']}", where=self.actual["name"], remedy="check the readings of this day")
        cost = float(best["objective"]) + initial_worth(self.actual, self.begin)
        if cost > settled + GAP * max(1.0, abs(best["objective"])):
            what = f"foresight {cost:.6f} lies above settled {settled:.6f}"
            raise PlanError(what, where=self.actual["name"], remedy="report this as a defect")
        return min(cost, settled), best

    def naive(self, prices: Series) -> float:
        """The plan for naive `prices` of the first steps, carried out; of the look-ahead it knows as much as the plan."""
        return self._planned_cost(with_prices(self.whole, prices))

    def regret(self, settled: float, foresight: float, best: Answer) -> Regret:
        """What `settled` lies above `foresight` for, by cause; `best` is the foresight's plan."""
        priced = settled if self._prices_were_known() else self._planned_cost(with_prices(self.whole, self.series))
        if len(self.whole["import_price"]) == len(self.actual["import_price"]):
            known = self._cost_of(best)  # without a look-ahead the plan that knows the day is the foresight's
        else:
            came = with_energy(self.site, with_prices(self.whole, self.series), self.series)
            soft = came | {"grid": came["grid"] | {"limits_are": "soft"}}  # the load that came may pass a limit
            known = self._planned_cost(begun_at(soft, self.begin.optimised))
        return Regret(settled - priced, priced - known, known - foresight)

    def _prices_were_known(self) -> bool:
        pairs = ((self.series[name], self.whole[name]) for name in PRICES)
        return all(np.allclose(came, planned[: len(came)], rtol=0, atol=SAME) for came, planned in pairs)

    def _planned_cost(self, problem: Problem) -> float:
        answer = schedule(problem, gap=GAP)
        if "devices" not in answer:
            raise PlanError(f"a plan to compare with is {answer['status']}", where=problem["name"], remedy="check the readings of this day")
        return self._cost_of(committed_flows(problem, answer, self.site.tz))

    def _cost_of(self, plan: Mapping[str, Any]) -> float:
        return cost_of(self.actual, carried_out(read_problem(self.actual), plan), self.begin)
