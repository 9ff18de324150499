"""What a backtest hands back: the frame of forecasts, and the measures as a table for people or JSON for programs."""

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from electricity_optimizer.commands.backtest_input import ZoneFile
from electricity_optimizer.forecasting.backtest import ModelResult, Request
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.shape import to_market_time_units
from electricity_optimizer.timeline import UTC_DTYPE

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


def forecast_frame(zone: ZoneFile, days: Sequence[dt.date], results: dict[str, ModelResult]) -> pl.DataFrame:
    """One row a delivery hour on the file's own clock: timestamp, price, each model's point and its quantiles."""
    hours = [_hours(day, zone.tz) for day in days]
    stamps = [stamp for units in hours for stamp, _ in units]
    dtype = UTC_DTYPE if zone.tz else pl.Datetime("us")
    columns: dict[str, pl.Series] = {}
    for name, result in results.items():
        columns[name] = _column([result.point[row, hour] for row, units in enumerate(hours) for _, hour in units])
        for k, level in enumerate(LEVELS):
            values = [result.quantiles[row, k, hour] for row, units in enumerate(hours) for _, hour in units]
            columns[f"{name}_q{round(level * 100):02d}"] = _column(values)
    frame = pl.DataFrame({"timestamp": pl.Series(stamps, dtype=dtype), **columns})
    actual = zone.actual.rename({"start": "timestamp"}).cast({"timestamp": dtype})
    joined = frame.join(actual, on="timestamp", how="left", maintain_order="left")
    return joined.select("timestamp", "price", *columns)


def _column(values: Sequence[float]) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64).fill_nan(None)


def _hours(day: dt.date, tz: str | None) -> list[tuple[dt.datetime, int]]:
    """Start of each delivery hour of `day` with its local hour: 23 or 25 of them on a DST day of a file in UTC."""
    if tz is None:
        return [(dt.datetime.combine(day, dt.time(hour)), hour) for hour in range(24)]
    return [(start, int(hour)) for start, hour in to_market_time_units(day, tz, 60, pl.arange(24, eager=True).cast(float).to_numpy())]


def print_measures(data: Path, request: Request, results: dict[str, ModelResult], *, as_json: bool) -> None:
    """To standard output: JSON as in contracts/commands.md, or one table."""
    if as_json:
        typer.echo(json.dumps(_document(data, request, results), indent=2))
        return
    title = f"{data.name}: {request.first} to {request.last}, refitted every {request.recalibrate} days, rMAE against the naive"
    table = Table(title=title, title_justify="left")
    table.add_column("model")
    for heading in HEADINGS.values():
        table.add_column(heading, justify="right")
    for name, result in results.items():
        table.add_row(name, *(_text(result.measures[measure]) for measure in HEADINGS))
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


def _document(data: Path, request: Request, results: dict[str, ModelResult]) -> dict[str, object]:
    return {
        "zone_file": str(data),
        "test_start": str(request.first),
        "test_end": str(request.last),
        "recalibrate": request.recalibrate,
        "seed": request.seed,
        "models": {name: dict(result.measures) for name, result in results.items()},
    }


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
