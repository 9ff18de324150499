"""Reading the file of a backtest: one zone's prices and known-ahead inputs, Parquet or CSV, checked before anything is computed.

Every finding is an InputError of one line that names the column, the time and the remedy.
"""

import dataclasses
import datetime as dt
from pathlib import Path
from zoneinfo import available_timezones

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import DayTable, day_table
from electricity_optimizer.forecasting.nights import with_dark_nights
from electricity_optimizer.timeline import UTC_DTYPE

PRICE_NAMES = ("price", "Price")
_HOUR_US = 3_600_000_000
DEFAULT_ZONE = "Europe/Berlin"  # the calendar of the coupled day-ahead market (SDAC)


@dataclasses.dataclass(frozen=True)
class ZoneFile:
    """One zone: its `prices` (start, price) as they stand in the file, their hours, the day table, and `tz` (None: naive local time).

    `nights` are the dark hours that inputs left out (zero now), `holes` the hours that stay unknown, both by input.
    """

    prices: pl.DataFrame
    hourly: pl.DataFrame
    table: DayTable
    tz: str | None
    nights: dict[str, int]
    holes: dict[str, int]


def read_zone_file(path: Path, time_zone: str | None = None) -> ZoneFile:
    """Read and check `path`. `time_zone` is the market's zone for a file in UTC (default: the file's own, for UTC Europe/Berlin).

    Raises InputError for a file that cannot be read, a missing column, text among numbers, a gap, a time that comes twice, a missing
    price before the last one, or a naive day that has not 24 hours.
    """
    frame = _with_start(_read(path), path)
    frame = _with_price(frame)
    for name in frame.columns:
        if name != "start":
            frame = frame.with_columns(_numbers(frame[name], frame["start"]))
    frame = frame.sort("start")
    tz = _zone(frame["start"], time_zone)
    if tz:
        frame = frame.with_columns(pl.col("start").dt.convert_time_zone("UTC").cast(UTC_DTYPE))
    _check_tiling(frame["start"], naive=tz is None)
    _check_prices(frame)
    hourly = frame.group_by_dynamic("start", every="1h").agg(pl.col("price").mean())
    table, nights = with_dark_nights(day_table(frame, tz))
    holes = {name: int(np.isnan(values).sum()) for name, values in table.inputs.items()}
    return ZoneFile(frame.select("start", "price"), hourly, table, tz, nights, {name: count for name, count in holes.items() if count})


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), remedy="give a Parquet or CSV file")
    try:
        if path.suffix.lower() == ".csv":
            return pl.read_csv(path, infer_schema_length=None)
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        what = str(error).splitlines()[0]
        raise InputError(f"cannot be read: {what}", where=str(path), remedy="give a Parquet or CSV file with one header line") from error


def _with_start(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The time column, found by its type (or by its text in a CSV file), renamed to `start`."""
    for name in frame.columns:
        times = _times(frame[name])
        if times is not None:
            return frame.drop(name).insert_column(0, times.rename("start"))
    raise InputError("there is no time column", where=str(path), remedy=f"the columns are {', '.join(frame.columns)}; add one of times")


def _times(column: pl.Series) -> pl.Series | None:
    if isinstance(column.dtype, pl.Datetime):
        return column
    if column.dtype != pl.String or column.is_empty():
        return None
    has_offset = column.str.contains(r"(Z|[+-]\d\d:?\d\d)$").mean() == 1.0
    text = column.str.replace(" ", "T").str.replace(r"([+-]\d\d)(\d\d)$", "${1}:${2}")
    times = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False) if has_offset else _naive_times(text)
    bad = column.filter(times.is_null())
    if len(bad) == len(column):
        return None
    if len(bad):
        raise InputError(f"'{bad[0]}' is not a time", where=column.name, remedy="write every time alike, like 2026-05-04T00:00:00Z")
    return times


def _naive_times(text: pl.Series) -> pl.Series:
    with_seconds = text.str.replace(r"(T\d\d:\d\d)$", "${1}:00")
    return with_seconds.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)


def _with_price(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in PRICE_NAMES if name in frame.columns]
    if not names:
        raise InputError("column 'Price' (or 'price') is missing", where="Price", remedy=f"the columns are {', '.join(frame.columns)}")
    return frame.rename({names[0]: "price"}) if len(names) == 1 else frame


def _numbers(column: pl.Series, start: pl.Series) -> pl.Series:
    numbers = column.cast(pl.Float64, strict=False)
    text = column.is_not_null() & numbers.is_null()
    if text.any():
        row = int(text.arg_max() or 0)
        raise InputError(f"'{column[row]}' at {start[row]} is not a number", where=column.name, remedy="correct it or drop the column")
    if numbers.is_infinite().any():
        raise InputError("a value is infinite", where=column.name, remedy="correct it or leave it empty")
    return numbers.fill_nan(None)


def _zone(start: pl.Series, time_zone: str | None) -> str | None:
    own = start.dtype.time_zone if isinstance(start.dtype, pl.Datetime) else None
    if time_zone is not None and time_zone not in available_timezones():
        raise InputError(f"time zone '{time_zone}' is not known", where="--time-zone", remedy="write it like Europe/Berlin")
    if own is None:
        if time_zone:
            raise InputError("the file has naive local time", where="--time-zone", remedy="leave the option out, or write the times in UTC")
        return None
    return time_zone or (DEFAULT_ZONE if own in {"UTC", "Etc/UTC", "+00:00"} else own)


def _check_tiling(start: pl.Series, *, naive: bool) -> None:
    """No time twice, no hour missing, and every hour tiled evenly by its own steps (1, 2, 4 or more in the hour)."""
    hint = "naive local time needs days of 24 hours: write the times in UTC" if naive else "keep each interval once and fill the gap"
    if start.null_count():
        raise InputError(f"{start.null_count()} rows have no time", where="time", remedy="drop or correct them")
    twice = start.filter(start.is_duplicated())
    if len(twice):
        raise InputError(f"{twice[0]} comes twice", where="time", remedy=hint)
    hours = start.dt.truncate("1h").unique().sort()
    jumps = hours.diff() > dt.timedelta(hours=1)
    if jumps.any():
        row = int(jumps.arg_max() or 0)
        raise InputError(f"there is a gap from {hours[row - 1] + dt.timedelta(hours=1)} to {hours[row]}", where="time", remedy=hint)
    steps = pl.DataFrame({"start": start, "hour": start.dt.truncate("1h")}).with_columns(
        place=pl.int_range(pl.len()).over("hour"), steps=pl.len().over("hour")
    )
    expected = pl.col("hour") + pl.duration(microseconds=_HOUR_US * pl.col("place") // pl.col("steps"))
    uneven = steps.filter(pl.col("start") != expected)
    if len(uneven):
        raise InputError(f"the hour of {uneven['hour'][0]} is not tiled evenly", where="time", remedy="give every step of the hour once")


def _check_prices(frame: pl.DataFrame) -> None:
    """A price may be missing only after the last one: days still to come."""
    known = frame.filter(pl.col("price").is_not_null())
    if known.is_empty():
        raise InputError("there is no price", where="price", remedy="give prices in currency per MWh")
    inside = frame.filter(pl.col("price").is_null(), pl.col("start").is_between(known["start"][0], known["start"][-1]))
    if len(inside):
        raise InputError(f"the price of {inside['start'][0]} is missing", where="price", remedy="fill it; a missing price is never zero")
