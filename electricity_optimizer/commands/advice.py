"""`advice`: print what a site's year costs under every offer, and whether a change of supplier pays."""

from typing import Annotated, Any

import orjson
import polars as pl
import typer
from rich.table import Table

from electricity_optimizer.catalog.site_files import chosen_sites
from electricity_optimizer.catalog.toml import look_up
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse import open_warehouse

MONEY = ("cost_unoptimised", "cost", "cost_p10", "cost_p90", "first_year_cost")
COLUMNS = ("", "offer", "unplanned", "planned", "p10", "p90", "first year", "saves", "from", "ahead on", "sure")


def advice_command(
    site_key: Annotated[str, typer.Argument(help="site, for example house-1")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, with the offers and what the figures rest on")] = False,
) -> None:
    """Print the newest supplier advice of a site: a year under every offer without and with planning, the best choice first.

    `saves` is against staying, in the first twelve months of supply with switching cost and bonuses; `first year` the next 365 days, the
    present contract until it ends among them; `sure` the share of price years in which the offer is cheaper than staying.

    Example: electricity-optimizer advice house-1
    """
    settings = load_settings()
    place = look_up(chosen_sites(settings.site_files), site_key, "site")
    rows = open_warehouse(settings).read("supplier_advice", place.key)
    newest = list(rows.filter(pl.col("month") == pl.col("month").max()).sort("rank").iter_rows(named=True))
    if as_json:
        typer.echo(orjson.dumps(newest, option=orjson.OPT_INDENT_2))
        return
    if not newest:
        raise InputError("no advice is there", where=place.key, remedy="run the job monthly_advice, or make demo")
    first = newest[0]
    table = Table(*COLUMNS, title=f"{place.name}: a year in {first['currency']}, as of {first['details']['as_of']}")
    for row in newest:
        table.add_row(*_cells(row))
    print_table(table)
    for row in newest:
        typer.echo(f"{row['offer']} ({row['details']['title']}): {row['reason']}")
    typer.echo(_basis(next(row for row in newest if row["switch_on"] is None)["details"]["known"], synthetic=first["synthetic"]))


def _cells(row: dict[str, Any]) -> list[str]:
    sure = "" if row["confidence"] is None else f"{row['confidence']:.0%}"
    saves = "" if row["switch_on"] is None else f"{row['details']['saving']:.0f}"
    days = [str(row[name] or "") for name in ("switch_on", "break_even_on")]
    return ["*" if row["recommended"] else "", row["offer"], *(f"{row[name]:.0f}" for name in MONEY), saves, *days, sure]


def _basis(known: dict[str, Any], *, synthetic: bool) -> str:
    """What the figures rest on, in one line."""
    load = known["load"]
    parts = [
        f"load measured on {load['load_measured']} of {load['days']} days, profiled on the others",
        f"prices known on {known['price_days']} of them",
        f"{known['price_years']} price years drawn from {known['price_days_drawn_from']} days",
        f"{known['days_planned']} days planned",
        *(f"{offer} is not offered: {reason}" for offer, reason in known["not_offered"].items()),
        *(["simulated data among them"] if synthetic else []),
    ]
    return "; ".join(parts)
