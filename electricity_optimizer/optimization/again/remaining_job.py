"""What is left of a job that can be moved, some steps later."""

from typing import Any

from electricity_optimizer.optimization.device_fields import Load


def job_left(load: Load, runs: list[list[int]], at: int, n: int, committed: int, done: int | None) -> Load | None:
    """The job from step `at` on, or None where nothing is left to do.

    `runs` is its plan; `done` the steps it has been on by a measurement, None for those of the plan. A job that is late (its start was
    missed) keeps its window as far as it holds the job, else it may run as soon as it can.
    """
    planned = sum(max(0, min(stop, at) - begin) for begin, stop in runs)
    begun = planned if done is None else done
    if begun >= load.length:
        return None
    if begun and not load.interruptible:
        return _running_block(load, begun, n - at)
    left = load.length - begun
    update = _window(load, at, n, left)
    if load.interruptible:
        last = next((run for run in runs if run[0] < at <= run[1]), None)
        on = 0 if last is None or not begun else min(begun, at - last[0]) + (load.ran_steps if last[0] == 0 else 0)
        going_on = load.ran_steps if at == 0 else on
        update |= {"steps": left, "ran_steps": going_on, "min_run_steps": min(load.min_run_steps, left + going_on)}
        if begun:
            update["optional_value"] = None
    elif runs and at <= runs[0][0] < at + committed and done is None:
        begin, stop = runs[0][0] - at, runs[0][1] - at
        update |= {"earliest": begin, "latest_end": stop, "forbidden": [], "optional_value": None}
    elif load.optional_value is not None and not _fits(update, n - at, left):
        return None
    return load.model_copy(update=update)


def _running_block(load: Load, begun: int, most: int) -> Load:
    """The rest of a block that is running: fixed, and its start is paid."""
    rest = load.shape[begun : begun + most]
    fixed: dict[str, Any] = {"earliest": 0, "latest_end": len(rest), "forbidden": [], "after": None, "optional_value": None}
    own: dict[str, Any] = {"profile_kw": rest, "steps": None, "power_kw": None} if load.profile_kw else {"steps": len(rest)}
    return load.model_copy(update=fixed | own | {"startup_cost": 0.0, "min_run_steps": 1})


def _window(load: Load, at: int, n: int, left: int) -> dict[str, Any]:
    """The window of what is left, wide enough for it where the horizon is."""
    earliest = min(max(0, load.earliest - at), n - at - 1)
    update: dict[str, Any] = {"earliest": earliest, "forbidden": [step - at for step in load.forbidden if step >= at]}
    if load.latest_end is not None:
        end = load.latest_end - at
        missed = end < earliest + left and load.latest_end >= load.earliest + load.length and load.optional_value is None
        update["latest_end"] = min(n - at, earliest + left) if missed else end
    return update


def _fits(window: dict[str, Any], steps: int, left: int) -> bool:
    """Whether what is left of an optional job has room in its window."""
    end = window.get("latest_end", steps)
    return bool(end - window["earliest"] >= left and end <= steps)
