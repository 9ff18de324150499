"""The pieces of a backtest side by side, in processes of one thread each, so that any number of them gives the same numbers."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from electricity_optimizer.commands.backtest_journal import Journal
from electricity_optimizer.forecasting import backtest
from electricity_optimizer.forecasting.days import DayTable

_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def walk_pieces(
    table: DayTable, request: backtest.Request, pieces: Sequence[backtest.Piece], total: int, jobs: int, journal: Journal | None
) -> list[backtest.PieceResult]:
    """Walk `pieces` with `jobs` processes, keep each in the journal; `total` counts those that were done before, too."""
    columns = (TextColumn("walking pieces"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results: list[backtest.PieceResult] = []
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress, _pool(jobs) as pool:
        bar = progress.add_task("walking", total=total, completed=total - len(pieces))
        pending = {pool.submit(backtest.run_piece, table, piece, request.recalibrate, request.seed) for piece in pieces}
        try:
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for walk in finished:
                    results.append(walk.result())
                    if journal:
                        journal.keep(results[-1])
                    progress.advance(bar)
        except KeyboardInterrupt:
            for worker in multiprocessing.active_children():
                worker.terminate()  # a piece takes seconds, and nobody who stops wants to wait for it
            raise
    return results


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    before = {name: os.environ.get(name) for name in _BLAS_THREADS}
    os.environ.update(dict.fromkeys(_BLAS_THREADS, "1"))
    try:
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_follow_parent) as pool:
            yield pool
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _follow_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and end with it even when it is killed (a worker would wait for work for ever)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
