"""The one console script, `electricity-optimizer`: registers the commands and turns our errors into one line and exit status 2."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from electricity_optimizer.errors import ElectricityOptimizerError, InputError

COMMANDS = {
    "demo": ("demo", "demo_command"),
    "serve": ("serve", "serve_command"),
    "schedule": ("schedule", "schedule_command"),
    "backtest": ("backtest", "backtest_command"),
    "prices": ("prices", "prices_command"),
    "forecast": ("prices", "forecast_command"),
    "models": ("models", "models_command"),
    "advice": ("advice", "advice_command"),
    "sources": ("sources", "sources_command"),
    "import": ("import_files", "import_command"),
    "check-config": ("check_config", "check_config_command"),
}
"""Command name -> (module in `commands`, function). Only the module of the command that runs is imported: torch and Dagster are slow."""


class LazyCommands(TyperGroup):
    """Group that imports the module of a command when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of `COMMANDS`."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command called `cmd_name`, None when there is no such command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name]
        one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        one.command(cmd_name)(getattr(importlib.import_module(f"electricity_optimizer.commands.{module}"), function))
        return typer.main.get_command(one)


UsageError: Any = typer.BadParameter.__bases__[0]
"""What typer raises for wrong usage; it exports only this child of it."""

app = typer.Typer(cls=LazyCommands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _electricity_optimizer() -> None:
    """Electricity prices turned into money saved: collect, forecast, schedule, settle."""


def main() -> None:
    """Run the command line of this process; its exit status is 0, 1, or 2 for wrong usage or input, told in one line."""
    try:
        status = app(standalone_mode=False)
    except ElectricityOptimizerError as error:
        _end(str(error), 2 if isinstance(error, InputError) else 1)
    except UsageError as error:
        _end(f"{error.format_message() or 'which command?'} (see --help)", 2)
    except typer.Abort:
        _end("stopped", 1)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _end(line: str, status: int) -> None:
    typer.echo(f"electricity-optimizer: {line}", err=True)
    sys.exit(status)
