"""A contender's side of the benchmark: it holds one problem and computes its schedule each time a line on standard input asks.

One process a contender, asked in turns, so that a machine that slows down slows all of them. Only the call itself is timed, by the wall
and in CPU seconds; imports are told apart in the first line. This file has no imports beyond the standard library: it stands in three
environments.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Call = Callable[[], Callable[[], dict[str, Any]]]
"""Does the work that is timed, and returns what tells of it (not timed), with `answer`, a list in the contract's words."""


def began() -> tuple[float, float]:
    """Wall and CPU clocks."""
    return time.perf_counter(), time.process_time()


def read_problems() -> list[dict[str, Any]]:
    """The problems in the file that the first argument names."""
    found: list[dict[str, Any]] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return found


def serve(calls: Mapping[str, Call], started: tuple[float, float]) -> None:
    """Answer each line `name` with a line of JSON: seconds, CPU seconds, peak memory so far and the answer of `calls[name]`."""
    wire = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not an answer
    _say(wire, {"import_seconds": time.perf_counter() - started[0], "import_cpu_seconds": time.process_time() - started[1]})
    for line in sys.stdin:
        wall, cpu = began()
        ended = calls[line.strip()]()
        seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
        found = ended()
        _say(wire, {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": _peak_mb()} | found)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _say(wire: Any, what: dict[str, Any]) -> None:
    wire.write(json.dumps(what, default=_plain) + "\n")
    wire.flush()


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
