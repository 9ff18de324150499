"""Day-ahead prices of OMIE, the market operator of Spain and Portugal: one text file a delivery day, both countries in it.

INT_PBC_EV_H_1: ISO-8859-1, semicolons, decimal commas. A column is a position in the Madrid day and nothing else: 23, 24 or 25 hours, and
since 2025-10-01 92, 96 or 100 quarters (who went on reading the first 24 columns read six hours as a day). Files before 2009 are in cents
per kWh. The first line says when the file was issued.
"""

import datetime as dt
import itertools
import re
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import PriceRecord, series_id
from electricity_optimizer.timeline import UTC, interval_starts

NAME = "omie"
PARSER_VERSION = 1
MADRID = "Europe/Madrid"
HEADER = re.compile(r"OM(?:IE|EL) - .*Fecha Emisi\S+ ?:(\d\d/\d\d/\d{4}) - (\d\d:\d\d);[^;]*;(\d\d/\d\d/\d{4});")
ROW = re.compile(r"Precio marginal(?: en el sistema (espa|portugu)\S*)? \((EUR/MWh|Cent/kWh)\)")
AREAS = {None: "ES", "espa": "ES", "portugu": "PT"}
TO_PER_MWH = {"EUR/MWh": 1, "Cent/kWh": 10}
COLUMNS = {15: re.compile(r"H\d{1,2}Q[1-4]"), 60: re.compile(r"\d{1,2}")}
"""What the columns of a market time unit of so many minutes are called; they count up."""
NUMBER = re.compile(r"-?\d+(,\d+)?")


def requests(ask: Ask) -> list[Request]:
    """One file for each asked day."""
    return [_file(ask, day) for day in sorted(ask.days)]


def _file(ask: Ask, day: dt.date) -> Request:
    name = f"INT_PBC_EV_H_1_{day:%d_%m_%Y}_{day:%d_%m_%Y}.TXT"
    return Request(f"{ask.source.url}/AGNO_{day:%Y}/MES_{day:%m}/TXT/{name}", about={"area": ask.zone.key, "day": day.isoformat()})


def parse(body: bytes, *, area: str = "", day: str = "") -> list[PriceRecord]:
    """Records of one file, ascending, of `area` (ES or PT; of both without it); an empty cell is a null price.

    Raises SchemaChangedError for another shape, another day, or columns that do not make up the day.
    """
    lines = body.decode("iso-8859-1").replace("\r", "").split("\n")
    delivery, issued = _header(lines[0])
    if day not in {"", delivery.isoformat()}:
        raise SchemaChangedError(f"is about {delivery} and not {day}", where=NAME)
    labels = next((line.split(";") for line in lines[1:] if line.strip("; ")), [])
    starts, minutes = _columns([label for label in labels if label.strip()], delivery)
    records = []
    for line in lines:
        row = ROW.match(line)
        if row is None or area not in {"", AREAS[row[1]]}:
            continue
        cells = line.split(";")
        if len(cells) != len(labels) or any(cell.strip() for cell in cells[len(starts) + 1 :]):
            raise SchemaChangedError(f"{len(cells)} cells under {len(labels)} columns", where=NAME)
        records += _records(AREAS[row[1]], row[2], cells[1:], starts, minutes, issued)
    if not records:
        raise SchemaChangedError(f"no price of {area or 'Spain or Portugal'}", where=NAME)
    return records


def _header(line: str) -> tuple[dt.date, dt.datetime]:
    """Delivery day and when the file was issued (UTC)."""
    header = HEADER.match(line)
    said, clock, day = header.groups() if header else ("", "", "")
    try:
        issued = dt.datetime.strptime(f"{said} {clock}", "%d/%m/%Y %H:%M").replace(tzinfo=ZoneInfo(MADRID))
        delivery = dt.datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007 - a date, not an instant
    except ValueError:
        raise SchemaChangedError("the first line is not that of a market file", where=NAME) from None
    return delivery, issued.astimezone(UTC)


def _columns(labels: list[str], day: dt.date) -> tuple[list[dt.datetime], int]:
    """Starts of the intervals that the columns stand for, and their minutes."""
    minutes = next((minutes for minutes, label in COLUMNS.items() if all(label.fullmatch(name) for name in labels)), 0)
    starts = interval_starts(day, MADRID, minutes) if minutes else []
    places = [[int(number) for number in re.findall(r"\d+", label)] for label in labels]
    if not labels or len(labels) != len(starts) or any(later <= earlier for earlier, later in itertools.pairwise(places)):
        raise SchemaChangedError(f"{len(labels)} columns ({labels[:1]} ...) do not make up {day}", where=NAME)
    return starts, minutes


def _records(area: str, unit: str, cells: list[str], starts: list[dt.datetime], minutes: int, issued: dt.datetime) -> list[PriceRecord]:
    entry, tz = source(NAME), ZoneInfo(MADRID)
    name = series_id(NAME, area, minutes)
    return [
        PriceRecord(
            series_id=name,
            start_utc=start,
            end_utc=start + dt.timedelta(minutes=minutes),
            source=NAME,
            area=area,
            delivery_date=start.astimezone(tz).date(),
            resolution_s=minutes * 60,
            price=_price(cell.strip(), unit),
            currency="EUR",
            price_raw=cell.strip() or None,
            unit_raw=unit,
            source_area=area,
            published_at=issued,
            licence=entry.licence,
            attribution=entry.attribution,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )
        for start, cell in zip(starts, cells, strict=False)
    ]


def _price(cell: str, unit: str) -> float | None:
    """EUR per MWh."""
    if not cell:
        return None
    if NUMBER.fullmatch(cell) is None:
        raise SchemaChangedError(f"'{cell}' is not a number", where=NAME)
    return round(float(cell.replace(",", ".")) * TO_PER_MWH[unit], 6) if unit == "Cent/kWh" else float(cell.replace(",", "."))
