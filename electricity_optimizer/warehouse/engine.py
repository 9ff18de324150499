"""Engines and transactions: SQLite in WAL mode by default, PostgreSQL by URL; the same statements on both."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from electricity_optimizer.errors import WarehouseError

BUSY_SECONDS = 20.0
"""How long a writer waits for another one before it gives up with WarehouseError."""

CONNECT_SECONDS = 10
WRITER_LOCK = 0x656F
"""Key of the advisory lock that writers hold on PostgreSQL: one writer at a time, as on SQLite, so versions follow each other."""

REMEDIES = {
    "locked": "another process is writing: try again when it is done",
    "lock timeout": "another process is writing: try again when it is done",
    "readonly": "make the file and its folder writable",
    "read-only": "make the file and its folder writable",
    "is gone": "bring the file back, or run make demo to begin a new one",
    "unable to open": "check that the folder exists and is writable",
    "not a database": "it is another kind of file: set EO_HOME, or restore a backup",
    "malformed": "the file is damaged: restore a backup",
    "full": "free space on the disk",
    "already exists": "it holds tables of another program: give the warehouse a database of its own",
    "no such table": "run any command once with write access so that it is migrated",
    "unique": "a row or a part comes twice: give each key once",
    "not null": "give a value for this column",
    "not-null": "give a value for this column",
    'relation "': "run any command once with write access so that it is migrated",
}
"""What to do about it, by a word of what the database said."""


def make_engine(url: str, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Engine for `url`; the folder of a SQLite file is made when missing. Raises WarehouseError when it cannot be made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        answering = parsed.set(query={"connect_timeout": str(CONNECT_SECONDS), **parsed.query})
        return create_engine(answering, pool_pre_ping=True, execution_options={"busy_seconds": busy_seconds})
    _make_folder(parsed.database)
    engine = create_engine(parsed, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _tune_sqlite)
    _follow_file(engine, parsed.database or "")
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed whole or not at all. Raises WarehouseError when locked, read-only or unreachable."""
    try:
        with engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                _wait_for_other_writers(connection)
            yield connection
    except DBAPIError as error:
        raise _in_plain_words(error, engine) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read on; a statement sees one snapshot. Raises WarehouseError when the warehouse cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise _in_plain_words(error, engine) from error


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves: the driver would begin only at the first write
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _follow_file(engine: Engine, path: str) -> None:
    """A pooled connection whose file was deleted or replaced is dropped: it would read, and write, what nobody else sees.

    Nor is an empty file made in the place of one that was there.
    """
    met = False

    def refuse(*_: object) -> None:
        if met and _identity(path) is None:
            raise sqlite3.OperationalError("unable to open: the file was there and is gone")

    def remember(_connection: object, record: Any) -> None:
        nonlocal met
        met, record.info["file"] = True, _identity(path)

    def compare(_connection: object, record: Any, _borrowed: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError("another file stands in its place")

    for moment, act in (("do_connect", refuse), ("connect", remember), ("checkout", compare)):
        event.listen(engine, moment, act)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - at every checkout, and half the price of Path.stat
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a transaction that reads before it writes could otherwise find its snapshot outdated."""
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _wait_for_other_writers(connection: Connection) -> None:
    milliseconds = int(connection.get_execution_options()["busy_seconds"] * 1000)
    connection.execute(select(func.set_config("lock_timeout", f"{milliseconds}ms", True)))
    connection.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))


def _make_folder(database: str | None) -> None:
    if not database:
        return
    try:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"its folder cannot be made: {error.strerror}", where=f"warehouse {database}", remedy="set EO_HOME") from error


def _in_plain_words(error: DBAPIError, engine: Engine) -> WarehouseError:
    said = next(iter(str(error.orig).splitlines()), type(error.orig).__name__)
    remedy = next((text for word, text in REMEDIES.items() if word in said.lower()), "check DATABASE_URL and that the server answers")
    return WarehouseError(said, where=f"warehouse {engine.url.render_as_string(hide_password=True)}", remedy=remedy)
