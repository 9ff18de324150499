"""An HTTP server on loopback that answers for the upstreams, well or with a fault, and writes down what it was asked.

Each upstream has a prefix of its own (`/entsoe/...`), to which the setting `source_urls` sends its requests. What it answers is its
`Scene`: the writer of its wire format with the prices it is to tell, and what becomes of the honest reply on its way out.
"""

import contextlib
import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from electricity_optimizer_tests.faults.writers import WRITERS
from electricity_optimizer_tests.sources.wire.intervals import Price

ITSELF = "itself"
"""In a Location: the address that was asked for."""
LONGEST_HANG_S = 5.0
"""A connection left hanging is given up after this time, so that no thread of a test outlives it for long."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out: `pieces` in place of `body` is sent chunk by chunk (without end, if need be), `pace` seconds lie between bytes.

    `cut` ends the connection after so many bytes of those announced; `silent` never answers.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Callable[[], Iterator[bytes]] | None = None
    pace: float = 0.0
    cut: int | None = None
    silent: bool = False


Spoil = Callable[[Reply, str], Reply]
"""The reply in place of an honest one to a request for an address."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What an upstream answers: its `price` in the wire format of `source`, and what `spoil` makes of that."""

    source: str
    price: Price
    spoil: Spoil = lambda reply, _: reply
    etag: str = ""

    def reply(self, url: str, known: str) -> Reply:
        """The reply to a request for `url` whose sender knows the answer with the ETag `known`."""
        status, kind, body = WRITERS[self.source].answer(url, self.price)
        honest = Reply(status, body, {"Content-Type": kind} if kind else {})
        if self.etag and known == self.etag:
            return Reply(304, headers={"ETag": self.etag})
        return self.spoil(replace(honest, headers={**honest.headers, "ETag": self.etag}) if self.etag else honest, url)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: whose, for what address, with which headers (names in lower case), at which monotonic second."""

    source: str
    url: str
    headers: Mapping[str, str]
    at: float


class FaultServer:
    """The server, its scenes by source and what it was asked. A source without a scene answers 404."""

    def __init__(self, certificates: Path) -> None:
        self.scenes: dict[str, Scene] = {}
        self.asked: list[Asked] = []
        self.defects: list[str] = []
        self.closing = threading.Event()
        self._plain = _Server(self, None)
        self._secure = _Server(self, _self_made(certificates))
        self._deaf, self._waiting = _full_queue()
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in (self._plain, self._secure)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop; whoever still hangs is let go."""
        self.closing.set()
        for server in (self._plain, self._secure):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()
        for one in (self._deaf, *self._waiting):
            one.close()

    def address(self, source: str, kind: str = "") -> str:
        """Where `source` is: plain, or "tls" with a certificate nobody trusts, "refused", "deaf" (accepts nobody), "nowhere" (no name)."""
        hosts = {
            "": f"http://127.0.0.1:{self._plain.server_port}",
            "tls": f"https://127.0.0.1:{self._secure.server_port}",
            "refused": f"http://127.0.0.1:{_closed_port()}",
            "deaf": f"http://127.0.0.1:{self._deaf.getsockname()[1]}",
            "nowhere": "http://no-such-host.invalid",
        }
        return f"{hosts[kind]}/{source}"

    def count(self, source: str) -> int:
        """Requests that came for `source`."""
        return sum(asked.source == source for asked in self.asked)

    def begin(self, *scenes: Scene) -> None:
        """Another play: these scenes and no requests yet."""
        self.scenes = {scene.source: scene for scene in scenes}
        self.asked, self.defects = [], []


class _Server(ThreadingHTTPServer):
    """One listening socket; each connection has a thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, owner: FaultServer, secure: ssl.SSLContext | None) -> None:
        self.owner = owner
        self.secure = secure
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        if self.secure is None:
            return connection, address
        return self.secure.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what many faults are about; anything else is a defect of the test."""


class _Handler(BaseHTTPRequestHandler):
    """Answers by the scene of the first part of the path."""

    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Tests read `asked`."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        owner = self.server.owner
        if owner.closing.is_set():  # dead servers keep no connection alive
            self.close_connection = True
            return
        source, _, rest = self.path.lstrip("/").partition("/")
        url = f"https://upstream.test/{rest}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner.asked.append(Asked(source, url, headers, time.monotonic()))
        scene = owner.scenes.get(source)
        try:
            reply = scene.reply(url, headers.get("if-none-match", "")) if scene is not None else Reply(404, b"no such source")
        except Exception as error:  # noqa: BLE001 - told to the test, which would see a broken connection only
            owner.defects.append(f"{type(error).__name__}: {error} at {url}")
            reply = Reply(500, b"defect of the test")
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.silent:
            self._hang()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, self.path if value == ITSELF else value)
        if reply.pieces is not None:
            self._send_pieces(reply.pieces())
            return
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self._send_body(reply)

    def _send_pieces(self, pieces: Iterator[bytes]) -> None:
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)

    def _send_body(self, reply: Reply) -> None:
        if reply.cut is not None:
            self.wfile.write(reply.body[: reply.cut])
            self.close_connection = True
        elif not reply.pace:
            self.wfile.write(reply.body)
        else:
            for k in range(len(reply.body)):
                self.wfile.write(reply.body[k : k + 1])
                if self.server.owner.closing.wait(reply.pace):
                    break

    def _hang(self) -> None:
        self.server.owner.closing.wait(LONGEST_HANG_S)
        self.close_connection = True


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _full_queue() -> tuple[socket.socket, list[socket.socket]]:
    """A listening socket whose queue is full: the kernel answers no further connection."""
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    deaf.listen(0)
    waiting = []
    for _ in range(3):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(deaf.getsockname())
        waiting.append(one)
    return deaf, waiting


def _self_made(folder: Path) -> ssl.SSLContext:
    """A context with a certificate for 127.0.0.1 that is signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
