"""Settlement: what a plan cost at the prices, load and sun that came, against three references at the very same actuals.

- settled: the plan of the delivery day carried out (`actuals.carried_out`), the grid taking every difference.
- baseline: the same site without optimisation, from where its own yesterday left it: batteries idle, each load at its earliest time,
  the heat pump holding the lower band, and the car charged at full power from plug-in until its usual target, in the evening too.
- naive and foresight: see `references.py`; what stored energy counts: see `bill.py`.

A day begins where the settled one before it ended: a battery that followed the load is not where its plan meant to leave it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import read_problem
from electricity_optimizer.optimization.checking.account import account
from electricity_optimizer.sites.actuals import carried_out, limits_as_met, with_energy, with_prices
from electricity_optimizer.sites.bill import beginning, begun_at, cost_of, day_of, end_after, side_after, unoptimised
from electricity_optimizer.sites.horizon import committed, committed_flows, instants
from electricity_optimizer.sites.outcome import Outcome, outcome
from electricity_optimizer.sites.problem import known_series
from electricity_optimizer.sites.references import Regret, Replay
from electricity_optimizer.sites.state import SiteState
from electricity_optimizer.tariffs import TariffPrices

__all__ = ["BASELINE", "Expected", "Settlement", "bill_of_the_day", "expected", "planned_end", "settle", "side_after", "unoptimised"]

BASELINE = "no optimisation: batteries idle, loads at their earliest time, car at full power from plug-in, heat pump at its lower band"

Problem = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """What a plan means to cost against its baseline, in the currency of the problem, and where it means to leave the site.

    All of it at the end of the delivery day, whatever the plan looks ahead to.
    """

    cost: float
    baseline_cost: float
    end: SiteState


@dataclass(frozen=True)
class Settlement:
    """One settled day of one site. `end` is where the day left it: tomorrow's beginning. `naive_cost` is null without naive prices."""

    site: str
    delivery_day: dt.date
    currency: str
    settled_cost: float
    baseline_cost: float
    foresight_cost: float
    naive_cost: float | None
    regret: Regret
    outcome: Outcome
    end: SiteState


def expected(site: Site, problem: Problem, answer: dict[str, Any], state: SiteState) -> Expected:
    """What a plan is expected to cost, with the rules of its settlement, for showing before the day; `state` is what it was built from.

    The answer's own `objective` and `baseline_cost` are another thing: they count the look-ahead and all energy left in stores, leave
    the car of the baseline empty until midnight, and pay above the optimised month's peak.
    """
    day, plan = _of_the_day(site, problem, answer)
    begin = beginning(site, day, state)
    usual, usual_flows = unoptimised(site, day, begin.baseline)
    end = end_after(begin, (day, plan["devices"]), (usual, usual_flows))
    return Expected(cost_of(day, plan["devices"], begin), cost_of(usual, usual_flows, begin), end)


def planned_end(site: Site, problem: Problem, answer: dict[str, Any], state: SiteState) -> SiteState:
    """The state in which a plan means to leave the site: tomorrow's beginning while today is not settled."""
    return expected(site, problem, answer, state).end


def bill_of_the_day(site: Site, problem: Problem, answer: dict[str, Any]) -> dict[str, Any]:
    """`steps`, `cost` by item and `co2_kg` of the delivery day of a plan, as its answer gives them for the whole horizon."""
    day, plan = _of_the_day(site, problem, answer)
    read = read_problem(day)
    bill = account(read, plan["devices"])
    return {"steps": read.n, "cost": bill.items, "co2_kg": bill.co2_kg}


def settle(
    site: Site,
    problem: Problem,
    answer: dict[str, Any],
    *,
    prices: TariffPrices,
    readings: pl.DataFrame,
    state: SiteState | None = None,
    naive: TariffPrices | None = None,
    carbon: pl.DataFrame | None = None,
) -> Settlement:
    """Settle the delivery day of the plan `answer` of `problem` at actual `prices` and `readings`.

    `readings` have start (UTC), load_kw, pv_kw and outdoor_temperature_c. `state` is the `end` of the day settled before: from it come both
    sides' stores and peaks of the month and the value of what was stored; without it both sides begin as the problem does. `naive` are
    the prices that the naive forecast gave for the day, `carbon` the carbon intensity (start, carbon_g_kwh).
    Raises InputError where an actual is unknown, PlanError for an answer without a plan or a foresight above settled.
    """
    day, plan = _of_the_day(site, problem, answer)
    begin = beginning(site, day, state)
    series = known_series(site, prices, readings, instants(day))
    actual = with_energy(site, with_prices(begun_at(day, begin.optimised), series), series)
    flows = carried_out(read_problem(actual), plan)
    actual = limits_as_met(actual, flows)
    settled = cost_of(actual, flows, begin)
    usual, usual_flows = unoptimised(site, actual, begin.baseline)
    replay = Replay(site, problem, actual, series, begin)
    foresight, best = replay.foresight(settled)
    return Settlement(
        site=site.key,
        delivery_day=day_of(site, problem),
        currency=problem["currency"],
        settled_cost=settled,
        baseline_cost=cost_of(usual, usual_flows, begin),
        foresight_cost=foresight,
        naive_cost=None if naive is None else replay.naive(known_series(site, naive, readings, instants(day))),
        regret=replay.regret(settled, foresight, best),
        outcome=outcome(actual, flows, usual, usual_flows, carbon),
        end=end_after(begin, (actual, flows), (usual, usual_flows)),
    )


def _of_the_day(site: Site, problem: Problem, answer: dict[str, Any]) -> tuple[Problem, dict[str, Any]]:
    """The delivery day of a problem and of its plan. Raises PlanError for an answer that holds no plan."""
    if "devices" not in answer:
        raise PlanError(f"the answer is {answer.get('status')} and holds no plan", where=problem["name"], remedy="plan it again")
    return committed(problem, site.tz), dict(committed_flows(problem, answer, site.tz))
