"""JSON answers read strictly: what is not as documented is said and never guessed."""

from typing import Any

import orjson

from electricity_optimizer.sources.outcome import SchemaChangedError


def document(body: bytes, where: str) -> dict[str, Any]:
    """The object that `body` is. Raises SchemaChangedError for anything else, NaN and Infinity among it (they are no JSON)."""
    try:
        parsed = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=where) from None
    if not isinstance(parsed, dict):
        raise SchemaChangedError("body is not an object", where=where)
    return parsed


def rows(value: object, what: str, where: str) -> list[Any]:
    """`value` where it is a list. Raises SchemaChangedError otherwise."""
    if not isinstance(value, list):
        raise SchemaChangedError(f"{what} is not a list", where=where)
    return value


def fields(value: object, what: str, where: str) -> dict[str, Any]:
    """`value` where it is an object. Raises SchemaChangedError otherwise."""
    if not isinstance(value, dict):
        raise SchemaChangedError(f"{what} is not an object", where=where)
    return value


def is_number(value: object) -> bool:
    """Whether `value` is a JSON number: text that looks like one is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: object, what: str, where: str) -> int:
    """`value` where it is a whole number. Raises SchemaChangedError otherwise."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise SchemaChangedError(f"{what} '{value}' is not a whole number", where=where)
    return value
