"""Market time units of a zone between two instants, as upstreams write them."""

import datetime as dt
from collections.abc import Callable, Iterator

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import delivery_day

Price = Callable[[dt.datetime], float | None]


def units(place: Zone, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, int]]:
    """Start and minutes of each market time unit of `place` that begins in `[start, end)`; `start` begins one."""
    while start < end:
        minutes = place.resolution_on(delivery_day(start, place.tz))
        yield start, minutes
        start += dt.timedelta(minutes=minutes)
