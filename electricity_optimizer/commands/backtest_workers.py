"""The pieces of a backtest side by side, in processes of one thread each, so that any number of them gives the same numbers."""

import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, wait

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from electricity_optimizer.commands.backtest_journal import Journal
from electricity_optimizer.forecasting import backtest
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.processes import worker_pool


def walk_pieces(
    table: DayTable, request: backtest.Request, pieces: Sequence[backtest.Piece], total: int, jobs: int, journal: Journal | None
) -> list[backtest.PieceResult]:
    """Walk `pieces` with `jobs` processes, keep each in the journal; `total` counts those that were done before, too."""
    columns = (TextColumn("walking pieces"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results: list[backtest.PieceResult] = []
    with (
        Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress,
        worker_pool(jobs) as pool,
    ):
        bar = progress.add_task("walking", total=total, completed=total - len(pieces))
        pending = {pool.submit(backtest.run_piece, table, piece, request.recalibrate, request.seed) for piece in pieces}
        while pending:
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for walk in finished:
                results.append(walk.result())
                if journal:
                    journal.keep(results[-1])
                progress.advance(bar)
    return results
