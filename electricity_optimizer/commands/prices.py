"""`prices` and `forecast`: print what is published for a delivery day of a zone."""

import datetime as dt
from typing import Annotated

import orjson
import polars as pl
import typer
from rich.table import Table

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC, delivery_day, parse_day
from electricity_optimizer.warehouse import open_warehouse

ZoneArgument = Annotated[str, typer.Argument(help="bidding zone, for example DE-LU")]
DayOption = Annotated[str, typer.Option(help="today, tomorrow, yesterday or YYYY-MM-DD (the zone's local day)")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]


def prices_command(zone_key: ZoneArgument, day: DayOption = "today", as_json: JsonOption = False) -> None:
    """Print the published day-ahead prices of a delivery day.

    Example: electricity-optimizer prices DE-LU --day tomorrow
    """
    place = zone(zone_key)
    asked = _day(day, place)
    rows = open_warehouse(load_settings()).read("prices", place.key, asked, asked)
    columns = ("start", "resolution_minutes", "price_eur_mwh", "source", "synthetic")
    _print(rows.select(columns), f"{place.key} {asked}, EUR/MWh", place, as_json)


def forecast_command(zone_key: ZoneArgument, day: DayOption = "tomorrow", as_json: JsonOption = False) -> None:
    """Print the latest forecast of a delivery day with its 80 % band: of tomorrow or one of the six days after.

    Example: electricity-optimizer forecast DE-LU --day tomorrow
    """
    place = zone(zone_key)
    asked = _day(day, place)
    rows = open_warehouse(load_settings()).read("price_forecasts", place.key, asked, asked).filter(pl.col("model") == "ensemble")
    columns = ("start", "resolution_minutes", "value_eur_mwh", "q10", "q90", "horizon_days", "issued_at", "synthetic")
    _print(rows.select(columns), f"{place.key} {asked}, forecast in EUR/MWh", place, as_json)


def _day(text: str, place: Zone) -> dt.date:
    today = delivery_day(dt.datetime.now(UTC), place.tz)
    offset = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(text)
    return parse_day(text, "--day") if offset is None else today + dt.timedelta(days=offset)


def _print(rows: pl.DataFrame, title: str, place: Zone, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(rows.to_dicts(), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        return
    if rows.is_empty():
        raise InputError("nothing is published for it", where=title, remedy="ask for another day, or run make demo first")
    table = Table(title=title)
    local = rows.with_columns(pl.col("start").dt.convert_time_zone(place.tz).dt.strftime("%H:%M %z"))
    for name in local.columns:
        table.add_column(name.replace("_eur_mwh", "").replace("_", " "), justify="right")
    for row in local.iter_rows():
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value) for value in row))
    print_table(table)
