"""The HTTP client of one ingest, every use of which ends in time whatever the other side does.

Timeouts of sockets hold per read, so a server that sends its headers byte by byte is never late, and a name server is asked without any.
Therefore an attempt runs in a thread of its own; one that is late is left behind: its sockets are shut, which ends it.
"""

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from functools import cache, partial
from importlib.metadata import version
from typing import Any, TypeVar
from weakref import WeakSet

import httpx

from electricity_optimizer.sources.calls.body import ENCODINGS

USER_AGENT = f"electricity-optimizer/{version('electricity-optimizer')}"
ACCEPTED = {"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5", "Accept-Encoding": ENCODINGS}

T = TypeVar("T")

for _name in ("httpx", "httpcore"):  # they log addresses as they are sent: with the key
    logging.getLogger(_name).setLevel(logging.WARNING)


def make_client() -> httpx.Client:
    """A client with our User-Agent and no credentials. Redirects are followed by `attempt`, which looks where they lead."""
    return httpx.Client(headers=ACCEPTED, verify=_trusted(), follow_redirects=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms of CPU: once a process."""
    return httpx.create_ssl_context()


class Wire:
    """A client that is made when it is first used."""

    def __init__(self) -> None:
        self._client: httpx.Client | None = None
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def open(self) -> httpx.Client:
        """The client; making it before a turn is taken keeps the distance between requests that the turns have."""
        if self._client is None:
            self._client = make_client()
        return self._client

    def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def within(self, seconds: float, use: Callable[[httpx.Client, Callable[[str, Any], None]], T]) -> T:
        """What `use` gives, with the client and the `trace` that its requests must carry. Raises TimeoutError after `seconds`."""
        client, late, future = self.open(), threading.Event(), Future[T]()
        trace = partial(_watch, late, self._sockets)
        threading.Thread(target=_run, args=(use, client, trace, late, future), daemon=True).start()
        try:
            return future.result(seconds)
        except LateError:
            if future.done():  # it was `use` that raised it
                raise
            late.set()
            self._leave_behind()
            raise TimeoutError(f"no whole answer within {seconds:.0f} s") from None

    def _leave_behind(self) -> None:
        for one in list(self._sockets):
            with contextlib.suppress(OSError):  # closed already
                one.shutdown(socket.SHUT_RDWR)
        self._client, self._sockets = None, WeakSet()


def _run(use: Callable[..., T], client: httpx.Client, trace: Callable[[str, Any], None], late: threading.Event, future: Future[T]) -> None:
    try:
        future.set_result(use(client, trace))
    except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
        future.set_exception(error)
    finally:
        if late.is_set():
            client.close()


def _watch(late: threading.Event, sockets: "WeakSet[socket.socket]", event: str, info: dict[str, Any]) -> None:
    """Told by httpcore at every step: remembers the sockets, and ends an attempt that nobody waits for any more."""
    opened = info["return_value"] if event.endswith((".connect_tcp.complete", ".start_tls.complete")) else None
    if late.is_set():
        if opened is not None:
            opened.close()
        raise TimeoutError("left behind")
    if opened is not None and (its_socket := opened.get_extra_info("socket")) is not None:
        sockets.add(its_socket)
