"""A day's plan made again while the day runs: what was carried out stands, the rest follows the news and stays near the former plan."""

from collections.abc import Mapping
from typing import Any

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import schedule
from electricity_optimizer.optimization.again.joined import joined
from electricity_optimizer.optimization.again.remaining import remaining

Problem = dict[str, Any]
Answer = dict[str, Any]

SERIES = ("import_price", "export_price", "load_kw")
DEVICE_SERIES = ("forecast_kw", "outdoor_temperature")


def replanned_day(former: tuple[Problem, Answer], news: Problem, at_step: int) -> tuple[Problem, Answer] | None:
    """The problem of the day as known now and its plan, of which the first `at_step` steps are those of `former`.

    `former` is the problem and the answer that the day follows; `news` the same site's problem built anew, from the same instant on.
    The present is as the plan has it: no device reports its level here. Null where nothing is new, or where less is known than the
    former plan was made with. Raises PlanError where the rest cannot be planned.
    """
    problem, answer = former
    if not at_step < len(problem["import_price"]) <= len(news["import_price"]):
        return None
    known = with_past(news, problem, at_step)
    if known == problem:
        return None
    plan = extended(answer, schedule(known), len(problem["import_price"]))
    later = schedule(remaining(known, plan, at_step))
    if "objective" not in later:
        said = "; ".join(later.get("conflict", [])) or later.get("message", "no plan")
        raise PlanError(f"the rest of the day is {later['status']}: {said}", where=problem["name"], remedy="relax the limits named")
    return known, joined(known, plan, at_step, later)


def with_past(news: Problem, former: Problem, at_step: int) -> Problem:
    """`news` with the series of `former` in the first `at_step` steps: what was expected when they were planned."""
    merged = news | {name: former[name][:at_step] + news[name][at_step:] for name in SERIES}
    before = {device["name"]: device for device in former["devices"]}
    merged["devices"] = [_device_with_past(device, before.get(device["name"], device), at_step) for device in news["devices"]]
    return merged


def _device_with_past(device: Problem, before: Problem, at_step: int) -> Problem:
    series = {name: before[name][:at_step] + device[name][at_step:] for name in DEVICE_SERIES if isinstance(device.get(name), list)}
    return device | series


def extended(former: Answer, fresh: Answer, steps: int) -> Answer:
    """The former plan on the horizon of a fresh one: beyond its own `steps`, and for devices it did not have, the fresh one's flows."""
    devices = {
        name: _device_extended(former["devices"][name], flows, steps) if name in former["devices"] else flows
        for name, flows in fresh["devices"].items()
    }
    marginal = former["grid"]["marginal_price"] + fresh["grid"]["marginal_price"][steps:]
    return former | {"devices": devices, "grid": former["grid"] | {"marginal_price": marginal}}


def _device_extended(before: Mapping[str, Any], fresh: Mapping[str, Any], steps: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fresh.items():
        if name == "feeds":
            found[name] = {feed: _device_extended(before[name][feed], flows, steps) for feed, flows in value.items()}
        elif name == "runs":
            found[name] = before[name] + [run for run in value if run[0] >= steps]
        else:
            found[name] = before[name] + value[steps:]
    return found
