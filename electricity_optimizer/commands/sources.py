"""`sources`: health, quota and breaker state of each upstream, and the reset of a breaker."""

import datetime as dt
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from electricity_optimizer.catalog.sources import Source, source, sources
from electricity_optimizer.commands.tables import print_table
from electricity_optimizer.settings import Settings, load_settings
from electricity_optimizer.sources.calls import breaker, limits
from electricity_optimizer.sources.calls.keys import key_of, key_variable
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import SourceState, Warehouse, open_warehouse


def sources_command(
    reset: Annotated[list[str] | None, typer.Option(help="close the circuit breaker of this source (may be given again)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Print how each upstream is doing: circuit breaker, quota used, key, last answer.

    Example: electricity-optimizer sources --reset energy-charts
    """
    settings = load_settings()
    warehouse = open_warehouse(settings)
    for entry in [source(key) for key in reset or []]:
        warehouse.put_source_state(SourceState(entry.key, outcome="reset", reason="by an operator"))
    rows = [describe(entry, warehouse, settings, dt.datetime.now(UTC)) for entry in sources().values() if entry.url]
    if as_json:
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        return
    table = Table("source", "gives", "breaker", "quota used", "key", "last answer", "last trouble")
    for row in rows:
        table.add_row(*_cells(row))
    print_table(table)


def describe(entry: Source, warehouse: Warehouse, settings: Settings, now: dt.datetime) -> dict[str, Any]:
    """What there is to say of one upstream at `now`, for JSON; instants are UTC."""
    state = warehouse.source_state(entry.key)
    return {
        "source": entry.key,
        "name": entry.name,
        "gives": list(entry.kinds),
        "asked": not entry.optional or entry.key in settings.enable,
        "breaker": breaker.position(state, now),
        "retry_at": state.retry_at,
        "failures": state.failures,
        "quota_used": limits.used(entry, settings.home),
        "key": "none needed" if not entry.key_in else "set" if key_of(entry, settings) else f"missing: {key_variable(entry)}",
        "last_ok_at": state.last_ok_at,
        "last_failure_at": state.last_failure_at,
        "outcome": state.outcome,
        "reason": state.reason,
        "licence": entry.licence,
    }


def _cells(row: dict[str, Any]) -> list[str]:
    breaker_cell = row["breaker"] if row["retry_at"] is None else f"{row['breaker']} until {row['retry_at']:%d %H:%M}"
    quota = ", ".join(f"{used} of {limit}" for limit, used in row["quota_used"].items())
    answered = "never" if row["last_ok_at"] is None else f"{row['last_ok_at']:%Y-%m-%d %H:%M}"
    trouble = row["reason"] if row["failures"] else ""
    asked = row["source"] if row["asked"] else f"{row['source']} (optional)"
    return [asked, ", ".join(row["gives"]), breaker_cell, quota, row["key"], answered, trouble[:60]]
