"""`import`: puts files of prices into the record of the warehouse and says what was new, revised or known."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import orjson
import polars as pl
import typer

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings, load_settings
from electricity_optimizer.sources import files as price_files
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import KeptPayload, Warehouse, open_warehouse

FilesArgument = Annotated[list[Path], typer.Argument(help="CSV, Parquet or InfluxDB line protocol (.lp) with a time and a price column")]
ZoneOption = Annotated[str | None, typer.Option(help="bidding zone of the prices; needed where the file has no column zone")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


def import_command(files: FilesArgument, zone: ZoneOption = None, as_json: JsonOption = False) -> None:
    """Import day-ahead prices from files; a faulty file is refused whole and nothing is written.

    Example: electricity-optimizer import prices.csv --zone DE-LU
    """
    settings = load_settings()
    results = import_files(files, zone, settings=settings, warehouse=open_warehouse(settings), now=dt.datetime.now(UTC))
    if as_json:
        typer.echo(orjson.dumps({"imported": results}, option=orjson.OPT_INDENT_2))
        return
    for row in results:
        said = (
            f"{row['new']} new, {row['revised']} revised, {row['unchanged']} unchanged, {row['days']} days {row['first']} to {row['last']}"
        )
        skipped = f", {row['partial_days']} incomplete days left out" if row["partial_days"] else ""
        typer.echo(f"{row['file']} {row['zone']}: {said}{skipped}")


def import_files(
    files: list[Path], zone_key: str | None, *, settings: Settings, warehouse: Warehouse, now: dt.datetime
) -> list[dict[str, str | int]]:
    """Records the complete days of all `files`, after all of them were read. Raises InputError for a faulty one or one without prices."""
    found = [(path, place, frame) for path in files for place, frame in _prices(path, zone_key, settings)]
    days = [_complete(path, place, frame) for path, place, frame in found]
    return [_record(path, place, frame, whole, warehouse, now) for (path, place, frame), whole in zip(found, days, strict=True)]


def _prices(path: Path, zone_key: str | None, settings: Settings) -> list[tuple[Zone, pl.DataFrame]]:
    """Prices of one file by zone: of `zone_key`, else of every zone of the catalogue that the file names."""
    places = chosen_zones([zone_key] if zone_key else [])
    contents = [(place, price_files.read_file(path, place, zone_key or settings.file_zone)) for place in places]
    if "prices" not in contents[0][1].kinds:
        raise InputError("has no column 'price'", where=path.name, remedy="name the column of prices price, in currency per MWh")
    found = [(place, content.prices) for place, content in contents if content.prices is not None]
    if not found:
        said = f"holds no prices of {zone_key or 'a zone of the catalogue'}"
        raise InputError(said, where=path.name, remedy="give --zone, or a column zone with known zones")
    return found


def _complete(path: Path, place: Zone, frame: pl.DataFrame) -> list[dt.date]:
    days = sorted(complete_days(frame, "prices", place.tz))
    if not days:
        raise InputError(f"holds no complete day of {place.key}", where=path.name, remedy="give all intervals of a local day")
    return days


def _record(
    path: Path, place: Zone, frame: pl.DataFrame, days: list[dt.date], warehouse: Warehouse, now: dt.datetime
) -> dict[str, str | int]:
    sha256 = warehouse.store_payload(path.read_bytes(), KeptPayload("", price_files.NAME, path.name, now, "ok"))
    rows = frame.filter(pl.col("delivery_date").is_in(days)).with_columns(payload_sha256=pl.lit(sha256))
    recorded = warehouse.record("price_record", rows, now=now)
    return {
        "file": path.name,
        "zone": place.key,
        "days": len(days),
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "new": recorded.new,
        "revised": recorded.revised,
        "unchanged": recorded.unchanged,
        "partial_days": frame["delivery_date"].n_unique() - len(days),
    }
