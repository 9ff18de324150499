"""Values of JSON answers read strictly: what is no number, no instant or contradicts itself is said and never guessed."""

import datetime as dt
import math
from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.reading.json_answer import is_number
from electricity_optimizer.timeline import UTC

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def objects(value: object, what: str, where: str) -> list[dict[str, Any]]:
    """`value` where it is a list of objects. Raises SchemaChangedError otherwise."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise SchemaChangedError(f"{what} is not a list of objects", where=where)
    return value


def member(row: dict[str, Any], name: str, where: str) -> Any:
    """`row[name]`, which may be null but must be there. Raises SchemaChangedError otherwise."""
    if name not in row:
        raise SchemaChangedError(f"'{name}' is missing", where=where)
    return row[name]


def number(value: object, name: str, where: str) -> float | None:
    """A finite number or null; text that looks like one, true and false are none. Raises SchemaChangedError otherwise."""
    if value is None:
        return None
    if not is_number(value) or not math.isfinite(value):  # type: ignore[arg-type]  # is_number has seen to it
        raise SchemaChangedError(f"'{name}' is not a number: {str(value)[:40]}", where=where)
    return float(value)  # type: ignore[arg-type]  # the same


def instant(value: object, name: str, where: str) -> dt.datetime:
    """UTC instant of text with an offset ("2018-01-20T12:00Z"); local text without one would be a guess and raises SchemaChangedError."""
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SchemaChangedError(f"'{name}' is not an instant with an offset: {str(value)[:40]}", where=where)
    return found.astimezone(UTC)


def unique(pairs: Iterable[tuple[Key, Value]], where: str) -> dict[Key, Value]:
    """Values by key: the same twice is taken once, two different ones are a contradiction and raise SchemaChangedError."""
    found: dict[Key, Value] = {}
    for key, value in pairs:
        if found.setdefault(key, value) != value:
            said = key.isoformat() if isinstance(key, dt.datetime) else key
            raise SchemaChangedError(f"two different values for {said}", where=where)
    return found
