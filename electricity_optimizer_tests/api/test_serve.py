"""The server as `make serve` starts it: a process of its own that answers on its port and ends when asked."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def first_answer(address: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"no answer from {address}")


def test_it_answers_on_its_port_and_shows_plans_to_this_machine(settings: Settings, seeded: Warehouse, tmp_path: Path) -> None:
    assert seeded
    port = free_port()
    environment = {**os.environ, "EO_HOME": str(settings.home), "EO_API_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "electricity_optimizer.api.serve"], env=environment, cwd=tmp_path)
    try:
        assert first_answer(f"http://127.0.0.1:{port}/health", process).json() == {"status": "ok"}
        assert httpx.get(f"http://127.0.0.1:{port}/v1/sites", timeout=30).json()["data"] == ["factory", "house-1"]
        assert httpx.head(f"http://127.0.0.1:{port}/app/", timeout=30).status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_api_imports_nothing_heavy() -> None:
    heavy = "{'dagster', 'torch', 'pyomo', 'great_expectations', 'sklearn', 'pandas', 'electricity_optimizer.sources'}"
    code = f"import sys, electricity_optimizer.api.serve; print({heavy} & set(sys.modules) or 'none')"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"none\n"
