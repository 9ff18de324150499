"""The command `backtest`: how good the price forecast would have been on the past of one zone's file (contracts/backtest.md)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from electricity_optimizer.commands.backtest_html import report_page
from electricity_optimizer.commands.backtest_input import ZoneFile, read_zone_file
from electricity_optimizer.commands.backtest_journal import Places, check_place, open_journal, write_text_whole, write_whole
from electricity_optimizer.commands.backtest_report import Resolution, forecast_frame, print_measures
from electricity_optimizer.commands.backtest_workers import walk_pieces
from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting import backtest
from electricity_optimizer.forecasting.backtest_units import at_units, unit_table
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.timeline import parse_day

STOPPED = 130  # the usual exit status after Ctrl-C


def _list_models(wanted: bool) -> None:
    if wanted:
        typer.echo("\n".join(backtest.NAMES))
        raise typer.Exit


def backtest_command(  # noqa: PLR0913, PLR0917 - the options of the contract
    data: Annotated[Path, typer.Argument(help="Parquet or CSV file of one zone: times, Price, known-ahead inputs.")],
    test_start: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", show_default=False, help="First test day; default: 104 weeks before the end.")
    ] = None,
    test_end: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", show_default=False, help="Last test day; default: the last day of the file.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A name of --list-models, may be repeated; default: ensemble.", show_default=False)
    ] = None,
    recalibrate: Annotated[int, typer.Option(help="Refit every DAYS days; 1 is the published protocol.", metavar="DAYS")] = 7,
    seed: Annotated[int, typer.Option(help="Seed of models that draw numbers.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes side by side; 0: one per core.", min=0)] = 0,
    output: Annotated[Path | None, typer.Option(help="Write the forecasts here (.parquet or .csv).", show_default=False)] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report with plots here (.html).", show_default=False)] = None,
    resolution: Annotated[
        Resolution, typer.Option(help="A row and the measures by delivery hour, or by the market time unit of the file (native).")
    ] = Resolution.HOUR,
    time_zone: Annotated[
        str | None, typer.Option(help="Market time zone of a file in UTC; default: Europe/Berlin.", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the stopped run of this --output (or --report).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    list_models: Annotated[  # noqa: ARG001 - acts in its callback, before the others are read
        bool, typer.Option("--list-models", help="Print the names of the models.", is_eager=True, callback=_list_models)
    ] = False,
) -> None:
    """Forecast past days of a file as they would have been forecast, and measure how good it was.

    The forecast of a delivery day uses prices up to the day before and the inputs of the day itself, nothing later.

    Example: electricity-optimizer backtest epf_NP.parquet --model ensemble --model naive --output forecasts.parquet
    """
    try:
        zone = read_zone_file(data, time_zone)
        request = _request(zone.table, test_start, test_end, model, recalibrate, seed)
        places = Places(data, output, report)
        run = _run(zone, request, places, resolution, jobs or os.cpu_count() or 1, resume=resume)
    except (InputError, ForecastError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        typer.echo("stopped" + (": go on with --resume" if output or report else ""), err=True)
        raise typer.Exit(STOPPED) from None
    print_measures(data, request, resolution, run, as_json=as_json)


def _request(
    table: DayTable, start: str | None, end: str | None, models: list[str] | None, recalibrate: int, seed: int
) -> backtest.Request:
    default = backtest.default_request(table, parse_day(end, "--test-end") if end else None)
    first = parse_day(start, "--test-start") if start else default.first
    names = tuple(dict.fromkeys(models)) if models else default.models
    request = backtest.Request(first, default.last, names, recalibrate, seed)
    backtest.check_request(request, table)
    return request


def _run(
    zone: ZoneFile, request: backtest.Request, places: Places, resolution: Resolution, jobs: int, *, resume: bool
) -> Mapping[str, backtest.ModelResult]:
    """All pieces (those of a stopped run from its journal), then the conclusion, then the files."""
    if resume and not places.written:
        raise InputError("nothing tells which run to go on with", where="--resume", remedy="give its --output or --report")
    _say_what_is_missing(zone)
    for place in places.written:
        check_place(place)
    journal = open_journal(places.written[0], zone.table, request, resume=resume) if places.written else None
    wanted = backtest.pieces(request, zone.table)
    done = journal.load(wanted) if journal else []
    finished = {result.piece for result in done}
    done += walk_pieces(zone.table, request, [piece for piece in wanted if piece not in finished], len(wanted), jobs, journal)
    hourly = backtest.conclude(zone.table, request, done)
    units = unit_table(zone.prices, zone.tz) if resolution is Resolution.NATIVE else None
    results = at_units(units, request, hourly) if units else hourly
    if places.output:
        write_whole(forecast_frame(zone, request.days, results, units), places.output)
    if places.report:
        write_text_whole(report_page(zone, request, results, units, places.data), places.report)
    if journal:
        journal.close()
    return results


def _say_what_is_missing(zone: ZoneFile) -> None:
    for name, count in zone.nights.items():
        typer.echo(f"{name}: {count} dark hours without a value are zero", err=True)
    for name, count in zone.holes.items():
        typer.echo(f"{name}: {count} hours are missing; days without it are forecast without it, it is never taken for zero", err=True)
