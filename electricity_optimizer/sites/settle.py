"""Settlement: what a plan cost at the prices, load and sun that came, against two references at the very same actuals.

- settled: the plan carried out (`actuals.carried_out`), the grid taking every difference.
- baseline: the same site without optimisation, from where its own yesterday left it: batteries idle, each load at its earliest time,
  the heat pump holding the lower band, and the car charged at full power from plug-in until its usual target, in the evening too.
- foresight: the best plan had everything been known, from the same beginning as the settled one. Never above settled.

Energy in batteries and cars is valued equally on all sides: what is left at the end by the `final_value_per_kwh` of the problem (fixed
when the plan was made), what was there at the beginning by the value of the day before. So the days of a month sum to its bill and
only the first and the last store level are ever valued. Heat above the lower band is worth nothing on all sides.
"""

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

import polars as pl

from electricity_optimizer.catalog.site_devices import Car
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.account import account
from electricity_optimizer.optimization.baseline import baseline_flows
from electricity_optimizer.optimization.replay import Flows, net_import, states
from electricity_optimizer.sites.actuals import actual_problem, carried_out, limits_as_met
from electricity_optimizer.sites.devices import is_store, worth
from electricity_optimizer.sites.state import Side, SiteState
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.timeline import delivery_day

FORESIGHT_GAP = 1e-4
"""Relative gap of the foresight plan: it is a yardstick and no plan to carry out, and a factory's last digits cost seconds."""

BASELINE = "no optimisation: batteries idle, loads at their earliest time, car at full power from plug-in, heat pump at its lower band"

Problem = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """What a plan means to cost against its baseline, in the currency of the problem, and where it means to leave the site."""

    cost: float
    baseline_cost: float
    end: SiteState


@dataclass(frozen=True)
class Settlement:
    """One settled day of one site. `end` is where the day left it: tomorrow's beginning."""

    site: str
    delivery_day: dt.date
    currency: str
    settled_cost: float
    baseline_cost: float
    foresight_cost: float
    end: SiteState


def expected(site: Site, problem: Problem, answer: dict[str, Any], state: SiteState) -> Expected:
    """What a plan is expected to cost, with the rules of its settlement, for showing before the day; `state` is what it was built from.

    The answer's own `objective` and `baseline_cost` are another thing: they
    count all energy left in stores, leave the car of the baseline empty until midnight, and pay above the optimised month's peak.
    """
    begin = _beginning(site, problem, state)
    flows = _plan(problem, answer)
    usual, usual_flows = unoptimised(site, problem, begin.baseline)
    return Expected(_cost(problem, flows, begin), _cost(usual, usual_flows, begin), _end(begin, (problem, flows), (usual, usual_flows)))


def planned_end(site: Site, problem: Problem, answer: dict[str, Any], state: SiteState) -> SiteState:
    """The state in which a plan means to leave the site: tomorrow's beginning while today is not settled."""
    return expected(site, problem, answer, state).end


def settle(
    site: Site,
    problem: Problem,
    answer: dict[str, Any],
    *,
    prices: TariffPrices,
    readings: pl.DataFrame,
    state: SiteState | None = None,
) -> Settlement:
    """Settle the plan `answer` of `problem` at actual `prices` and `readings` (start UTC, load_kw, pv_kw, outdoor_temperature_c).

    `state` is the `end` of the day settled before: from it come the baseline's stores, both sides' peaks of the month and the value of
    what was stored. Without it both sides begin as the problem does.
    Raises InputError where an actual is unknown, PlanError for an answer without a plan or a foresight above settled.
    """
    _plan(problem, answer)
    begin = _beginning(site, problem, state)
    actual = actual_problem(site, _with_peak(problem, begin.optimised.peak_kw), prices, readings)
    flows = carried_out(read_problem(actual), answer)
    actual = limits_as_met(actual, flows)
    settled = _cost(actual, flows, begin)
    usual, usual_flows = unoptimised(site, actual, begin.baseline)
    return Settlement(
        site=site.key,
        delivery_day=_day(site, problem),
        currency=problem["currency"],
        settled_cost=settled,
        baseline_cost=_cost(usual, usual_flows, begin),
        foresight_cost=_foresight(actual, settled, begin),
        end=_end(begin, (actual, flows), (usual, usual_flows)),
    )


def _cost(problem: Problem, flows: Flows, begin: SiteState) -> float:
    """Objective of the flows plus the worth of the energy stored at the beginning."""
    return account(read_problem(problem), flows).objective + _initial_worth(problem, begin)


def _initial_worth(problem: Problem, begin: SiteState) -> float:
    value = begin.value_per_kwh or 0.0
    return float(sum(value * worth(device) * device["soc_initial_kwh"] for device in problem["devices"] if is_store(device)))


def _value(problem: Problem) -> float | None:
    """The value of a kWh at the terminal that the problem ends with; null without a store."""
    return next((device["final_value_per_kwh"] / worth(device) for device in problem["devices"] if is_store(device)), None)


def unoptimised(site: Site, problem: Problem, side: Side) -> tuple[Problem, Flows]:
    """The problem from the baseline's own beginning, and what the site does in it by habit."""
    usual = deepcopy(_with_peak(problem, side.peak_kw))
    targets = {car.name: car.target_kwh for car in site.devices_of(Car)}
    for device in usual["devices"]:
        if is_store(device):
            device["soc_initial_kwh"] = side.stored_kwh.get(device["name"], device["soc_initial_kwh"])
        elif device["type"] == "heat_pump":
            device["temperature_initial"] = side.temperature_c.get(device["name"], device["temperature_initial"])
        for session in device.get("sessions", []):
            session |= {"target_kwh": targets[device["name"]], "target_is": "soft"}
    return usual, baseline_flows(read_problem(usual))


def _foresight(actual: Problem, settled: float, begin: SiteState) -> float:
    best = schedule(actual, gap=FORESIGHT_GAP)
    if "objective" not in best:
        raise PlanError(f"the foresight plan is {best['status']}", where=actual["name"], remedy="check the readings of this day")
    cost = float(best["objective"]) + _initial_worth(actual, begin)
    if cost > settled + FORESIGHT_GAP * max(1.0, abs(best["objective"])):
        raise PlanError(f"foresight {cost:.6f} lies above settled {settled:.6f}", where=actual["name"], remedy="report this as a defect")
    return min(cost, settled)


def _plan(problem: Problem, answer: dict[str, Any]) -> Flows:
    """The devices of an answer. Raises PlanError for one that holds no plan."""
    if "devices" not in answer:
        raise PlanError(f"the answer is {answer.get('status')} and holds no plan", where=problem["name"], remedy="plan it again")
    return cast("Flows", answer["devices"])


def _beginning(site: Site, problem: Problem, state: SiteState | None) -> SiteState:
    """`state` on the day of the problem, what it does not say taken from the problem."""
    if state is None:
        planned = Side(peak_kw=problem["grid"].get("demand_charge", {}).get("existing_peak_kw", 0.0))
        state = SiteState(planned, planned)
    begin = state.on(_day(site, problem))
    return begin if begin.value_per_kwh is not None else replace(begin, value_per_kwh=_value(problem))


def _day(site: Site, problem: Problem) -> dt.date:
    return delivery_day(dt.datetime.fromisoformat(problem["start"]), site.tz)


def _with_peak(problem: Problem, peak_kw: float) -> Problem:
    charge = problem["grid"].get("demand_charge")
    return problem if charge is None else problem | {"grid": problem["grid"] | {"demand_charge": charge | {"existing_peak_kw": peak_kw}}}


def _end(begin: SiteState, optimised: tuple[Problem, Flows], baseline: tuple[Problem, Flows]) -> SiteState:
    return replace(
        begin,
        optimised=side_after(*optimised, begin.optimised.peak_kw),
        baseline=side_after(*baseline, begin.baseline.peak_kw),
        value_per_kwh=_value(optimised[0]),
    )


def side_after(problem: Problem, flows: Flows, peak_kw: float) -> Side:
    """Where `flows` leave the site: stores, temperatures, and the highest import so far."""
    read = read_problem(problem)
    after = states(read, flows)
    return Side(
        stored_kwh={name: float(own["soc_kwh"][-1]) for name, own in after.items() if "soc_kwh" in own},
        temperature_c={name: float(own["temperature"][-1]) for name, own in after.items() if "temperature" in own},
        peak_kw=max(peak_kw, float(net_import(read, flows).max())),
    )
