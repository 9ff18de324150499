"""Our typed failures mapped to Dagster's retry mechanisms, in one place.

Dagster has three: the op's retries, run retries and automation conditions. A permanent failure must stop all of them, or a
wrong file is read again until somebody looks (a peer counted 368,000 failed runs in 14 days from one unbounded condition).
"""

import dagster as dg

from electricity_optimizer.errors import ElectricityOptimizerError, WarehouseError

TRANSIENT: tuple[type[ElectricityOptimizerError], ...] = (WarehouseError,)
"""Failures that time may heal: a locked or unreachable warehouse."""

MAX_RETRIES = 2
SECONDS_TO_WAIT = 5


def retry_later() -> dg.RetryRequested:
    """Ask for the step to be tried again, twice at most. No asset has a retry policy: a defect or a wrong file is not tried again."""
    return dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=SECONDS_TO_WAIT)
