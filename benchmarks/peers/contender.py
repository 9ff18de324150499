"""A contender as the benchmark sees it: a process of its own on a given core, asked by a line, answering by a line."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


def pin(process: int, core: int) -> None:
    """Keep a process (0: this one) on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {core})


def cores() -> list[int]:
    """The cores this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


class Contender:
    """`script` run by `python` with some problems; a context manager that ends it. Raises RuntimeError with its last words if it dies."""

    def __init__(self, python: Path, script: Path, problems: Sequence[Any], core: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "problems.json"
        file.write_text(json.dumps(problems), encoding="utf-8")
        self._name, self._errors = script.name, Path(self._folder.name) / "errors.txt"
        with self._errors.open("w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [python, script, file],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | ONE_THREAD,
            )
        pin(self._process.pid, core)
        self._started: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    @property
    def started(self) -> dict[str, Any]:
        """What it said when its imports were done: their seconds. Waits for it."""
        if self._started is None:
            self._started = self._line()
        return self._started

    def ask(self, call: str) -> dict[str, Any]:
        """One call and what came of it."""
        self.send(call)
        return self.receive()

    def send(self, call: str) -> None:
        """Ask without waiting."""
        assert self.started, "its first line comes before any answer"
        assert self._process.stdin is not None, "opened above"
        self._process.stdin.write(call + "\n")
        self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """The answer to the oldest call that has none yet."""
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "opened above"
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            words = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
            raise RuntimeError(f"{self._name} ended: {words[-1]}")
        found: dict[str, Any] = json.loads(line)
        return found
