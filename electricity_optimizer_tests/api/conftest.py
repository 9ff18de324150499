"""A client of the application over its own door (ASGI), a clock that stands, a warehouse seeded once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse, open_warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import fill


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a seeded warehouse, closed."""
    home = tmp_path_factory.mktemp("seeded")
    warehouse = open_warehouse(Settings(home=home, _env_file=None))
    fill(warehouse)
    warehouse.engine.dispose()
    return home


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", _env_file=None)


@pytest.fixture
def seeded(settings: Settings, template: Path) -> Warehouse:
    shutil.copytree(template, settings.home)
    return open_warehouse(settings)


@pytest.fixture
def client(settings: Settings, seeded: Warehouse) -> Client:
    assert seeded
    return Client(settings)


@pytest.fixture
def empty_client(settings: Settings) -> Client:
    return Client(settings)
