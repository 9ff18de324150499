"""Our typed failures mapped to Dagster's retry mechanisms, in one place.

Dagster has three: the op's RetryPolicy, run retries and automation conditions. A permanent failure must stop all of them, or a
wrong file is read again until somebody looks (a peer counted 368,000 failed runs in 14 days from one unbounded condition).
"""

import dagster as dg

from electricity_optimizer.errors import ElectricityOptimizerError, WarehouseError

TRANSIENT: tuple[type[ElectricityOptimizerError], ...] = (WarehouseError,)
"""Failures that time may heal: a locked or unreachable warehouse."""

RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def failure(error: ElectricityOptimizerError) -> dg.Failure:
    """Dagster's failure for `error`, with its one line; only transient ones may be tried again."""
    return dg.Failure(str(error), allow_retries=isinstance(error, TRANSIENT))
