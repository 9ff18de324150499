"""What a backtest hands back: the frame of forecasts, and the measures as a table for people or JSON for programs."""

import datetime as dt
import enum
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import typer
from rich.table import Table

from electricity_optimizer.commands.backtest_input import ZoneFile
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.forecasting.backtest import ModelResult, Request
from electricity_optimizer.forecasting.backtest_units import UnitTable
from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.timeline import UTC_DTYPE, interval_starts

HEADINGS = {
    "mae": "MAE",
    "rmae": "rMAE",
    "rmse": "RMSE",
    "smape": "sMAPE %",
    "pinball": "pinball",
    "coverage_50": "in 50 %",
    "coverage_80": "in 80 %",
    "coverage_90": "in 90 %",
    "fit_cpu_seconds": "fit CPU s",
    "predict_cpu_seconds": "predict CPU s",
}


class Resolution(enum.StrEnum):
    """What a row of forecasts stands for."""

    HOUR = "hour"
    NATIVE = "native"


def forecast_frame(
    zone: ZoneFile, days: Sequence[dt.date], results: Mapping[str, ModelResult], units: UnitTable | None = None
) -> pl.DataFrame:
    """One row a delivery hour on the file's own clock: timestamp, price, each model's point and its quantiles.

    With `units` (and results at them) one row a market time unit.
    """
    rows = [_rows(day, zone.tz, units) for day in days]
    stamps = [stamp for of_day in rows for stamp, _ in of_day]
    day_at = np.repeat(np.arange(len(days)), [len(of_day) for of_day in rows])
    place = np.array([column for of_day in rows for _, column in of_day])
    dtype = UTC_DTYPE if zone.tz else pl.Datetime("us")
    columns: dict[str, pl.Series] = {}
    for name, result in results.items():
        columns[name] = _column(result.point[day_at, place])
        for k, level in enumerate(LEVELS):
            columns[f"{name}_q{round(level * 100):02d}"] = _column(result.quantiles[day_at, k, place])
    frame = pl.DataFrame({"timestamp": pl.Series(stamps, dtype=dtype), **columns})
    actual = (zone.hourly if units is None else zone.prices).rename({"start": "timestamp"}).cast({"timestamp": dtype})
    joined = frame.join(actual, on="timestamp", how="left", maintain_order="left")
    return joined.select("timestamp", "price", *columns)


def _column(values: Array) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64).fill_nan(None)


def _rows(day: dt.date, tz: str | None, units: UnitTable | None) -> list[tuple[dt.datetime, int]]:
    """Start of each hour or unit of `day` with its place in an array of the local day: 23 or 25 hours on a DST day of a file in UTC."""
    minutes, step = (units.minutes_of(day), 60 // units.steps) if units else (60, 60)
    if tz is None:
        local = [dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=k) for k in range(0, 24 * 60, minutes)]
        return [(start, (start.hour * 60 + start.minute) // step) for start in local]
    zone = ZoneInfo(tz)
    starts = [(start, start.astimezone(zone)) for start in interval_starts(day, tz, minutes)]
    return [(start, (local.hour * 60 + local.minute) // step) for start, local in starts]


def print_measures(data: Path, request: Request, resolution: Resolution, results: Mapping[str, ModelResult], *, as_json: bool) -> None:
    """To standard output: JSON as in contracts/commands.md, or one table."""
    if as_json:
        typer.echo(json.dumps(_document(data, request, resolution, results), indent=2))
        return
    finer = ", by market time unit" if resolution is Resolution.NATIVE else ""
    title = f"{data.name}: {request.first} to {request.last}{finer}, refitted every {request.recalibrate} days, rMAE against the naive"
    table = Table(title=title, title_justify="left")
    table.add_column("model")
    for heading in HEADINGS.values():
        table.add_column(heading, justify="right")
    for name, result in results.items():
        table.add_row(name, *(measure_text(result.measures[measure]) for measure in HEADINGS))
    print_table(table)


def _document(data: Path, request: Request, resolution: Resolution, results: Mapping[str, ModelResult]) -> dict[str, object]:
    return {
        "zone_file": str(data),
        "test_start": str(request.first),
        "test_end": str(request.last),
        "recalibrate": request.recalibrate,
        "seed": request.seed,
        "resolution": resolution,
        "models": {name: dict(result.measures) for name, result in results.items()},
    }


def measure_text(value: float | None) -> str:
    """A measure as people read it."""
    return "-" if value is None else f"{value:.3f}"
