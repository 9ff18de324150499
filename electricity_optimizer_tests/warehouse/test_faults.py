"""Faults: a killed writer, another writer, a read-only or damaged file, a server that is away. Reads go on, and the error is one line."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse import Part, Warehouse, open_warehouse
from electricity_optimizer.warehouse.engine import writing
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, EVENING, price_rows

ROOT = Path(__file__).parents[2]
NOBODY = 65534
Connect = Callable[..., Engine]


def publish(warehouse: Warehouse, price: float = 80.0, zone: str = "DE-LU") -> list:
    return warehouse.publish("prices", [Part(zone, DAY.isoformat(), price_rows(price=price, zone=zone))], run_id="r", now=EVENING)


def over(engine: Engine, home: Path) -> Warehouse:
    return Warehouse(engine, FileStore(home / "payloads"), FileStore(home / "models"))


def one_line(error: pytest.ExceptionInfo[WarehouseError]) -> str:
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith("warehouse ")
    return line


def test_a_writer_killed_in_the_middle_leaves_the_last_version_and_the_next_run_converges(
    url: str, tmp_path: Path, connect: Connect
) -> None:
    command = [sys.executable, "-m", "electricity_optimizer_tests.warehouse.killed_writer", url, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout.readline() == "rows are written, not committed\n"
        writer.kill()
    warehouse = over(connect(url), tmp_path)
    assert warehouse.read("prices", "DE-LU")["price"].unique().to_list() == [80.0]
    assert warehouse.versions("prices").select("version", "run_id").rows() == [(1, "whole")]
    assert [(part.version, part.changed) for part in publish(warehouse, price=99.0)] == [(2, True)]


def test_while_another_writes_a_writer_gives_up_with_the_remedy_and_readers_go_on(warehouse: Warehouse, url: str, connect: Connect) -> None:
    publish(warehouse)
    other = connect(url)
    with writing(other):
        with pytest.raises(WarehouseError, match="another process is writing: try again when it is done") as error:
            publish(warehouse, price=99.0)
        assert warehouse.read("prices", "DE-LU")["price"].unique().to_list() == [80.0]
    one_line(error)
    assert publish(warehouse, price=99.0)[0].version == 2


def test_a_database_locked_by_a_foreign_program_is_one_clear_line(tmp_path: Path, connect: Connect) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    migrate(connect(url))
    foreign = sqlite3.connect(tmp_path / "warehouse.db", isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(WarehouseError, match="database is locked") as error:
        publish(over(connect(url), tmp_path))
    foreign.close()
    assert "try again" in one_line(error)


def test_concurrent_writers_lose_nothing_and_number_their_versions_in_order(url: str, tmp_path: Path, connect: Connect) -> None:
    engine = connect(url, busy_seconds=20)
    migrate(engine)
    warehouse = over(engine, tmp_path)
    prices = [float(number) for number in range(6)]
    writers = [threading.Thread(target=publish, args=(warehouse, price)) for price in prices]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert warehouse.versions("prices")["version"].to_list() == [len(prices)]


@contextmanager
def powerless() -> Iterator[None]:
    """As a user who owns nothing: for root no file is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user can reach (that of tmp_path is closed)."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def test_a_read_only_warehouse_is_read_and_a_write_is_one_clear_line(public_folder: Path, connect: Connect) -> None:
    path = public_folder / "warehouse.db"
    url = f"sqlite:///{path}"
    writer = connect(url)
    migrate(writer)
    path.chmod(0o444)
    warehouse = over(connect(url), public_folder)
    with powerless():
        with pytest.raises(WarehouseError, match="make the file and its folder writable") as error:
            publish(warehouse)
        assert warehouse.read("prices", "DE-LU").is_empty()
    one_line(error)


def test_a_folder_without_write_access_is_one_clear_line(public_folder: Path, connect: Connect) -> None:
    public_folder.chmod(0o555)
    with powerless(), pytest.raises(WarehouseError, match="check that the folder exists and is writable") as error:
        migrate(connect(f"sqlite:///{public_folder / 'warehouse.db'}"))
    one_line(error)
    with powerless(), pytest.raises(WarehouseError, match="set EO_HOME") as error:
        connect(f"sqlite:///{public_folder / 'deeper' / 'warehouse.db'}")
    one_line(error)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "warehouse.db").write_text("price;start\n" * 100)
    with pytest.raises(WarehouseError, match="it is another kind of file") as error:
        migrate(connect(f"sqlite:///{tmp_path / 'warehouse.db'}"))
    one_line(error)


def test_a_server_that_is_away_is_one_line_without_the_password(tmp_path: Path) -> None:
    secret = "correct-horse"  # pragma: allowlist secret - no server has it
    with pytest.raises(WarehouseError, match="check DATABASE_URL and that the server answers") as error:
        open_warehouse(load_settings(home=tmp_path, DATABASE_URL=f"postgres://someone:{secret}@127.0.0.1:1/none"))
    assert secret not in one_line(error)


def test_a_database_that_was_never_migrated_is_one_clear_line(url: str, tmp_path: Path, connect: Connect) -> None:
    with pytest.raises(WarehouseError, match="run any command once with write access") as error:
        over(connect(url), tmp_path).read("prices", "DE-LU")
    one_line(error)


def test_a_file_that_was_deleted_is_not_read_nor_written_any_more(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    warehouse = open_warehouse(settings)
    publish(warehouse)
    for file in tmp_path.glob("warehouse.db*"):
        file.unlink()
    for _ in range(2):
        with pytest.raises(WarehouseError, match="the file was there and is gone"):
            warehouse.read("prices", "DE-LU")
        with pytest.raises(WarehouseError, match="the file was there and is gone"):
            publish(warehouse)
    assert not list(tmp_path.glob("warehouse.db*")), "nothing empty stands in its place"
    warehouse.engine.dispose()


def test_a_file_that_was_replaced_is_read_at_once_and_counts_as_something_new(tmp_path: Path) -> None:
    warehouse, other = (open_warehouse(load_settings(home=tmp_path / name)) for name in ("here", "there"))
    publish(warehouse, price=80.0)
    other.publish("prices", [Part("DE-LU", DAY.isoformat(), price_rows(price=50.0))], run_id="r", now=EVENING + dt.timedelta(hours=1))
    token = warehouse.version_token(["prices"], "DE-LU")
    other.engine.dispose()
    for file in (tmp_path / "here").glob("warehouse.db*"):
        file.unlink()  # with its log of changes, which SQLite would otherwise apply to the new file
    (tmp_path / "there" / "warehouse.db").replace(tmp_path / "here" / "warehouse.db")
    assert warehouse.read("prices", "DE-LU")["price"].unique().to_list() == [50.0]
    assert warehouse.version_token(["prices"], "DE-LU") != token, "both are the first version of their file"
    warehouse.engine.dispose()
