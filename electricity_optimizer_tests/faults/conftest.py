"""The fault server and the warehouses that all cells of the matrix share."""

from collections.abc import Iterator

import pytest
import stamina

from electricity_optimizer_tests.faults.cell import Templates
from electricity_optimizer_tests.faults.server import FaultServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    running = FaultServer(tmp_path_factory.mktemp("certificate"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def _no_waiting_between_tries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield
