"""Planning again while a plan is being followed: what is left of the problem, the news, and a plan that stays near the former one."""

from collections.abc import Mapping, Sequence
from typing import Any

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization.again.remaining import State, what_is_left
from electricity_optimizer.optimization.device_fields import Pv
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reading import read_problem
from electricity_optimizer.optimization.scheduling import Answer, schedule

Series = Sequence[float]


def replan(
    problem: Mapping[str, Any] | Problem,
    answer: Mapping[str, Any],
    at_step: int,
    *,
    prices: Mapping[str, Any] | Series | None = None,
    load_kw: Series | float | None = None,
    pv: Mapping[str, Series] | Series | None = None,
    state: State | None = None,
    committed_steps: int = 1,
    **accuracy: Any,
) -> Answer:
    """A new plan for what is left of `problem` when `at_step` steps of its plan `answer` have passed.

    News begin at the new start: `prices` (import prices, or a mapping of import_price, export_price, co2_intensity, scenarios and
    price_is_forecast), `load_kw`, `pv` (a forecast by system, or of the only one), `state` (see `remaining`). What has no news stays as
    it was. The answer's `changes` tells what moved against `answer` and why. `accuracy` goes to `schedule` (time_limit, gap, certified).
    Raises InputError as `schedule` and `remaining` do.
    """
    left = with_news(what_is_left(read_problem(problem), answer, at_step, state or {}, committed_steps), prices, load_kw, pv)
    return schedule(left, **accuracy)


def with_news(
    problem: Problem, prices: Mapping[str, Any] | Series | None, load_kw: Series | float | None, pv: Mapping[str, Series] | Series | None
) -> Problem:
    """The problem with new series in place of its own, checked as a file would be."""
    update: dict[str, Any] = {}
    if prices is not None:
        update |= dict(prices) if isinstance(prices, Mapping) else {"import_price": list(prices)}
    if load_kw is not None:
        update["load_kw"] = list(load_kw) if isinstance(load_kw, Sequence) else load_kw
    if pv is not None:
        update["devices"] = _with_sun(problem, pv)
    if not update:
        return problem
    known = {"import_price", "export_price", "co2_intensity", "scenarios", "price_is_forecast", "load_kw", "devices"}
    for name in update.keys() - known:
        raise InputError("is no price", where=f"prices.{name}", remedy=f"give {', '.join(sorted(known - {'load_kw', 'devices'}))}")
    return read_problem({name: getattr(problem, name) for name in Problem.model_fields} | update)


def _with_sun(problem: Problem, pv: Mapping[str, Series] | Series) -> list[Any]:
    systems = [device.name for device in problem.devices if isinstance(device, Pv)]
    if not isinstance(pv, Mapping):
        if len(systems) != 1:
            raise InputError(f"the site has {len(systems)} systems", where="pv", remedy="give a mapping from each system to its forecast")
        pv = {systems[0]: pv}
    for name in set(pv) - set(systems):
        raise InputError("no pv system has this name", where=f"pv.{name}", remedy=f"known: {', '.join(systems) or 'none'}")
    return [device.model_copy(update={"forecast_kw": list(pv[device.name])}) if device.name in pv else device for device in problem.devices]
