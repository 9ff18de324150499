"""The circuit breaker of a source, as rules over its state in the warehouse, so that it holds across processes and restarts.

Closed: asked as always. Open: not asked before `retry_at`. Half-open: after `retry_at` one process asks once; the answer closes it or
opens it for twice as long. An answer that says "no data" comes from a healthy upstream and closes it.
"""

import datetime as dt
from dataclasses import replace

from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.warehouse import SourceState

TOLERATED = 4
"""Failures in a row that open nothing yet: each has three tries behind it."""
FIRST_PAUSE = dt.timedelta(minutes=5)
LONGEST_PAUSE = dt.timedelta(hours=6)
AT_ONCE = {Outcome.AUTH: dt.timedelta(hours=1), Outcome.BLOCKED: dt.timedelta(minutes=30), Outcome.RATE_LIMITED: FIRST_PAUSE}
"""A wrong key and a bot wall do not heal by asking again, and asking again may cost the key."""
HEALTHY = {Outcome.OK, Outcome.NO_DATA, Outcome.NOT_YET}
PROBE = dt.timedelta(minutes=3)
"""How long the one who tries a half-open source keeps the others waiting: longer than a request with all its tries may take."""
NOTED_EVERY = dt.timedelta(minutes=5)
"""A healthy source that stays so is written down this often, not at every call."""


def is_open(state: SourceState, now: dt.datetime) -> bool:
    """Whether the source must not be asked now."""
    return state.retry_at is not None and now < state.retry_at


def position(state: SourceState, now: dt.datetime) -> str:
    """closed, open or half-open."""
    if state.retry_at is None:
        return "closed"
    return "open" if is_open(state, now) else "half-open"


def why_open(state: SourceState) -> str:
    """One line for people."""
    return f"circuit breaker open until {state.retry_at:%Y-%m-%d %H:%M} UTC after {state.failures} failures: {state.reason}"


def after(state: SourceState, fetched: Fetched, now: dt.datetime, *, probing: bool = False) -> SourceState:
    """State after a call that ended as `fetched`; `probing` is the one that tried the half-open source."""
    if fetched.outcome in HEALTHY:
        return replace(state, failures=0, retry_at=None, outcome=str(fetched.outcome), reason=fetched.reason, last_ok_at=now)
    if is_open(state, now) and not probing:  # asked before it opened: no news, and no longer pause
        return replace(state, last_failure_at=now)
    failures = state.failures + 1
    pause = _pause(failures, fetched)
    return replace(
        state,
        failures=failures,
        retry_at=None if pause is None else now + pause,
        outcome=str(fetched.outcome),
        reason=fetched.reason,
        last_failure_at=now,
    )


def worth_noting(before: SourceState, now_is: SourceState) -> bool:
    """Whether the change must be written down now."""
    if (before.failures, before.retry_at, before.outcome) != (now_is.failures, now_is.retry_at, now_is.outcome):
        return True
    if before.last_ok_at is None or now_is.last_ok_at is None:
        return before.last_ok_at is not now_is.last_ok_at
    return now_is.last_ok_at - before.last_ok_at >= NOTED_EVERY


def _pause(failures: int, fetched: Fetched) -> dt.timedelta | None:
    """How long the source is left alone: as long as it says at least, and longer with each failure; None when nothing opens yet."""
    said = None if fetched.retry_after is None else dt.timedelta(seconds=fetched.retry_after)
    first = AT_ONCE.get(fetched.outcome)
    beyond = failures - 1 if first else failures - TOLERATED - 1
    own = None if beyond < 0 else min(_doubled(first or FIRST_PAUSE, beyond), LONGEST_PAUSE)
    return max((pause for pause in (said, own) if pause), default=None)


def _doubled(pause: dt.timedelta, times: int) -> dt.timedelta:
    return pause * float(2 ** min(times, 10))
