"""How far a plan looks: the delivery day, which it commits, and a look-ahead into the day after, which only makes its end a wise one.

A day planned alone ends at a wall: what is stored at midnight is worth the price of a mean night, whatever the morning will bring. So the
problem goes on as far as prices or their forecast, load and sun are known, at most 48 hours in all. What is published, paid and settled is
the delivery day; of the rest nothing is ever carried out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from electricity_optimizer.sites.clock import STEP_MINUTES
from electricity_optimizer.timeline import UTC_DTYPE, day_start, delivery_day, grid, interval_count

LONGEST = dt.timedelta(hours=48)
ONE_DAY = dt.timedelta(days=1)

Problem = dict[str, Any]
Flows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class DayPart:
    """A local day within a horizon: it begins at step `begin`, and the horizon ends at step `end`."""

    day: dt.date
    begin: int
    end: int


def longest_steps(day: dt.date, tz: str) -> pl.Series:
    """UTC starts of all steps a plan of `day` may have: the day and what fits into 48 hours of the next one."""
    return grid(day_start(day, tz), day_start(day, tz) + LONGEST, STEP_MINUTES)


def day_parts(day: dt.date, tz: str, steps: int) -> list[DayPart]:
    """The days of a horizon of `steps` from the beginning of `day` on: one, or two."""
    parts = [DayPart(day, 0, steps)]
    own = interval_count(day, tz, STEP_MINUTES)
    return [*parts, DayPart(day + ONE_DAY, own, steps)] if steps > own else parts


def committed_steps(problem: Mapping[str, Any], tz: str) -> int:
    """How many steps of a problem from `build_problem` lie in its delivery day."""
    day = delivery_day(dt.datetime.fromisoformat(problem["start"]), tz)
    return min(len(problem["import_price"]), interval_count(day, tz, STEP_MINUTES))


def committed(problem: Problem, tz: str) -> Problem:
    """The delivery day of a problem: as `build_problem` gives it where nothing is known beyond the day."""
    steps, whole = committed_steps(problem, tz), len(problem["import_price"])
    if steps == whole:
        return problem
    cut = {name: _cut(value, steps, whole) for name, value in problem.items() if name not in {"devices", "grid", "previous", "exclusive"}}
    grid_ = {name: dict(_cut_all(value, steps, whole)) if isinstance(value, dict) else value for name, value in problem["grid"].items()}
    devices = [_device(device, steps, whole) for device in problem["devices"] if device.get("earliest", 0) < steps]
    kept = {device["name"] for device in devices}
    shared = [one | {"devices": [name for name in one["devices"] if name in kept]} for one in problem.get("exclusive", [])]
    shared = [one for one in shared if len(one["devices"]) > 1]
    return cut | {"grid": grid_, "devices": devices} | ({"exclusive": shared} if shared else {})


def committed_flows(problem: Problem, answer: Mapping[str, Any], tz: str) -> Mapping[str, Any]:
    """The part of `answer`, a plan of the whole `problem`, that belongs to the delivery day: `devices` and `grid`."""
    steps, whole = committed_steps(problem, tz), len(problem["import_price"])
    if steps == whole:
        return answer
    kept = {device["name"] for device in committed(problem, tz)["devices"]}
    devices = {name: _flows(own, steps, whole) for name, own in answer["devices"].items() if name in kept}
    return {**answer, "devices": devices, "grid": dict(_cut_all(answer["grid"], steps, whole))}


def instants(problem: Mapping[str, Any]) -> pl.Series:
    """UTC starts of the steps of a problem from `build_problem`."""
    first = dt.datetime.fromisoformat(problem["start"]).astimezone(dt.UTC)
    length = dt.timedelta(minutes=STEP_MINUTES)
    return grid(first, first + len(problem["import_price"]) * length, STEP_MINUTES).cast(UTC_DTYPE)


def _cut(value: Any, steps: int, whole: int) -> Any:
    return value[:steps] if isinstance(value, list) and len(value) == whole else value


def _cut_all(values: Mapping[str, Any], steps: int, whole: int) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        yield name, _cut(value, steps, whole)


def _device(device: dict[str, Any], steps: int, whole: int) -> dict[str, Any]:
    cut = dict(_cut_all(device, steps, whole)) if device["type"] != "load" else dict(device)
    if "sessions" in device:
        inside = [session for session in device["sessions"] if session["arrive"] < steps]
        goes_on = {"depart": steps, "target_kwh": device["soc_min_kwh"], "target_is": "hard"}  # its own target is due after the day
        cut["sessions"] = [session if session["depart"] <= steps else session | goes_on for session in inside]
        cut["trips"] = [trip for trip in device["trips"] if trip["step"] < steps]
    return cut


def _flows(own: Mapping[str, Any], steps: int, whole: int) -> dict[str, Any]:
    cut = dict(_cut_all(own, steps, whole))
    if "runs" in own:
        cut["runs"] = [run for run in own["runs"] if run[0] < steps]
    return cut
