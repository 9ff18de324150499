"""Settlement: what a plan cost at the prices, load and sun that came, against two references at the very same actuals.

- settled: the plan carried out (`actuals.carried_out`), the grid taking every difference.
- baseline: the same site without optimisation, from the same stored energy: batteries idle, each load at its earliest time, the heat
  pump holding the lower band, and the car charged at full power from plug-in until its usual target, in the evening too.
- foresight: the best plan had everything been known, from the same beginning. Never above settled.

Energy left in batteries and cars is valued equally on all sides: by the `final_value_per_kwh` of the problem (fixed when the plan was
made, not afterwards), as the change from the day's beginning. Heat above the lower band is worth nothing on all sides.
"""

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import polars as pl

from electricity_optimizer.catalog.site_devices import Car
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.account import account
from electricity_optimizer.optimization.baseline import baseline_flows
from electricity_optimizer.optimization.replay import Flows, net_import, states
from electricity_optimizer.sites.actuals import actual_problem, carried_out, limits_as_met
from electricity_optimizer.sites.savings import saved_percent
from electricity_optimizer.sites.state import SiteState
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.timeline import delivery_day

FORESIGHT_GAP = 1e-4
"""Relative gap of the foresight plan: it is a yardstick and no plan to carry out, and a factory's last digits cost seconds."""

BASELINE = "no optimisation: batteries idle, loads at their earliest time, car at full power from plug-in, heat pump at its lower band"


@dataclass(frozen=True)
class Costs:
    """A plan and its baseline at the same inputs, in the currency of the problem; `savings_percent` is of the baseline."""

    cost: float
    baseline_cost: float

    @property
    def savings_percent(self) -> float | None:
        """Share of the baseline that the plan saves; null where the baseline costs nothing."""
        return saved_percent(self.cost, self.baseline_cost)


@dataclass(frozen=True)
class Settlement:
    """One settled day of one site. `end` is where the day left it: tomorrow's beginning, with both sides' peaks of the month."""

    site: str
    delivery_day: dt.date
    currency: str
    settled_cost: float
    baseline_cost: float
    foresight_cost: float
    end: SiteState

    @property
    def savings_percent(self) -> float | None:
        """Share of the baseline that was saved; null where the baseline costs nothing."""
        return saved_percent(self.settled_cost, self.baseline_cost)


def expected(site: Site, problem: dict[str, Any], answer: dict[str, Any], state: SiteState) -> Costs:
    """What a plan is expected to cost, with the same rules as its settlement: for showing before the day.

    `state` is the one the problem was built from. The answer's own `objective` counts energy left in stores in full and its own
    baseline leaves the car empty until midnight and pays above the optimised month's peak; here it is as it will be settled.
    """
    return Costs(_cost(problem, _plan(problem, answer)), _baseline(site, problem, _peaks(site, problem, state))[0])


def planned_end(site: Site, problem: dict[str, Any], answer: dict[str, Any], state: SiteState) -> SiteState:
    """The state in which a plan means to leave the site: tomorrow's beginning while today is not yet settled.

    `state` is the one the problem was built from; its peaks of the month go on with what plan and baseline import.
    """
    peaks = _peaks(site, problem, state)
    return _end(problem, _plan(problem, answer), _with_baseline_peak(peaks, _baseline(site, problem, peaks)[1]))


def settle(
    site: Site,
    problem: dict[str, Any],
    answer: dict[str, Any],
    *,
    prices: TariffPrices,
    readings: pl.DataFrame,
    state: SiteState | None = None,
) -> Settlement:
    """Settle the plan `answer` of `problem` at actual `prices` and `readings` (start UTC, load_kw, pv_kw, outdoor_temperature_c).

    `state` is the `end` of the day settled before: its peaks are those of the month so far. Without it the problem's own is taken for
    both sides. Raises InputError where an actual is unknown, PlanError for an answer without a plan or a foresight above settled.
    """
    _plan(problem, answer)
    peaks = _peaks(site, problem, state)
    actual = actual_problem(site, _with_peak(problem, peaks.peak_kw), prices, readings)
    flows = carried_out(read_problem(actual), answer)
    actual = limits_as_met(actual, flows)
    settled = _cost(actual, flows)
    baseline, baseline_peak = _baseline(site, actual, peaks)
    return Settlement(
        site=site.key,
        delivery_day=_day(site, problem),
        currency=problem["currency"],
        settled_cost=settled,
        baseline_cost=baseline,
        foresight_cost=_foresight(actual, settled),
        end=_end(actual, flows, _with_baseline_peak(peaks, baseline_peak)),
    )


def _cost(problem: dict[str, Any], flows: Flows) -> float:
    """Objective of the flows plus the worth of the energy stored at the beginning."""
    return account(read_problem(problem), flows).objective + _initial_worth(problem)


def _initial_worth(problem: dict[str, Any]) -> float:
    stores = (device for device in problem["devices"] if device["type"] in {"battery", "ev"})
    return float(sum(store.get("final_value_per_kwh", 0.0) * store["soc_initial_kwh"] for store in stores))


def _baseline(site: Site, problem: dict[str, Any], peaks: SiteState) -> tuple[float, float]:
    """Cost of the unoptimised site and its highest import."""
    usual = deepcopy(_with_peak(problem, peaks.baseline_peak_kw))
    targets = {car.name: car.target_kwh for car in site.devices_of(Car)}
    for device in usual["devices"]:
        for session in device.get("sessions", []):
            session |= {"target_kwh": targets[device["name"]], "target_is": "soft"}
    read = read_problem(usual)
    flows = baseline_flows(read)
    return _cost(usual, flows), float(net_import(read, flows).max())


def _foresight(actual: dict[str, Any], settled: float) -> float:
    best = schedule(actual, gap=FORESIGHT_GAP)
    if "objective" not in best:
        raise PlanError(f"the foresight plan is {best['status']}", where=actual["name"], remedy="check the readings of this day")
    cost = float(best["objective"]) + _initial_worth(actual)
    if cost > settled + FORESIGHT_GAP * max(1.0, abs(best["objective"])):
        raise PlanError(f"foresight {cost:.6f} lies above settled {settled:.6f}", where=actual["name"], remedy="report this as a defect")
    return min(cost, settled)


def _plan(problem: dict[str, Any], answer: dict[str, Any]) -> Flows:
    """The devices of an answer. Raises PlanError for one that holds no plan."""
    if "devices" not in answer:
        raise PlanError(f"the answer is {answer.get('status')} and holds no plan", where=problem["name"], remedy="plan it again")
    return cast("Flows", answer["devices"])


def _peaks(site: Site, problem: dict[str, Any], state: SiteState | None) -> SiteState:
    if state is not None:
        return state.on(_day(site, problem))
    planned = problem["grid"].get("demand_charge", {}).get("existing_peak_kw", 0.0)
    return SiteState(peak_kw=planned, baseline_peak_kw=planned).on(_day(site, problem))


def _day(site: Site, problem: dict[str, Any]) -> dt.date:
    return delivery_day(dt.datetime.fromisoformat(problem["start"]), site.tz)


def _with_baseline_peak(peaks: SiteState, peak_kw: float) -> SiteState:
    return replace(peaks, baseline_peak_kw=max(peaks.baseline_peak_kw, peak_kw))


def _with_peak(problem: dict[str, Any], peak_kw: float) -> dict[str, Any]:
    charge = problem["grid"].get("demand_charge")
    return problem if charge is None else problem | {"grid": problem["grid"] | {"demand_charge": charge | {"existing_peak_kw": peak_kw}}}


def _end(actual: dict[str, Any], flows: Flows, peaks: SiteState) -> SiteState:
    read = read_problem(actual)
    after = states(read, flows)
    return SiteState(
        stored_kwh={name: float(own["soc_kwh"][-1]) for name, own in after.items() if "soc_kwh" in own},
        temperature_c={name: float(own["temperature"][-1]) for name, own in after.items() if "temperature" in own},
        peak_kw=max(peaks.peak_kw, float(np.max(net_import(read, flows)))),
        baseline_peak_kw=peaks.baseline_peak_kw,
        month=peaks.month,
    )
