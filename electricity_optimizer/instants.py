"""Instants as text and as aware datetimes. Apart from `timeline` because the optimizer starts in half the time without polars."""

import datetime as dt

from electricity_optimizer.errors import InputError

UTC = dt.UTC


def aware(instant: dt.datetime, where: str = "time") -> dt.datetime:
    """`instant` in UTC. Raises InputError for a naive one: on DST days its meaning would be a guess."""
    if instant.tzinfo is None:
        raise InputError(f"time {instant.isoformat()} has no offset", where=where, remedy="write it with Z or +02:00")
    return instant.astimezone(UTC)


def parse_instant(text: str, where: str = "time") -> dt.datetime:
    """UTC instant from RFC 3339 text. Raises InputError for text that is no time or has no offset."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"'{text}' is not a time", where=where, remedy="write it like 2026-05-04T00:00:00Z") from None
    return aware(instant, where)
