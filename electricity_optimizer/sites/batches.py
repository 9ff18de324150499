"""Batches of a factory as loads of a problem file: stages in order, attended ones within the shifts, one at a time on each machine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from electricity_optimizer.catalog.production import Batch, Stage
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.clock import STEP_MINUTES, closing_step, day_steps, opening_step, weekday
from electricity_optimizer.sites.horizon import DayPart

Part = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A load of a problem and the machine it occupies. `device` and `stage` are names of the catalogue."""

    load: Part
    machine: str | None
    device: str
    stage: str | None = None


def batches(site: Site, parts: Sequence[DayPart], *, carry_over: bool = False) -> list[Job]:
    """The stages of all batches that begin on the days of `parts`.

    With `carry_over` a batch may be ready on a later day of the horizon, as its `ready_after_days` allows; else it keeps to its day.
    Batches whose time is cut off by the end of the horizon are left to the plan that sees it, but for those of the first day.
    """
    staffed = staffed_steps(site, parts)
    found: list[Job] = []
    for index, part in enumerate(parts):
        for batch in (batch for batch in site.devices_of(Batch) if weekday(part.day) in batch.days):
            last = min(index + (batch.ready_after_days if carry_over else 0), len(parts) - 1)
            window = _window(batch, part, parts[last], site.tz)
            if index == 0 or window[1] <= part.end:
                found += _of_day(batch, part, window, staffed)
    return found


def exclusive(jobs: Iterable[Job]) -> list[Part]:
    """`exclusive` of a problem: the loads of each machine that has more than one."""
    by_machine: dict[str, list[str]] = {}
    for job in jobs:
        if job.machine is not None:
            by_machine.setdefault(job.machine, []).append(job.load["name"])
    return [{"name": machine, "devices": names} for machine, names in by_machine.items() if len(names) > 1]


def staffed_steps(site: Site, parts: Sequence[DayPart]) -> set[int]:
    """Steps of the horizon that lie wholly within a shift; all of them where the site names none."""
    if not site.shifts:
        return set(range(parts[-1].end))
    return {step for part in parts for step in _staffed(site, part)}


def _staffed(site: Site, part: DayPart) -> Iterator[int]:
    for shift in site.shifts:
        if weekday(part.day) in shift.days:
            opens, closes = opening_step(part.day, shift.opens, site.tz), closing_step(part.day, shift.closes, site.tz)
            yield from range(part.begin + opens, part.begin + closes)


def _window(batch: Batch, first: DayPart, last: DayPart, tz: str) -> tuple[int, int]:
    """First step of a batch and the end of its last one, at most the end of its last day."""
    opens = first.begin + opening_step(first.day, batch.opens, tz)
    closes = last.begin + closing_step(last.day, batch.closes, tz)
    return opens, min(closes, last.begin + len(day_steps(last.day, tz)))


def _of_day(batch: Batch, part: DayPart, window: tuple[int, int], staffed: set[int]) -> Iterator[Job]:
    """The batches of one day, the first stages of which follow each other: they are alike, and another order says nothing new."""
    before: str | None = None
    for count in range(1, batch.batches + 1):
        label = batch.name if batch.batches == 1 else f"{batch.name} {count}"
        dated = f"{label} {part.day.isoformat()}" if part.begin else label
        names = [f"{dated} {stage.name}" for stage in batch.stages]
        alone = batch.stages[0].machine is not None
        queue = batch.stages[0].run_minutes // STEP_MINUTES if alone else 0
        for place, (stage, name, after) in enumerate(zip(batch.stages, names, [before if alone else None, *names], strict=False)):
            inner = _inner(batch, place, window, (count - 1) * queue, (batch.batches - count) * queue)
            yield Job(_load(stage, name, after, inner, staffed), stage.machine, batch.name, stage.name)
        before = names[0]


def _inner(batch: Batch, place: int, window: tuple[int, int], queued: int, follow: int) -> tuple[int, int]:
    """The part of the window that a stage can use: after the stages and the `queued` batches before it, before those that `follow`.

    Where that leaves no room the whole window stands, and the plan says what cannot hold together.
    """
    steps = [stage.run_minutes // STEP_MINUTES for stage in batch.stages]
    begin, end = window[0] + queued + sum(steps[:place]), window[1] - sum(steps[place + 1 :]) - (follow if place == 0 else 0)
    return (begin, end) if end - begin >= steps[place] else window


def _load(stage: Stage, name: str, after: str | None, window: tuple[int, int], staffed: set[int]) -> Part:
    shape: Part = {"profile_kw": list(stage.profile_kw)} if stage.profile_kw is not None else {"power_kw": stage.power_kw}
    begin, end = window
    return {
        "type": "load",
        "name": name,
        **shape,
        "steps": stage.run_minutes // STEP_MINUTES,
        "earliest": begin,
        "latest_end": end,
        "forbidden": [step for step in range(begin, end) if step not in staffed] if stage.attended else [],
        "after": after,
    }
