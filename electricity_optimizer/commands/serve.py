"""`serve`: the Dagster UI with its daemon and the API with its pages, side by side, until Ctrl-C."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer

from electricity_optimizer.defs.instance import dagster_environment
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings, load_settings

START_SECONDS = 120
STOP_SECONDS = 15
Process = subprocess.Popen[bytes]


def serve_command() -> None:
    """Run the Dagster UI, its daemon and the API with its pages until Ctrl-C.

    Example: electricity-optimizer serve
    """
    settings = load_settings()
    environment = dagster_environment(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as running:
            processes = {name: running.enter_context(_started(command, environment)) for name, command in _commands(settings).items()}
            _wait_until_answering(settings, processes)
            typer.echo(
                f"Dagster UI  http://127.0.0.1:{settings.dagster_port}\nAPI, pages  http://{settings.api_host}:{settings.api_port}/app/"
            )
            _wait_for_the_first_to_end(processes)
    except KeyboardInterrupt:
        typer.echo("stopped")


def _commands(settings: Settings) -> dict[str, list[str]]:
    scripts = Path(sys.executable).parent
    code = ["-m", "electricity_optimizer.definitions"]
    return {
        "Dagster UI": [str(scripts / "dagster-webserver"), *code, "-h", "127.0.0.1", "-p", str(settings.dagster_port)],
        "Dagster daemon": [str(scripts / "dagster-daemon"), "run", *code],
        "API": [sys.executable, "-m", "electricity_optimizer.api.serve"],
    }


@contextmanager
def _started(command: list[str], environment: Mapping[str, str]) -> Iterator[Process]:
    """Start a process; on the way out ask it to stop, then make it."""
    process = subprocess.Popen(command, env=dict(environment))  # noqa: S603 - our own commands, no user input
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_answering(settings: Settings, processes: Mapping[str, Process]) -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in (settings.dagster_port, settings.api_port):
        while not _answers(port):
            _check_running(processes)
            if time.monotonic() > deadline:
                raise SettingsError(f"port {port} does not answer after {START_SECONDS} s", where="serve", remedy="look at the log above")
            time.sleep(0.3)


def _wait_for_the_first_to_end(processes: Mapping[str, Process]) -> None:
    while True:
        _check_running(processes)
        time.sleep(1)


def _check_running(processes: Mapping[str, Process]) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            said = f"{name} ended with status {process.returncode}"
            raise SettingsError(said, where="serve", remedy="is its port taken? see the log above")


def _answers(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex(("127.0.0.1", port)) == 0
