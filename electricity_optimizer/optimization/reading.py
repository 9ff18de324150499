"""From the parsed JSON of a problem file to a `Problem`, or one InputError line that names the field and the remedy."""

from collections.abc import Iterator, Mapping
from typing import NoReturn, get_args

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from electricity_optimizer.errors import InputError
from electricity_optimizer.instants import parse_instant
from electricity_optimizer.optimization.device_fields import PER_STEP, Ev, Fields, HeatPump, HeatStore, Load, Store
from electricity_optimizer.optimization.problem import Former, Problem, per_step

POWERS = ("charge_kw", "discharge_kw", "power_kw", "used_kw")
"""Lists of a former plan that a new one may be held near to; those of a heat store go by the names of its feeds."""

REMEDIES = {
    "extra_forbidden": ("is not a field of this problem", "remove it or correct its name; see schedule --schema"),
    "missing": ("is missing", "add it"),
    "finite_number": ("is NaN or infinite", "write a finite number, or leave the field out where it may be null"),
    "float_type": ("is not a number", "write a number without quotes"),
    "int_type": ("is not a whole number", "write a whole number without quotes"),
    "bool_type": ("is not true or false", "write true or false"),
}


def read_problem(data: object) -> Problem:
    """Check `data` (a dict as parsed from JSON, or a Problem) and return it as a Problem. Raises InputError."""
    if isinstance(data, Problem):
        problem = data
    else:
        if not isinstance(data, Mapping):
            raise InputError(f"a problem is a JSON object, this is {type(data).__name__}", where="problem", remedy="wrap it in {...}")
        try:
            problem = Problem.model_validate(dict(data))
        except ValidationError as error:
            raise _one_line(error) from None
    _check_whole(problem)
    return problem


def _one_line(error: ValidationError) -> InputError:
    first = error.errors(include_url=False, include_context=True)[0]
    what, remedy = REMEDIES.get(first["type"], (_plain(first["msg"]), "correct it; see schedule --schema"))
    return InputError(what, where=_path(first["loc"]), remedy=remedy)


def _plain(message: str) -> str:
    return message.replace("Input should be", "must be").replace("\n", " ").strip().rstrip(".")


def _path(location: tuple[int | str, ...]) -> str:
    """`devices[0].charge_kw` from pydantic's location, without the tags that only tell which shape was tried."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith("<"):
            path += f".{part}" if path else part
    return path or "problem"


def _refuse(where: str, what: str, remedy: str) -> NoReturn:
    raise InputError(what, where=where, remedy=remedy)


def _check_whole(problem: Problem) -> None:
    parse_instant(problem.start, "start")
    for path, part in _parts(problem):
        _check_lengths(path, part, problem.n)
    _check_names(problem)
    for index, device in enumerate(problem.devices):
        path = f"devices[{index}]"
        if isinstance(device, Store):
            _check_store(path, device, problem)
        elif isinstance(device, Load):
            _check_load(path, device, problem)
        elif isinstance(device, HeatPump):
            _check_band(f"{path}.temperature_min", device.temperature_min, device.temperature_max, problem.n)
            _check_band(f"{path}.power_min_kw", device.power_min_kw, device.power_kw, problem.n)
        elif isinstance(device, HeatStore):
            _check_heat_store(path, device, problem)
    _check_scenarios(problem)
    for side in ("demand_charge", "export_charge"):
        charge = getattr(problem.grid, side)
        if charge is not None and charge.begun_steps >= charge.interval_steps:
            _refuse(f"grid.{side}.begun_steps", f"{charge.begun_steps} is a whole interval", f"give less than {charge.interval_steps}")


def _parts(problem: Problem) -> Iterator[tuple[str, Fields]]:
    yield "", problem
    yield "grid.", problem.grid
    for name in ("demand_charge", "export_charge"):
        if getattr(problem.grid, name):
            yield f"grid.{name}.", getattr(problem.grid, name)
    if problem.previous is not None:
        yield "previous.", problem.previous
    for index, group in enumerate(problem.groups):
        yield f"groups[{index}].", group
    for index, device in enumerate(problem.devices):
        yield f"devices[{index}].", device
        for place, feed in enumerate(getattr(device, "feeds", [])):
            yield f"devices[{index}].feeds[{place}].", feed


def _check_lengths(path: str, part: Fields, n: int) -> None:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, list) and is_per_step(field) and len(value) != n:
            _refuse(path + name, f"has {len(value)} values, the horizon has {n} steps", f"give {n} values, as import_price has")


def is_per_step(field: FieldInfo) -> bool:
    """Whether the field's list, where one is given, has one value a step."""
    return PER_STEP in field.metadata or any(PER_STEP in getattr(kind, "__metadata__", ()) for kind in get_args(field.annotation))


def _check_names(problem: Problem) -> None:
    seen: dict[str, str] = {}
    for index, device in enumerate(problem.devices):
        where = f"devices[{index}].name"
        if device.name in seen:
            _refuse(where, f"'{device.name}' is also the name of {seen[device.name]}", "give each device its own name")
        seen[device.name] = f"devices[{index}]"
    loads = [device.name for device in problem.devices if isinstance(device, Load)]
    for index, group in enumerate(problem.groups):
        _check_members(f"groups[{index}].devices", group.devices, list(seen), "device")
    for index, one in enumerate(problem.exclusive):
        _check_members(f"exclusive[{index}].devices", one.devices, loads, "load")
    if problem.previous is not None:
        _check_previous(problem.previous, problem)


def _check_members(where: str, names: list[str], known: list[str], kind: str) -> None:
    for place, name in enumerate(names):
        if name not in known:
            _refuse(f"{where}[{place}]", f"no {kind} is named '{name}'", f"known: {', '.join(known) or 'none'}")
        if name in names[:place]:
            _refuse(f"{where}[{place}]", f"'{name}' is named twice", "name each device once")


def _check_previous(previous: Former, problem: Problem) -> None:
    devices = {device.name: device for device in problem.devices}
    for name, lists in [*previous.devices.items(), *((name, {}) for name in (*previous.forecast_kw, *previous.levels))]:
        if name not in devices:
            _refuse(f"previous.devices.{name}", "no device has this name", f"known: {', '.join(devices) or 'none'}")
        device = devices[name]
        fields = [feed.name for feed in device.feeds] if isinstance(device, HeatStore) else POWERS
        for field, values in lists.items():
            if field not in fields:
                _refuse(f"previous.devices.{name}.{field}", "is no power list", f"give {', '.join(fields)}")
            if len(values) != problem.n:
                _refuse(f"previous.devices.{name}.{field}", f"has {len(values)} values, the horizon has {problem.n} steps", "align it")


def _check_band(where: str, low: ArrayLike, high: ArrayLike, n: int) -> None:
    over = np.flatnonzero(per_step(low, n) > per_step(high, n))
    if len(over):
        _refuse(where, f"lies above its upper bound in step {over[0]}", "the lower bound must not exceed the upper one")


def _check_store(path: str, store: Store, problem: Problem) -> None:
    _check_band(f"{path}.soc_min_kwh", store.soc_min_kwh, store.soc_max_kwh, problem.n)
    if store.charge_levels_kw is not None and np.any(per_step(store.charge_min_kw, problem.n) > 0):
        _refuse(f"{path}.charge_min_kw", "cannot stand beside charge_levels_kw", "the levels say it all: remove charge_min_kw")
    if not isinstance(store.charge_min_kw, list) and not isinstance(store.charge_kw, list) and store.charge_min_kw > store.charge_kw:
        _refuse(f"{path}.charge_min_kw", f"{store.charge_min_kw} is above charge_kw {store.charge_kw}", "lower it")
    _check_decay(f"{path}.self_discharge_per_hour", store.self_discharge_per_hour, problem)
    if isinstance(store, Ev):
        _check_ev(path, store, problem.n)


def _check_decay(where: str, rate: float, problem: Problem) -> None:
    if rate * problem.hours.max() > 1:
        _refuse(where, "empties the store more than once within a step", "give the share lost per hour, below 1 / step hours")


def _check_ev(path: str, car: Ev, n: int) -> None:
    previous = 0
    for index, session in enumerate(car.sessions):
        where = f"{path}.sessions[{index}]"
        if not previous <= session.arrive < session.depart <= n:
            _refuse(
                where,
                f"[{session.arrive}, {session.depart}) is not a span of steps in {previous}..{n}",
                "sessions are in order of time, do not overlap and end within the horizon",
            )
        previous = session.depart
    for index, trip in enumerate(car.trips):
        if trip.step >= n:
            _refuse(f"{path}.trips[{index}].step", f"{trip.step} lies beyond the last step {n - 1}", "leave the trip out")


def _check_load(path: str, load: Load, problem: Problem) -> None:
    n = problem.n
    if load.profile_kw is None and (load.power_kw is None or load.steps is None):
        _refuse(f"{path}.{'power_kw' if load.power_kw is None else 'steps'}", "is missing", "give power_kw and steps, or profile_kw")
    if load.profile_kw is not None and load.steps not in {None, len(load.profile_kw)}:
        _refuse(f"{path}.steps", f"is {load.steps}, profile_kw has {len(load.profile_kw)} values", "leave steps out")
    if load.profile_kw is not None and load.interruptible:
        _refuse(f"{path}.interruptible", "a load with profile_kw runs in one block", "write false, or give power_kw and steps")
    if load.ran_steps and not load.interruptible:
        _refuse(f"{path}.ran_steps", "is for interruptible loads", "give what is left of a running block as a block from step 0")
    if load.min_run_steps > load.length + load.ran_steps:
        _refuse(f"{path}.min_run_steps", f"{load.min_run_steps} is longer than the job of {load.length + load.ran_steps} steps", "lower it")
    if load.latest_end is not None and not load.earliest < load.latest_end <= n:
        _refuse(f"{path}.latest_end", f"{load.latest_end} is not in {load.earliest + 1}..{n}", "windows lie within the horizon")
    if load.earliest >= n:
        _refuse(f"{path}.earliest", f"{load.earliest} lies beyond the last step {n - 1}", "windows lie within the horizon")
    if any(step >= n for step in load.forbidden):
        _refuse(f"{path}.forbidden", f"names a step beyond the last one, {n - 1}", "remove it")
    _check_after(f"{path}.after", load, problem)


def _check_after(where: str, load: Load, problem: Problem) -> None:
    loads = {device.name: device for device in problem.devices if isinstance(device, Load)}
    seen, current = {load.name}, load.after
    while current is not None:
        if current not in loads:
            _refuse(where, f"no load is named '{current}'", "name a device of type load")
        if current in seen:
            _refuse(where, f"'{current}' waits for itself", "break the circle")
        seen.add(current)
        current = loads[current].after


def _check_heat_store(path: str, store: HeatStore, problem: Problem) -> None:
    _check_band(f"{path}.soc_min_kwh", store.soc_min_kwh, store.soc_max_kwh, problem.n)
    _check_decay(f"{path}.self_discharge_per_hour", store.self_discharge_per_hour, problem)
    names = [feed.name for feed in store.feeds]
    for index, feed in enumerate(store.feeds):
        where = f"{path}.feeds[{index}]"
        if feed.name in names[:index]:
            _refuse(f"{where}.name", f"'{feed.name}' is used twice", "give each feed its own name")
        if feed.carrier == "gas" and feed.fuel_price is None:
            _refuse(f"{where}.fuel_price", "is missing", "gas is paid per kWh of gas: add its price")
        if feed.carrier == "electricity" and feed.fuel_price is not None:
            _refuse(f"{where}.fuel_price", "has no meaning for electricity, which draws on the connection", "remove it")


def _check_scenarios(problem: Problem) -> None:
    scenarios = problem.scenarios
    if problem.grid.breach_price_per_kw is not None and problem.grid.limits_are == "hard":
        _refuse("grid.breach_price_per_kw", "has no meaning for hard limits", 'write "limits_are": "soft", or remove it')
    if scenarios is None:
        return
    count = len(scenarios.probability)
    if abs(sum(scenarios.probability) - 1) > 1e-6:
        _refuse("scenarios.probability", f"sums to {sum(scenarios.probability):g}", "probabilities sum to 1")
    for name in ("import_price", "export_price"):
        rows = getattr(scenarios, name)
        if rows is None:
            continue
        if len(rows) != count:
            _refuse(f"scenarios.{name}", f"has {len(rows)} scenarios, probability has {count}", "give one list a scenario")
        for index, row in enumerate(rows):
            if len(row) != problem.n:
                _refuse(f"scenarios.{name}[{index}]", f"has {len(row)} values, the horizon has {problem.n} steps", "correct it")
