"""What a thread keeps between problems: the structures it has met and a solver. A HiGHS serves one caller at a time."""

import threading

from electricity_optimizer.optimization.program.structure import Structures
from electricity_optimizer.optimization.solving.highs import Solver


class Engine:
    """Structures and a solver. It remembers no numbers that could change a later plan."""

    def __init__(self) -> None:
        self.structures, self.solver = Structures(), Solver()


_THREAD = threading.local()


def engine() -> Engine:
    """This thread's engine."""
    if not hasattr(_THREAD, "engine"):
        _THREAD.engine = Engine()
    kept: Engine = _THREAD.engine
    return kept
