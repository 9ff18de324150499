"""Rate limits that hold across processes and restarts: a log of requests a key in one SQLite file, several windows at once.

Dagster runs work in processes of their own, so a limiter in memory holds nothing; pyrate-limiter's SQLite bucket behind a file lock
does (measured in the shared reference on sources, 6).
"""

import re
import time
from functools import cache
from pathlib import Path
from typing import cast

from pyrate_limiter import Rate, RateItem, SQLiteBucket

from electricity_optimizer.catalog.sources import Source

FILE = "limits.db"
SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
PATIENCE_S = 10.0
"""A turn that is this near is waited for; a later one is an outcome, so that no run sleeps through its day."""


def acquire(source: Source, folder: Path) -> float:
    """Take a turn for one request to `source`, waiting up to `PATIENCE_S`; 0.0 when taken, else the seconds until the next turn."""
    if not source.limits:
        return 0.0
    bucket = _bucket(str(folder / FILE), source.key, source.limits)
    while True:
        now = _milliseconds()
        item = RateItem(source.key, now)
        if bucket.put(item):
            bucket.leak(now)
            return 0.0
        wait = max(0, cast("int", bucket.waiting(item))) / 1000
        if wait > PATIENCE_S:
            return wait
        time.sleep(wait + 0.01)


def used(source: Source, folder: Path) -> dict[str, int]:
    """Requests of the running window by limit, for example {"25/day": 7}; does not count as one."""
    if not source.limits or not (folder / FILE).exists():
        return dict.fromkeys(source.limits, 0)
    bucket = _bucket(str(folder / FILE), source.key, source.limits)
    now = _milliseconds()
    counts = {}
    for limit in source.limits:
        since = now - rate(limit).interval
        index = 0
        while (item := bucket.peek(index)) is not None and item.timestamp > since:
            index += 1
        counts[limit] = index
    return counts


def rate(limit: str) -> Rate:
    """Rate of a limit as the catalogue writes it.

    >>> rate("25/day").limit, rate("1/5s").interval
    (25, 5000)
    """
    found = re.fullmatch(r"(\d+)/(\d*)(\w+?)", limit)
    if found is None:  # the catalogue has checked it
        raise ValueError(limit)
    count, width, unit = found.groups()
    return Rate(int(count), int(width or 1) * SECONDS[unit] * 1000)


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@cache
def _bucket(path: str, key: str, limits: tuple[str, ...]) -> SQLiteBucket:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    rates = sorted((rate(limit) for limit in limits), key=lambda one: one.interval)
    return SQLiteBucket.init_from_file(rates, table=f"calls_{key.replace('-', '_')}", db_path=path, use_file_lock=True)
