"""Engines and transactions: SQLite in WAL mode by default, PostgreSQL by URL; the same statements on both."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from electricity_optimizer.errors import WarehouseError

BUSY_SECONDS = 20
"""How long a writer waits for another one before it gives up with WarehouseError."""


def make_engine(url: str) -> Engine:
    """Engine for `url`; the folder of a SQLite file is made when missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed whole or not at all. Raises WarehouseError when locked, read-only or unreachable."""
    try:
        with engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin() as connection:
            yield connection
    except OperationalError as error:
        raise _in_plain_words(error, engine) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read snapshot. Raises WarehouseError when the warehouse cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise _in_plain_words(error, engine) from error


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves: the driver would begin only at the first write
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a transaction that reads before it writes could otherwise find its snapshot outdated."""
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _in_plain_words(error: DBAPIError, engine: Engine) -> WarehouseError:
    said = str(error.orig)
    remedies = {
        "locked": "another process is writing: try again when it is done",
        "readonly": "make the file and its folder writable",
        "read-only": "make the file and its folder writable",
        "unable to open": "check that the folder exists and is writable",
        "no such table": "run any command once with write access so that it is migrated",
    }
    remedy = next((text for word, text in remedies.items() if word in said), "check DATABASE_URL and that the server answers")
    return WarehouseError(said.splitlines()[0], where=f"warehouse {engine.url.render_as_string(hide_password=True)}", remedy=remedy)
