"""A store of an earlier program is brought to the schema of this one with all its rows, on both engines, and back."""

import datetime as dt
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, insert, inspect

from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import Recorded, Warehouse
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer.warehouse.tables import metadata
from electricity_optimizer.warehouse.types import to_microseconds
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, NOON, price_records

THEN = dt.datetime(2026, 5, 3, 10, tzinfo=UTC)
STARTS = price_records()["start_utc"].to_list()


def to_revision(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("electricity_optimizer.warehouse").joinpath("migrations")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        step(config, revision)


def first_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows as the program of the first schema wrote them."""
    told = {"source": "energy-charts", "licence": "CC BY 4.0", "synthetic": False}
    record = {
        **told, "series_id": "energy-charts:DE-LU:day_ahead:SDAC:PT60M:EUR", "area": "DE-LU", "delivery_date": DAY, "resolution_s": 3600,
        "currency": "EUR", "status": "final", "derivation": "as_sent", "redistributable": True, "parser_version": 1,
    }  # fmt: skip
    hour = dt.timedelta(hours=1)
    prices = [
        {**record, "start_utc": start, "end_utc": start + hour, "revision": 1, "price": price, "valid_from": THEN, "valid_to": None}
        for start, price in zip(STARTS, (80.0, 81.5), strict=True)
    ]
    payload = {"sha256": "a" * 64, "source": "energy-charts", "request": "/price", "fetched_at": THEN, "outcome": "ok", "size_bytes": 9}
    versions = [
        {"id": number, "asset": "prices", "scope": "DE-LU", "partition": DAY.isoformat(), "version": number, "content_hash": "x",
         "rows": 1, "synthetic": False, "run_id": "r", "committed_at": THEN, "superseded_at": None}
        for number in (1, 2, 3)
    ]  # fmt: skip
    price = {**told, "zone": "DE-LU", "delivery_day": DAY, "start": STARTS[0], "resolution_minutes": 60, "price_eur_mwh": 80.0,
             "price": 80.0, "currency": "EUR", "derivation": "as_sent"}  # fmt: skip
    published = [
        {**price, "version_id": 1, "licence": "CC BY 4.0 (creativecommons.org)"},
        {**price, "version_id": 2, "licence": "private and internal use only"},
        {**price, "version_id": 3, "licence": "synthetic", "synthetic": True},
    ]
    return {"price_record": prices, "payload": [payload], "asset_version": versions, "price": published}


def stored_instants(engine: Engine, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the engine holds it: instants are microseconds on SQLite."""
    sqlite = engine.dialect.name == "sqlite"
    return {name: to_microseconds(value) if sqlite and isinstance(value, dt.datetime) else value for name, value in row.items()}


@pytest.fixture
def old_store(url: str, connect: Callable[..., Engine]) -> Engine:
    """A store of schema 0001 with rows."""
    engine = connect(url)
    to_revision(engine, command.upgrade, "0001")
    with engine.begin() as connection:
        for name, rows in first_rows().items():
            table = Table(name, MetaData(), autoload_with=engine)
            connection.execute(insert(table), [stored_instants(engine, row) for row in rows])
    return engine


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_the_upgraded_store_has_the_schema_of_the_tables(old_store: Engine) -> None:
    migrate(old_store)
    assert differences(old_store) == []


def test_what_was_recorded_stays_current_and_the_same_again_is_unchanged(old_store: Engine, tmp_path: Path) -> None:
    migrate(old_store)
    warehouse = Warehouse(old_store, FileStore(tmp_path), FileStore(tmp_path))
    rows = warehouse.records("price_record", "DE-LU", DAY, DAY)
    assert rows["price"].to_list() == [80.0, 81.5]
    assert rows.select("market", "auction", "direction", "vat", "components").unique().rows() == [
        ("day_ahead", "SDAC", "import", "excluded", "energy")
    ]
    again = warehouse.record("price_record", price_records(), now=NOON)
    assert again == Recorded(new=0, revised=0, unchanged=2)


def test_what_was_published_tells_by_its_licence_whether_it_may_be_passed_on(old_store: Engine, tmp_path: Path) -> None:
    migrate(old_store)
    warehouse = Warehouse(old_store, FileStore(tmp_path), FileStore(tmp_path))
    rows = warehouse.read("prices", "DE-LU").sort("licence")
    assert rows.select("licence", "redistributable", "status").rows() == [
        ("CC BY 4.0 (creativecommons.org)", True, "final"),
        ("private and internal use only", False, "final"),
        ("synthetic", True, "final"),
    ]


def test_an_old_answer_is_kept_and_found_without_validators(old_store: Engine, tmp_path: Path) -> None:
    migrate(old_store)
    kept = Warehouse(old_store, FileStore(tmp_path), FileStore(tmp_path)).kept_payload("energy-charts", "/price")
    assert (kept.sha256, kept.fetched_at, kept.validators, kept.about, kept.parser_version) == ("a" * 64, THEN, ("", ""), {}, 0)


def test_back_and_forth_leaves_the_rows_and_the_schema_as_they_were(old_store: Engine, tmp_path: Path) -> None:
    def columns() -> dict[str, list[str]]:
        found = inspect(old_store)
        return {name: sorted(column["name"] for column in found.get_columns(name)) for name in found.get_table_names()}

    before = columns()
    migrate(old_store)
    to_revision(old_store, command.downgrade, "0001")
    assert columns() == before
    migrate(old_store)
    assert differences(old_store) == []
    warehouse = Warehouse(old_store, FileStore(tmp_path), FileStore(tmp_path))
    assert warehouse.records("price_record", "DE-LU", DAY, DAY).filter(pl.col("price") > 0).height == 2
