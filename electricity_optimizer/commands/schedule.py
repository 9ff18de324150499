"""`electricity-optimizer schedule`: a problem file in, a verified plan out.

The answer goes to standard output or a file, and nothing else does. Exit status: 0 a verified plan, 2 the file is wrong, 3 no plan
satisfies the hard limits, 4 the time limit came before any plan. In a list the smallest status above 0 counts.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from electricity_optimizer.errors import InputError, PlanError
from electricity_optimizer.optimization import problem_schema, schedule
from electricity_optimizer.optimization.fleet import schedule_fleet

WRONG, IMPOSSIBLE, TOO_LATE = 2, 3, 4
STATUS_OF_REASON = {"input": WRONG, "time_limit": TOO_LATE, "plan": 1}


def schedule_command(
    problem: Annotated[
        Path | None, typer.Argument(metavar="PROBLEM.json", help="A problem, or a list of problems; - reads standard input.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="SCHEDULE.json", help="Write the answer there instead.")] = None,
    time_limit: Annotated[float | None, typer.Option("--time-limit", metavar="SECONDS", help="Longest solve of one problem.")] = None,
    gap: Annotated[float, typer.Option("--gap", metavar="REL", help="Relative gap at which the solver may stop.")] = 1e-6,
    certified: Annotated[bool, typer.Option("--certified", help="Stop at a proven 1 ct or 0.1 %, whichever is more; faster.")] = False,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, help="Processes that plan a list side by side.")] = 1,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a problem file and stop.")] = False,
) -> None:
    """Plan a site's devices at least cost, or those of a fleet.

    Example: electricity-optimizer schedule house.json --output plan.json
    """
    if schema:
        _write(problem_schema(), output)
        return
    try:
        _write(answer := _planned(_read(problem), workers, time_limit=time_limit, gap=gap, certified=certified), output)
    except InputError as error:
        _stop(error, WRONG)
    except PlanError as error:
        _stop(error, 1)
    else:
        _finish(answer)


def _planned(problem: Any, workers: int, **accuracy: Any) -> Any:
    if not isinstance(problem, list):
        return schedule(problem, **accuracy)
    with _progress(len(problem)) as tell:
        return schedule_fleet(problem, workers=workers, progress=tell, **accuracy)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, on a terminal only."""
    columns = (TextColumn("planning sites"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("planning", total=total)
        yield lambda done, _total: bar.update(task, completed=done)


def _read(path: Path | None) -> Any:
    if path is None:
        raise InputError("no problem file was given", where="PROBLEM.json", remedy="name one, or ask for --schema")
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{path} line {error.lineno} column {error.colno}"
        raise InputError(f"is not JSON: {error.msg}", where=where, remedy="correct it there") from None
    except RecursionError:
        raise InputError("is nested too deeply", where=str(path), remedy="see schedule --schema") from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(path), remedy="save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), remedy="name a readable file") from None


def _write(answer: Any, path: Path | None) -> None:
    text = json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if path is None:
        sys.stdout.write(text)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path), remedy="name a writable place") from None


def _finish(answer: Any) -> None:
    members = answer if isinstance(answer, list) else [answer]
    statuses = []
    for member in members:
        if member["status"] == "infeasible":
            statuses.append(IMPOSSIBLE)
        elif member["status"] == "error":
            statuses.append(STATUS_OF_REASON[member["reason"]])
            typer.echo(member["message"], err=True)
    if statuses:
        raise typer.Exit(min(statuses))


def _stop(error: Exception, status: int) -> None:
    typer.echo(str(error), err=True)
    raise typer.Exit(status)
