"""Migrations: they end at the schema of tables.py, on both engines, and a newer warehouse is left alone."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse import open_warehouse
from electricity_optimizer.warehouse.migrate import HEAD, migrate
from electricity_optimizer.warehouse.tables import PUBLISHED, metadata


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("electricity_optimizer.warehouse").joinpath("migrations")))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_fresh_warehouse_has_the_schema_of_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = sorted(inspect(engine).get_table_names())
    migrate(engine)
    assert sorted(inspect(engine).get_table_names()) == before == sorted([*metadata.tables, "alembic_version"])


def test_a_warehouse_newer_than_the_program_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(WarehouseError, match="upgrade the program"):
        migrate(engine)


def test_a_migration_that_fails_leaves_nothing_behind(url: str, connect: Callable[..., Engine]) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("create table weather (id integer)"))
    with pytest.raises(WarehouseError, match="give the warehouse a database of its own"):
        migrate(engine)
    assert inspect(engine).get_table_names() == ["weather"]


def test_opening_by_settings_migrates_once_and_gives_the_same_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = load_settings(home=tmp_path)
    first, second = open_warehouse(settings), open_warehouse(settings)
    assert first.engine is second.engine
    assert first.read("prices", "DE-LU").is_empty()
    first.engine.dispose()


def test_every_published_table_belongs_to_a_version() -> None:
    assert {next(iter(table.primary_key.columns)).name for table in PUBLISHED.values()} == {"version_id"}
    assert all(table.metadata is metadata for table in PUBLISHED.values())
