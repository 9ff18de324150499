"""`check-config`: every setting, its value with secrets masked and its origin, and whether the catalogue fits together."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from electricity_optimizer.catalog.site_files import chosen_sites
from electricity_optimizer.catalog.sources import source, sources
from electricity_optimizer.catalog.subscriptions import subscriptions
from electricity_optimizer.catalog.tariffs import tariff_entries
from electricity_optimizer.catalog.toml import look_up
from electricity_optimizer.catalog.zones import chosen_zones, zone, zones
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings, load_settings, origins


def check_config_command(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Print every setting and where it comes from, and check the settings and the catalogue.

    Example: electricity-optimizer check-config
    """
    settings = load_settings()
    rows = origins(settings)
    entries = _checked(settings)
    if as_json:
        found = {"settings": [dict(zip(("name", "value", "origin"), row, strict=True)) for row in rows], "catalogue": entries}
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    table = Table("setting", "value", "origin")
    for row in rows:
        table.add_row(*row)
    print_table(table)
    typer.echo("catalogue: " + ", ".join(f"{count} {kind}" for kind, count in entries.items()))


def _checked(settings: Settings) -> dict[str, int]:
    """Entries of the catalogue by kind. Raises SettingsError or CatalogError naming what is wrong."""
    _no_strangers({variable for variable, _, _ in origins(settings)})
    _ = settings.warehouse_url  # refuses a URL that is none
    chosen_zones(settings.zones)
    zone(settings.file_zone)
    for variable, files in (
        ("EO_PRICE_FILES", settings.price_files),
        ("EO_INPUT_FILES", settings.input_files),
        ("EO_SITE_FILES", settings.site_files),
    ):
        _exist(variable, files)
    for key in settings.enable:
        look_up(sources(), key, "EO_ENABLE: source")
    for variable, entries in (("EO_KEYS", settings.keys), ("EO_SOURCE_URLS", settings.source_urls)):
        _of_sources(variable, entries)
    for key in {key for found in zones().values() for key in found.price_sources}:
        source(key)
    counts = {"zones": len(zones()), "sources": len(sources()), "subscriptions": len(subscriptions())}
    return counts | {"tariffs": len(tariff_entries()), "sites": len(chosen_sites(settings.site_files))}


def _of_sources(variable: str, entries: Mapping[str, object]) -> None:
    known = {key.replace("-", "_"): key for key in sources()}
    for name in entries:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            where = f"{variable}__{name.upper()}"
            raise SettingsError("names no source", where=where, remedy=f"did you mean {near[0].upper()}?" if near else "unset it")


def _no_strangers(known: set[str]) -> None:
    """A misspelt variable would be ignored, and its default taken, without a word."""
    for variable in sorted(os.environ):
        if variable.startswith("EO_") and variable.partition("__")[0] not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            raise SettingsError("is no setting", where=variable, remedy=f"did you mean {near[0]}?" if near else "unset it")


def _exist(variable: str, files: tuple[Path, ...]) -> None:
    for file in files:
        if not file.is_file():
            raise SettingsError(f"file '{file}' does not exist", where=variable, remedy="correct the path")
