"""A process that runs the whole graph on a file of twelve days, at a fixed time: what a test kills in the middle."""

import sys
from pathlib import Path

from electricity_optimizer.defs.demo import Extent
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.small_homes import desk_of, run_small

EXTENT = Extent(history=12, forecast=3, plan=1)


def graph_of(home: Path, prices: Path) -> Desk:
    """Run it in this process; the naive is the only model that twelve days suffice for."""
    desk = desk_of(home, prices)
    run_small(desk, extent=EXTENT)
    return desk


if __name__ == "__main__":
    graph_of(Path(sys.argv[1]), Path(sys.argv[2]))
