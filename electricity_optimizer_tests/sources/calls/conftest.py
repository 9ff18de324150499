"""A server on this machine that misbehaves as a test says, byte by byte, and an upstream that lives there."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer_tests.sources.conftest import Desk

Behaviour = Callable[[socket.socket, bytes], None]
"""What to do with a connection after its request was read."""


def upstream(url: str = "https://upstream.test/price", **more: Any) -> Source:
    """A source of prices at `url`."""
    told = {"key": "test", "name": "Test", "kinds": ("prices",), "licence": "none", "redistributable": False, "production": True}
    return Source(**{**told, "url": url, "timeout_s": 5, "budget_s": 20, **more})


class Server:
    """Answers every request on a connection by `behaviour`; `requests` are the heads that came."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/price"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self.over.is_set():
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65_536)
                if not part:
                    return
                head += part
            self.requests.append(head)
            self.behaviour(connection, head)


@pytest.fixture
def serve() -> Iterator[Callable[[Behaviour], Server]]:
    """Starts servers and stops them after the test."""
    started: list[Server] = []

    def start(behaviour: Behaviour) -> Server:
        started.append(Server(behaviour))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def one_desk(desk: Callable[..., Desk]) -> Desk:
    """A warehouse and settings in a folder of the test."""
    return desk()
