"""Files given by a person as a source: prices, inputs that are known ahead (day-ahead forecasts of load, wind, sun), and fuel prices.

Where they come from: the settings `EO_PRICE_FILES` and `EO_INPUT_FILES`, and the drop folder `inbox` of the home folder (a file with a
price column gives prices, one with load, wind or sun gives inputs; some give both). A file may hold many zones in a column `zone`.
A file is read once per process and content; a window is then cut out of it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import PUBLISHED_AFTER, Answer, Ask, Payload
from electricity_optimizer.sources.given import line_protocol
from electricity_optimizer.sources.given.file_fuels import fuel_frame, has_fuels
from electricity_optimizer.sources.given.file_inputs import has_inputs, input_frame
from electricity_optimizer.sources.given.file_table import find, numbers, read_table, refuse_duplicates, with_end, with_start
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.sources.records import FuelRecord, GridForecastRecord, PriceRecord, completed

NAME = "files"
PARSER_VERSION = 1
PRICE_NAMES = ("price", "price_eur_mwh", "price_eur_per_mwh", "day_ahead_price")
FUELS = "fuels"
ZONE_NAMES = ("zone", "area", "bidding_zone")
SUFFIXES = frozenset({".csv", ".parquet", ".pq"}) | line_protocol.SUFFIXES


@dataclass(frozen=True, slots=True)
class FileContent:
    """What one file says about one zone; a frame is None when the file has no such column or is about other zones."""

    name: str
    kinds: frozenset[str]
    body: bytes
    prices: pl.DataFrame | None
    inputs: pl.DataFrame | None
    fuels: pl.DataFrame | None = None

    def frame(self, kind: str) -> pl.DataFrame | None:
        """The records of `kind`."""
        return {"prices": self.prices, "grid_forecasts": self.inputs, FUELS: self.fuels}[kind]


def prices(ask: Ask) -> Answer:
    """Prices of the asked days, as far as they were published at `now`, from the files of the zone. Raises InputError for a faulty file.

    A day is out 45 minutes after the gate of the zone's own auction closed.
    """
    parts = contents(ask.settings, ask.zone, "prices")
    out = [day for day in ask.days if ask.zone.gate_closure(day) + PUBLISHED_AFTER <= ask.now]
    return _answer(ask, [(content, content.prices) for content in parts], out)


def grid_forecasts(ask: Ask) -> Answer:
    """Known-ahead inputs of the asked days from the files of the zone. Raises InputError for a faulty file."""
    parts = contents(ask.settings, ask.zone, "grid_forecasts")
    known = (pl.col("kind") == "forecast") | (pl.col("end_utc") <= ask.now)
    return _answer(ask, [(content, None if content.inputs is None else content.inputs.filter(known)) for content in parts], ask.days)


def fuel_prices(settings: Settings, zone: Zone, last: dt.date) -> list[FileContent]:
    """The files that hold prices of fuels for `zone`, their rows cut to the days up to `last`. Raises InputError for a faulty file."""
    found = contents(settings, zone, FUELS)
    return [replace(content, fuels=content.fuels.filter(pl.col("delivery_date") <= last)) for content in found if content.fuels is not None]


def contents(settings: Settings, zone: Zone, kind: str) -> list[FileContent]:
    """The files that hold `kind` (prices, grid_forecasts, fuels) for `zone`, those named by settings first."""
    dropped = [read_file(path, zone, settings.file_zone) for path in read_drop_folder(settings)]
    return [content for content in (*_named(settings, zone, kind), *dropped) if content.frame(kind) is not None]


def only_files(settings: Settings, zone: Zone, kind: str) -> bool:
    """Whether settings name files of `kind` for `zone`: then nothing else is asked, so that no history is a mixture."""
    return any(content.frame(kind) is not None for content in _named(settings, zone, kind))


def _named(settings: Settings, zone: Zone, kind: str) -> list[FileContent]:
    """Contents of the files that settings name for `kind`. Raises InputError for one that lacks its column."""
    found = [read_file(path, zone, settings.file_zone) for path in (settings.price_files if kind == "prices" else settings.input_files)]
    for content in found:
        if not content.kinds & ({"prices"} if kind == "prices" else {"grid_forecasts", FUELS}):
            raise _lacks(kind, read_table(content.body, content.name), content.name)
    return found


def read_drop_folder(settings: Settings) -> list[Path]:
    """Tables in the drop folder, by name."""
    folder = settings.home / "inbox"
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []


def read_file(path: Path, zone: Zone, file_zone: str) -> FileContent:
    """What `path` says about `zone`; `file_zone` is meant where the file names none. Raises InputError for a faulty file."""
    try:
        state = path.stat()
        return _read(path.resolve(), state.st_mtime_ns, state.st_size, zone, file_zone)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), remedy="give an existing CSV or Parquet file") from None


def parse(body: bytes, *, area: str = "DE-LU", name: str = "prices") -> list[PriceRecord]:
    """Price records of a CSV or Parquet file. Raises InputError naming what is wrong and where."""
    zone = zones().get(area) or next(iter(zones().values()))
    content = read_content(body, name, zone, zone.key)
    if content.prices is None:
        raise _lacks("prices", read_table(body, name), name)
    return [PriceRecord(**{**row, "area": area}) for row in content.prices.iter_rows(named=True)]


def read_content(body: bytes, name: str, zone: Zone, file_zone: str) -> FileContent:
    """Prices and inputs for `zone` in the bytes of a file called `name`."""
    table = read_table(body, name)
    price, inputs, fuels = find(table, PRICE_NAMES), has_inputs(table), has_fuels(table)
    if price is None and not inputs and not fuels:
        raise _lacks("prices", table, name)
    kinds = frozenset(["prices"] * (price is not None) + ["grid_forecasts"] * inputs + [FUELS] * fuels)
    mine = _rows_of(table, zone, file_zone)
    if mine is None:
        return FileContent(name, kinds, body, None, None)
    mine = with_start(mine, name, zone.tz)
    refuse_duplicates(mine, name)
    fuel_rows = _fuel_records(fuel_frame(mine, name, zone), zone) if fuels else None
    if price is None and not inputs:  # fuels have a price a day: rows of any spacing
        return FileContent(name, kinds, body, None, None, fuel_rows)
    mine = with_end(mine, name, zone.tz)
    return FileContent(
        name,
        kinds,
        body,
        None if price is None else _price_frame(mine, price, name, zone),
        _records(input_frame(mine, name, zone), GridForecastRecord, zone) if inputs else None,
        fuel_rows,
    )


@lru_cache(maxsize=64)
def _read(path: Path, _modified: int, _size: int, zone: Zone, file_zone: str) -> FileContent:
    return read_content(path.read_bytes(), path.name, zone, file_zone)


def _rows_of(table: pl.DataFrame, zone: Zone, file_zone: str) -> pl.DataFrame | None:
    """Rows of `zone`, None when the file is about others; DE_LU and de-lu mean DE-LU."""
    column = find(table, ZONE_NAMES)
    if column is None:
        return table if zone.key == file_zone else None
    mine = table.filter(pl.col(column).cast(pl.String).str.strip_chars().str.to_uppercase().str.replace_all("_", "-") == zone.key)
    return mine if mine.height else None


def _price_frame(table: pl.DataFrame, column: str, name: str, zone: Zone) -> pl.DataFrame:
    raw = table[column].cast(pl.String).alias("price_raw")
    frame = table.select("start_utc", "end_utc", "delivery_date", "resolution_s").with_columns(
        numbers(table, column, name).alias("price"), raw
    )
    return _records(frame, PriceRecord, zone, currency=zone.currency, unit_raw=f"{zone.currency} / MWh")


def _records(frame: pl.DataFrame, record: type[PriceRecord | GridForecastRecord], zone: Zone, **more: str) -> pl.DataFrame:
    """Adds what all rows of a file have in common; the series is named by the length of its intervals."""
    prices = record is PriceRecord
    name = pl.format(
        f"{NAME}:{zone.key}:{{}}:{{}}:PT{{}}M:{{}}",
        pl.lit("day_ahead" if prices else "grid"),
        pl.lit("SDAC") if prices else pl.col("kind"),
        pl.col("resolution_s") // 60 if prices else ((pl.col("end_utc") - pl.col("start_utc")).dt.total_minutes()),
        pl.lit(zone.currency if prices else "-"),
    )
    return completed(frame.with_columns(series_id=name), record, **_common(zone), **more)


def _fuel_records(frame: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    name = pl.format(f"{NAME}:{zone.key}:fuel:{{}}:P1D:EUR", "fuel")
    return completed(frame.with_columns(series_id=name), FuelRecord, **_common(zone))


def _common(zone: Zone) -> dict[str, object]:
    entry = source(NAME)
    return {
        "source": NAME,
        "area": zone.key,
        "licence": entry.licence,
        "redistributable": entry.redistributable,
        "parser_version": PARSER_VERSION,
    }


def _answer(ask: Ask, parts: Sequence[tuple[FileContent, pl.DataFrame | None]], days: Sequence[dt.date]) -> Answer:
    """Windows of the files; a day that two files hold comes from the first."""
    payloads: list[Payload] = []
    taken: set[dt.date] = set()
    for content, frame in parts:
        if frame is None:
            continue
        window = frame.filter(pl.col("delivery_date").is_in([day for day in days if day not in taken]))
        if window.is_empty():
            continue
        taken |= _whole(window)
        payloads.append(Payload(Fetched(content.body, content.name, ask.now, Outcome.OK), window))
    if not payloads:
        return Answer(outcome=Outcome.NO_DATA, reason="no file holds these days" if parts else "no file for this zone")
    return Answer(tuple(payloads))


def _whole(window: pl.DataFrame) -> set[dt.date]:
    """Days of which the file holds at least 23 hours."""
    held = window.group_by("delivery_date").agg(seconds=(pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds().sum())
    return set(held.filter(pl.col("seconds") >= 23 * 3600)["delivery_date"])


def _lacks(kind: str, table: pl.DataFrame, name: str) -> InputError:
    columns: Iterable[str] = [column for column in table.columns if not column.startswith("__")]
    wanted = "price" if kind == "prices" else "load_forecast_mw"
    said = f"has no column '{wanted}' (its columns: {', '.join(columns)})"
    if kind == "prices":
        return InputError(said, where=name, remedy="name the column of prices price, in currency per MWh")
    return InputError(said, where=name, remedy="name them load_forecast_mw, wind_forecast_mw, solar_forecast_mw")
