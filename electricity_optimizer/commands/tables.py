"""Tables on standard output: as wide as the terminal, and wide enough for whole words where there is none (a pipe, a file)."""

import sys

from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 160


def print_table(table: Table) -> None:
    """Print `table` to standard output."""
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    console.print(table)
