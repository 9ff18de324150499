"""A fresh warehouse of each kind: SQLite in a folder of the test, PostgreSQL in a database of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer.warehouse.engine import make_engine
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'warehouse.db'}"
    return request.getfixturevalue("postgres_url").replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def connect() -> Iterator[Callable[..., Engine]]:
    """Makes engines whose writers give up after a fifth of a second, and closes them after the test."""
    engines = []

    def make(url: str, busy_seconds: float = 0.2) -> Engine:
        engines.append(make_engine(url, busy_seconds))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(url: str, connect: Callable[..., Engine]) -> Engine:
    """An engine on a migrated database."""
    engine = connect(url)
    migrate(engine)
    return engine


@pytest.fixture
def warehouse(engine: Engine, tmp_path: Path) -> Warehouse:
    """A whole warehouse on `engine`."""
    return Warehouse(engine, FileStore(tmp_path / "payloads"), FileStore(tmp_path / "models"))
