"""Reading a TOML file of the catalogue into typed entries, with errors that name file, entry and field."""

import difflib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from electricity_optimizer.errors import CatalogError

Entry = TypeVar("Entry", bound=BaseModel)


def read_entries(text: str, model: type[Entry], where: str) -> dict[str, Entry]:
    """Entries of a TOML text by key, each validated as `model` with its key in the field `key`.

    Where `where` names a .json file the text is JSON of the same shape: what a program writes for thousands of entries, read in half
    the time. Raises CatalogError naming file, entry and field for another text or an entry that does not fit.
    """
    kind, parse = ("JSON", orjson.loads) if where.endswith(".json") else ("TOML", tomllib.loads)
    try:
        tables = parse(text)
    except ValueError as error:
        raise CatalogError(str(error), where=where, remedy=f"repair the {kind}") from None
    if not isinstance(tables, dict):
        raise CatalogError("must be an object of entries by key", where=where, remedy='write {"key": {...}}')
    return {key: _entry(key, table, model, where) for key, table in tables.items()}


def look_up(entries: Mapping[str, Entry], key: str, what: str) -> Entry:
    """The entry called `key`. Raises CatalogError that lists the near ones (regardless of case) when it is not known."""
    if key in entries:
        return entries[key]
    by_lower = {known.lower(): known for known in entries}
    near = difflib.get_close_matches(key.lower(), by_lower, n=3, cutoff=0.3)
    names = [by_lower[name] for name in near] or list(entries)
    raise CatalogError(f"{what} '{key}' is not known", where=what, remedy=f"near: {', '.join(names)}")


def packaged(name: str) -> str:
    """Text of a catalogue file that ships with the package."""
    return files("electricity_optimizer.catalog").joinpath(name).read_text(encoding="utf-8")


def _entry(key: str, table: object, model: type[Entry], where: str) -> Entry:
    if not isinstance(table, dict):
        raise CatalogError("must be a table", where=f"{where} [{key}]", remedy=f"write [{key}] and its fields below")
    try:
        return model.model_validate({"key": key, **table})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CatalogError(first["msg"], where=f"{where} [{key}] {field}", remedy="correct this field") from None
