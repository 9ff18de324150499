"""`demo`: the main job from a bare clone, with a summary at its end."""

import time
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from electricity_optimizer.catalog.zones import chosen_zones
from electricity_optimizer.settings import load_settings

FileList = Annotated[list[Path] | None, typer.Option(help="file of real prices (CSV, Parquet); may be given several times")]
InputList = Annotated[list[Path] | None, typer.Option(help="file of known-ahead inputs: day-ahead forecasts of load, wind, sun")]
ZoneOption = Annotated[str | None, typer.Option(help="zone of the files; without files the only zone to work on")]


def demo_command(
    prices: FileList = None, inputs: InputList = None, zone: ZoneOption = None, as_json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Materialize every asset of the graph in order and print what came of it.

    Example: electricity-optimizer demo --prices prices.parquet --inputs inputs.parquet --zone DE-LU
    """
    began = time.monotonic()
    settings = load_settings(**_overrides(prices or [], inputs or [], zone))
    console = Console(stderr=True)

    from electricity_optimizer.definitions import build_defs  # noqa: PLC0415
    from electricity_optimizer.defs.demo import last_day, run_demo  # noqa: PLC0415 - Dagster is loaded after the arguments were checked
    from electricity_optimizer.defs.resources import Desk  # noqa: PLC0415
    from electricity_optimizer.defs.summary import summarize  # noqa: PLC0415

    zones = chosen_zones(settings.zones)
    desk = Desk(settings)
    last = last_day(desk, zones[0])
    console.print(f"demo: {', '.join(place.key for place in zones)} up to {last}, state in {settings.home}")
    outcome = run_demo(build_defs(desk), desk, [place.key for place in zones], last, console.print)
    summary = summarize(desk.warehouse, zones, desk.sites_of(zone.key for zone in zones).values(), last, outcome, time.monotonic() - began)
    if as_json:
        typer.echo(orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    else:
        _print(Console(), summary)


def _overrides(prices: list[Path], inputs: list[Path], zone: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if prices:
        given["price_files"] = tuple(prices)
    if inputs:
        given["input_files"] = tuple(inputs)
    if zone or prices:
        given["zones"] = (zone or load_settings().file_zone,)
        given["file_zone"] = given["zones"][0]
    return given


def _print(console: Console, summary: dict[str, Any]) -> None:
    mark = "[bold red]synthetic[/]" if summary["synthetic"] else "real"
    console.print(f"\nPrices: {mark}, from {summary['source']}; {summary['days']} delivery days to {summary['last_day']}")
    if summary["synthetic_inputs"] and not summary["synthetic"]:
        console.print(f"Synthetic inputs (no source was given): {', '.join(summary['synthetic_inputs'])}")
    console.print(_forecasts(summary["forecast"]), _schedules(summary["schedules"]), sep="\n")
    console.print(f"Savings are against the baseline: {summary['baseline']}. Above 100 % the plan earns money.")
    console.print("Rows: " + ", ".join(f"{name} {count}" for name, count in summary["rows"].items()))
    checks = summary["checks"]
    console.print(f"Checks: {checks['passed']} passed, {checks['failed']} failed, {checks['warnings']} warnings")
    for note in checks["notes"]:
        console.print(f"  {note}")
    console.print(f"{summary['wall_seconds']} s wall, {summary['cpu_seconds']} s CPU")
    console.print("Next: make serve, then the graph on http://127.0.0.1:3070 and the page on http://127.0.0.1:8000/app/")


def _forecasts(forecast: dict[str, Any]) -> Table:
    table = Table(
        "zone",
        "days",
        "MAE",
        "rMAE",
        "90 % band held",
        title="Forecasts against the naive, EUR/MWh",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for name, row in forecast.items():
        table.add_row(name, str(row["days"]), f"{row['mae']:.2f}", f"{row['rmae']:.3f}", _percent(row["coverage_90"]))
    return table


def _schedules(schedules: dict[str, Any]) -> Table:
    columns = ("site", "days", "baseline", "planned", "saved", "%", "foresight", "verified")
    table = Table(
        *columns, title="Schedules settled at actual prices, EUR", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name, row in schedules.items():
        verified = "yes" if row["verified"] else "NO"
        if "cost" not in row:
            table.add_row(name, "0", *[""] * 5, verified)
            continue
        cost, baseline, foresight = (row[key] for key in ("cost", "baseline_cost", "foresight_cost"))
        saved = "" if row["savings_percent"] is None else f"{row['savings_percent']:.1f}" if row["savings_percent"] <= 100 else ">100"
        money = (f"{baseline:.2f}", f"{cost:.2f}", f"{baseline - cost:.2f}", saved, f"{foresight:.2f}")
        table.add_row(name, str(row["settled_days"]), *money, verified)
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
