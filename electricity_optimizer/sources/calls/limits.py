"""Rate limits that hold across processes and restarts: a log of requests a key in one SQLite file, several windows at once.

Dagster runs work in processes of their own, so a limiter in memory holds nothing; pyrate-limiter's SQLite bucket behind a file lock
does (measured in the shared reference on sources, 6).
"""

import os
import re
import sqlite3
import time
from functools import cache
from pathlib import Path
from typing import cast

from pyrate_limiter import Rate, RateItem, SQLiteBucket

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.errors import WarehouseError

FILE = "limits.db"
SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
PATIENCE_S = 10.0
"""A turn that is this near is waited for; a later one is an outcome, so that no run sleeps through its day."""


def acquire(source: Source, folder: Path, patience_s: float = PATIENCE_S) -> float:
    """Take a turn for one request to `source`, waiting up to `patience_s`; 0.0 when taken, else the seconds until the next turn.

    Raises WarehouseError where the log cannot be kept: then nothing is asked.
    """
    if not source.limits:
        return 0.0
    until = time.monotonic() + patience_s
    while True:
        wait = _take(source, folder)
        if not wait or time.monotonic() + wait > until:
            return wait
        time.sleep(wait)


def used(source: Source, folder: Path) -> dict[str, int]:
    """Requests of the running window by limit, for example {"25/day": 7}; does not count as one."""
    if not source.limits or not (folder / FILE).exists():
        return dict.fromkeys(source.limits, 0)
    bucket = _bucket(str(folder / FILE), source.key, source.limits, os.getpid())
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


def _take(source: Source, folder: Path) -> float:
    """0.0 when a turn was taken, else the seconds until the next one."""
    try:
        bucket = _bucket(str(folder / FILE), source.key, source.limits, os.getpid())
        item = RateItem(source.key, _milliseconds())
        if bucket.put(item):
            bucket.leak(item.timestamp)
            return 0.0
        return max(1, cast("int", bucket.waiting(item))) / 1000
    except (OSError, sqlite3.Error) as error:
        remedy = "make the folder writable and free space on it, or delete a damaged file"
        raise WarehouseError(f"rate limits cannot be kept: {error}", where=str(folder / FILE), remedy=remedy) from error


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@cache
def _bucket(path: str, key: str, limits: tuple[str, ...], _process: int) -> SQLiteBucket:
    """The log of one source; a connection must not be shared with a forked process."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    rates = sorted((rate(limit) for limit in limits), key=lambda one: one.interval)
    return SQLiteBucket.init_from_file(rates, table=f"calls_{key.replace('-', '_')}", db_path=path, use_file_lock=True)
