"""Reading a TOML file of the catalogue into typed entries, with errors that name file, entry and field."""

import tomllib
from importlib.resources import files
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from electricity_optimizer.errors import CatalogError

Entry = TypeVar("Entry", bound=BaseModel)


def read_entries(text: str, model: type[Entry], where: str) -> dict[str, Entry]:
    """Entries of a TOML text by key, each validated as `model` with its key in the field `key`.

    Raises CatalogError naming file, entry and field for text that is no TOML or an entry that does not fit.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(str(error), where=where, remedy="repair the TOML") from None
    return {key: _entry(key, table, model, where) for key, table in tables.items()}


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
