"""`models`: print the registry of the models of a zone: what forecasts, what was refused and why."""

from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse import open_warehouse

COLUMNS = ("model", "role", "trained until", "judged by", "MAE", "rMAE", "champion's", "p", "file")


def models_command(
    zone_key: Annotated[str, typer.Argument(help="bidding zone, for example DE-LU")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, with the whole cards")] = False,
) -> None:
    """Print the models of a zone: champions forecast, challengers were refused by the last training. Errors in EUR/MWh.

    Example: electricity-optimizer models DE-LU
    """
    place = zone(zone_key)
    rows = list(open_warehouse(load_settings()).read("forecast_models", place.key).iter_rows(named=True))
    if as_json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    if not rows:
        raise InputError("no model is trained", where=place.key, remedy="run the job retrain_models, or make demo")
    table = Table(*COLUMNS, title=f"{place.key}, models")
    for row in rows:
        table.add_row(*_cells(row))
    print_table(table)
    for row in rows:
        if "refused" in row["card"]:
            typer.echo(f"{row['model']} was refused: {row['card']['refused']}")


def _cells(row: dict[str, Any]) -> list[str]:
    scores = row["card"].get("scores", {})
    numbers = [f"{scores[key]:.3f}" if key in scores else "" for key in ("mae", "rmae", "champion_mae", "p_value")]
    return [row["model"], row["role"], str(row["trained_until"]), scores.get("rule", ""), *numbers, row["file_sha256"][:12]]
