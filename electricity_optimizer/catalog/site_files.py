"""The sites of an installation: a person's own files of sites, thousands if need be, else the packaged ones of the demo."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from electricity_optimizer.catalog.sites import Site, load_sites, sites
from electricity_optimizer.errors import CatalogError


def chosen_sites(files: Sequence[Path] = ()) -> dict[str, Site]:
    """Sites of these files by key, in the order of the files; without files those of the packaged catalogue.

    A file is TOML, or JSON of the same shape. It is read once a process, until it changes: half a second of CPU for a thousand sites of
    three devices each in TOML, half of that in JSON.
    Raises CatalogError naming file, entry and field, or a site that stands in two files.
    """
    if not files:
        return sites()
    found: dict[str, Site] = {}
    for file in files:
        more = _sites_in(file, *_state(file))
        for key in found.keys() & more.keys():
            raise CatalogError("stands in another file, too", where=f"{file} [{key}]", remedy="give each site a key of its own")
        found |= more
    return found


@cache
def _sites_in(file: Path, _changed_ns: int, _size: int) -> dict[str, Site]:
    try:
        return load_sites(file.read_text(encoding="utf-8-sig"), str(file))
    except UnicodeDecodeError:
        raise CatalogError("is not UTF-8 text", where=str(file), remedy="save it as UTF-8") from None
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", where=str(file), remedy="name a readable file") from None


def _state(file: Path) -> tuple[int, int]:
    try:
        seen = file.stat()
    except OSError as error:
        raise CatalogError(f"cannot be read: {error.strerror}", where=str(file), remedy="name a readable file") from None
    return seen.st_mtime_ns, seen.st_size
