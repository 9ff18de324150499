"""A process that takes turns within limits and says when it got each, or how long it would have to wait (test_limits.py)."""

import sys
import time
from pathlib import Path

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.sources.calls.limits import acquire


def main(folder: Path, patience_s: float, asked: list[str]) -> None:
    """Each of `asked` is a limit and how often a turn is taken within it: 25/day=9."""
    for limit, _, count in (one.partition("=") for one in asked):
        told = {"key": limit.replace("/", "-"), "name": limit, "licence": "", "redistributable": False, "production": True}
        entry = Source(**told, kinds=("prices",), limits=(limit,))
        for _ in range(int(count)):
            wait = acquire(entry, folder, patience_s)
            sys.stdout.write(f"{limit} {'wait' if wait else 'took'} {wait or time.time():.3f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
