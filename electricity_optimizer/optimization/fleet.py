"""Schedules of a fleet: thousands of sites in shards over processes, one site's failure never another's.

The answers do not depend on how many processes there are: a shard is a stretch of the list, and each site is solved by itself.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization.plan import OPTIMAL_GAP
from electricity_optimizer.optimization.scheduling import Answer, schedule
from electricity_optimizer.processes import worker_pool

SHARDS_A_WORKER = 8
"""So many shards for each process even out slow and fast sites; fewer, larger ones cost less to hand over."""

LEAST_SHARD, MOST_SHARD = 4, 64

Progress = Callable[[int, int], object]
"""Called with the sites done and the sites there are."""

_log = logging.getLogger(__name__)


def schedule_fleet(
    problems: Sequence[Any],
    *,
    workers: int = 1,
    certified: bool = True,
    gap: float = OPTIMAL_GAP,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> list[Answer]:
    """The answers of `schedule` to many problems, in their order, computed by `workers` processes (1: this one).

    `certified` stops each site at a proven gap of 1 ct or 0.1 %, else at the relative `gap`; `time_limit` is seconds a site. A site that
    fails, for whatever reason, has an answer with status `error` and a `message`; the others are not touched. Apart from `solve_seconds`
    the answers are the same bytes whatever the number of workers. Raises InputError for a wrong argument only.
    """
    if workers < 1:
        raise InputError(f"{workers} is no number of processes", where="workers", remedy="give 1 or more")
    schedule([], time_limit=time_limit, gap=gap)  # refuses wrong limits once, not once a site
    tell = progress or (lambda _done, _total: None)
    options = {"time_limit": time_limit, "gap": gap, "certified": certified}
    shards = _shards(problems, workers)
    if workers == 1 or len(shards) < 2:
        return _one_by_one(problems, options, tell)
    found = _side_by_side(shards, workers, options, lambda done: tell(done, len(problems)))
    return [answer for first in sorted(found) for answer in found[first]]


def _shards(problems: Sequence[Any], workers: int) -> dict[int, Sequence[Any]]:
    """Stretches of the list by the place of their first problem."""
    size = max(LEAST_SHARD, min(MOST_SHARD, -(-len(problems) // (workers * SHARDS_A_WORKER))))
    return {first: problems[first : first + size] for first in range(0, len(problems), size)}


def _one_by_one(problems: Sequence[Any], options: Mapping[str, Any], tell: Progress) -> list[Answer]:
    answers = []
    for place, problem in enumerate(problems):
        answers.append(_answer(place, problem, options))
        tell(place + 1, len(problems))
    return answers


def _side_by_side(
    shards: Mapping[int, Sequence[Any]], workers: int, options: Mapping[str, Any], tell: Callable[[int], object]
) -> dict[int, list[Answer]]:
    """Answers of each shard by the place of its first problem; shards that a dead worker left behind are looked into one by one."""
    found: dict[int, list[Answer]] = {}
    with worker_pool(min(workers, len(shards)), warm=_warm) as pool:
        pending: dict[Future[list[Answer]], int] = {pool.submit(_shard, first, shard, options): first for first, shard in shards.items()}
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                first = pending.pop(future)
                if not isinstance(future.exception(), BrokenProcessPool):
                    found[first] = future.result()
                    tell(sum(map(len, found.values())))
    for first in shards.keys() - found.keys():
        found[first] = _with_care(first, shards[first], options)
        tell(sum(map(len, found.values())))
    return found


def _with_care(first: int, shard: Sequence[Any], options: Mapping[str, Any]) -> list[Answer]:
    """Answers of a shard that may kill its process: halved until the site that does it is alone."""
    try:
        with worker_pool(1) as pool:
            return pool.submit(_shard, first, shard, options).result()
    except BrokenProcessPool:
        if len(shard) == 1:
            return [_failed(first, shard[0], "its process died (out of memory, or a fault in the solver)")]
        half = len(shard) // 2
        return _with_care(first, shard[:half], options) + _with_care(first + half, shard[half:], options)


def _shard(first: int, shard: Sequence[Any], options: Mapping[str, Any]) -> list[Answer]:
    return [_answer(first + place, problem, options) for place, problem in enumerate(shard)]


def _answer(place: int, problem: Any, options: Mapping[str, Any]) -> Answer:
    try:
        answer = schedule([problem], **options)[0]
    except Exception as error:  # noqa: BLE001 - a fault of ours that one site shows must not cost the plans of thousands: it is named
        _log.exception("site %d of the fleet", place)
        return _failed(place, problem, f"{type(error).__name__}: {error}")
    if answer["status"] == "error" and answer["reason"] == "input":  # names its place in the list that it was given in: here of one
        answer["message"] = answer["message"].replace("[0]", f"[{place}]", 1)
    return answer


def _failed(place: int, problem: Any, what: str) -> Answer:
    name = problem.get("name") if isinstance(problem, Mapping) else getattr(problem, "name", None)
    return {"name": name, "status": "error", "reason": "plan", "message": f"[{place}]: {what}"}


def _warm() -> None:
    """Imports the solver before the first site is timed."""
    schedule({"start": "2026-01-01T00:00:00Z", "step_minutes": 60, "currency": "EUR", "import_price": [0.1]})
