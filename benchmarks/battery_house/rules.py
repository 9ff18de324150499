"""How a battery may be run through the months: by a rule of thumb, by plans, by the worth of what it stores, with all known."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from battery_house.household import BERLIN, FIRST, LAST, Array, House, Issue

from electricity_optimizer.catalog.site_devices import Battery
from electricity_optimizer.defs.plan_inputs import SWANSON
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.sites.actuals import carried_out
from electricity_optimizer.sites.need import Forecast, learn_need, of_late
from electricity_optimizer.sites.problem import overnight_value
from electricity_optimizer.sites.stored_value import Prices, stored_value

BATTERY = Battery(
    type="battery", name="battery", capacity_kwh=10.0, initial_kwh=5.0, charge_kw=5.0, discharge_kw=5.0, charge_efficiency=0.96,
    discharge_efficiency=0.96, cycle_cost_per_kwh=0.01,
)  # fmt: skip
LIMITS = {"import_limit_kw": 24.0, "export_limit_kw": 9.8}
HOURS = 0.25
PUBLISHED = dt.time(13)
"""From then on the prices of the next day are known (they are out at 12:45)."""

MOST_STEPS = 192
NIGHT = 24
ALIKE_DAYS = 5
ONE_DAY = dt.timedelta(days=1)

Known = Literal["forecast", "means", "actual"]


@dataclass(frozen=True)
class Run:
    """Charging and discharging of the priced quarter hours in kW, and what is stored after the last one."""

    charge: Array
    discharge: Array
    stored_kwh: float


def idle(house: House) -> Run:
    """The stated baseline."""
    nothing = np.zeros(len(house.starts) - house.begin)
    return Run(nothing, nothing, BATTERY.initial_kwh)


def own_use(house: House) -> Run:
    """The battery as it comes: store each surplus, cover each need."""
    return _stepwise(house, lambda step, _stored: _holding(house, step))


def planned(house: House, *, energy: Known = "forecast", prices: Literal["published", "naive"] = "published", at_noon: bool = True) -> Run:
    """Plans of the optimizer, made at midnight and, `at_noon`, again when the next day is published; carried out as the graph settles them.

    `energy`: load and sun as forecast (the load's median, the sun's mean: what the graph plans with), by the means of both, or as they
    came.
    """
    charge, discharge, stored = [], [], BATTERY.initial_kwh
    for moment in moments(house, at_noon=at_noon):
        bought = moment.naive if prices == "naive" else moment.bought
        answer = schedule(_problem(house, moment, bought, stored, energy))
        steps = slice(moment.first, moment.next)
        actual = _file(house, steps, house.bought[steps], house.load[steps], house.sun[steps], stored, moment.value)
        flows = carried_out(read_problem(actual), _first_steps(answer, moment.next - moment.first))[BATTERY.name]
        charge.append(flows["charge_kw"])
        discharge.append(flows["discharge_kw"])
        stored += float(
            (flows["charge_kw"] * BATTERY.charge_efficiency - flows["discharge_kw"] / BATTERY.discharge_efficiency).sum() * HOURS
        )
    return Run(np.concatenate(charge), np.concatenate(discharge), stored)


def by_stored_value(house: House) -> Run:
    """Each quarter hour by the worth of what stays in the battery (`sites/stored_value.py`), worked out at midnight and at 13:00."""
    widths = Forecast.of(house.late.load, house.late.sun).widths(house.load - house.sun)
    readable = np.where(house.read, widths, np.nan)
    means = of_late(readable)
    charge, discharge, stored = [], [], BATTERY.initial_kwh
    for moment in moments(house, at_noon=True):
        chain = learn_need(readable[: moment.first], 0)
        issue, n = moment.issue, len(moment.bought)
        expected = chain.need_kw(Forecast.of(issue.load, issue.sun))
        rates = Prices(moment.bought, np.full(n, house.sold[house.begin]), HOURS)
        states = chain.states(widths[moment.first : moment.next], means[moment.first : moment.next])
        worth = stored_value(BATTERY, rates, expected, chain.chance(moment.first, n), moment.value * BATTERY.discharge_efficiency)
        for step in range(moment.first, moment.next):
            now = float(house.load[step] - house.sun[step])
            c, d = worth.best(step - moment.first, int(states[step - moment.first]), stored, now)
            charge.append(c)
            discharge.append(d)
            stored += (c * BATTERY.charge_efficiency - d / BATTERY.discharge_efficiency) * HOURS
    return Run(np.array(charge), np.array(discharge), stored)


def foresight(house: House, value: float) -> Run:
    """The best with prices, load and sun known: plans of four weeks, of which three are carried out; `value` is that of what is left.

    One plan of all eight months costs the same to the cent (1183.77) and a minute of CPU.
    """
    charge, discharge, stored = [], [], BATTERY.initial_kwh
    for first in range(house.begin, len(house.starts), 21 * 96):
        steps, kept = slice(first, min(first + 28 * 96, len(house.starts))), min(21 * 96, len(house.starts) - first)
        answer = schedule(_file(house, steps, house.bought[steps], house.load[steps], house.sun[steps], stored, value))
        own = answer["devices"][BATTERY.name]
        charge.append(own["charge_kw"][:kept])
        discharge.append(own["discharge_kw"][:kept])
        stored = own["soc_kwh"][kept - 1]
    return Run(np.concatenate(charge), np.concatenate(discharge), stored)


def cost(house: House, run: Run, value: float) -> float:
    """What the months cost, the stored energy at both ends counted at `value` per kWh at the terminal."""
    steps = slice(house.begin, None)
    net = house.load[steps] - house.sun[steps] + run.charge - run.discharge
    paid = np.maximum(net, 0.0) @ house.bought[steps] - np.maximum(-net, 0.0) @ house.sold[steps]
    wear = BATTERY.cycle_cost_per_kwh * (run.charge.sum() + run.discharge.sum())
    kept = (BATTERY.initial_kwh - run.stored_kwh) * value * BATTERY.discharge_efficiency
    return float((paid + wear) * HOURS + kept)


@dataclass(frozen=True)
class Moment:
    """When a plan is made: its `first` step, that of the `next` plan, and what is known then of the steps to come.

    `bought` are published prices and, beyond them, forecast ones; `naive` are naive throughout.
    """

    first: int
    next: int
    bought: Array
    naive: Array
    issue: Issue
    value: float


def moments(house: House, *, at_noon: bool) -> Iterator[Moment]:
    """The midnights of the months and, `at_noon`, the hours of publication, with the worth of a stored kWh as the graph's plans have it."""
    value: float | None = None
    for day in (day for day in house.days if FIRST <= day <= LAST):
        steps = house.days[day]
        value = overnight_value(house.bought[steps.start : steps.stop].tolist(), NIGHT, value)
        noon = next(k for k in steps if house.starts[k].astimezone(BERLIN).time() >= PUBLISHED)
        if at_noon:
            yield _moment(house, day, steps.start, noon, value)
            yield _moment(house, day, noon, steps.stop, value)
        else:
            yield _moment(house, day, steps.start, steps.stop, value)


def _moment(house: House, day: dt.date, first: int, until: int, value: float) -> Moment:
    own, published = house.days[day], first > house.days[day].start
    bought, naive, end = [house.bought[first : own.stop]], [_naive(house, day)[first - own.start :]], own.stop
    for ahead in range(1, 3):
        later = day + ahead * ONE_DAY
        if later not in house.days or (ahead == 2 and not published):
            break
        steps = house.days[later]
        known = house.bought[steps.start : steps.stop] if published and ahead == 1 else _expected(house, later, day + published * ONE_DAY)
        bought.append(known)
        naive.append(_expected(house, later, day))
        end = steps.stop
    end = min(end, first + MOST_STEPS)
    fresh = house.days[day + published * ONE_DAY].stop if day + published * ONE_DAY in house.days else own.stop
    issue = Issue(
        *(_joined(getattr(house.late, name), getattr(house.early, name), first, min(fresh, end), end) for name in ("load", "sun"))
    )
    return Moment(first, until, np.concatenate(bought)[: end - first], np.concatenate(naive)[: end - first], issue, value)


def _joined(late: Array, early: Array, first: int, fresh: int, end: int) -> Array:
    """The forecast of the day before as far as it is issued, then the older one."""
    return np.concatenate([late[:, first:fresh], early[:, fresh:end]], axis=1)


def _naive(house: House, day: dt.date) -> Array:
    steps = house.days[day]
    return house.naive.get(day, house.bought[steps.start : steps.stop])  # the first week has nothing to look back on


def _expected(house: House, day: dt.date, known: dt.date) -> Array:
    """Prices of `day` when those up to the day `known` are out: half the last day of its kind (workday or weekend), half the last five."""
    before = [known - k * ONE_DAY for k in range(21) if known - k * ONE_DAY >= FIRST]
    alike = [one for one in before if (one.weekday() >= 5) == (day.weekday() >= 5)][:ALIKE_DAYS] or before[:1]
    steps = len(house.days[day])
    profiles = [np.resize(house.bought[house.days[one].start : house.days[one].stop], steps) for one in (*alike, alike[0])]
    weights = [0.5 / len(alike)] * len(alike) + [0.5]
    return np.asarray(np.average(profiles, axis=0, weights=weights), dtype=np.float64)


def _problem(house: House, moment: Moment, bought: Array, stored: float, energy: Known) -> dict[str, Any]:
    steps = slice(moment.first, moment.first + len(bought))
    if energy == "actual":
        return _file(house, steps, bought, house.load[steps], house.sun[steps], stored, moment.value)
    mean = np.array(SWANSON)
    load = mean @ moment.issue.load if energy == "means" else moment.issue.load[1]
    return _file(house, steps, bought, load, mean @ moment.issue.sun, stored, moment.value)


def _file(house: House, steps: slice, bought: Array, load: Array, sun: Array, stored: float, value: float) -> dict[str, Any]:
    fields = BATTERY.model_dump(exclude={"capacity_kwh", "min_kwh", "initial_kwh"})
    battery = fields | {"soc_min_kwh": BATTERY.min_kwh, "soc_max_kwh": BATTERY.capacity_kwh, "soc_initial_kwh": _within(stored)}
    return {
        "name": "battery house",
        "start": house.starts[steps.start].isoformat(),
        "import_price": bought.tolist(),
        "export_price": float(house.sold[house.begin]),
        "load_kw": load.tolist(),
        "grid": dict(LIMITS),
        "devices": [
            battery | {"final_value_per_kwh": value * BATTERY.discharge_efficiency},
            {"type": "pv", "name": "roof", "forecast_kw": sun.tolist(), "curtailable": True},
        ],
    }


def _within(stored: float) -> float:
    return min(max(stored, BATTERY.min_kwh), BATTERY.capacity_kwh)


def _first_steps(answer: dict[str, Any], steps: int) -> dict[str, Any]:
    devices = {name: {key: values[:steps] for key, values in own.items()} for name, own in answer["devices"].items()}
    return {"devices": devices, "grid": {name: answer["grid"][name][:steps] for name in ("import_kw", "export_kw")}}


def _holding(house: House, step: int) -> tuple[float, float]:
    need = float(house.load[step] - house.sun[step])
    return max(-need, 0.0), max(need, 0.0)


def _stepwise(house: House, wanted: Any) -> Run:
    charge, discharge, stored = [], [], BATTERY.initial_kwh
    for step in range(house.begin, len(house.starts)):
        c, d = wanted(step, stored)
        c = min(c, BATTERY.charge_kw, (BATTERY.capacity_kwh - stored) / BATTERY.charge_efficiency / HOURS)
        d = min(d, BATTERY.discharge_kw, (stored - BATTERY.min_kwh) * BATTERY.discharge_efficiency / HOURS)
        stored += (c * BATTERY.charge_efficiency - d / BATTERY.discharge_efficiency) * HOURS
        charge.append(c)
        discharge.append(d)
    return Run(np.array(charge), np.array(discharge), stored)
