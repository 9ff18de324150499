"""The shared HTTP client: every outgoing request of this room goes through `fetch`, bounded in time, size and tries.

A fetch answers with bytes or with the reason why there are none; it raises nothing for trouble upstream.
"""

import datetime as dt
import email.utils
import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

import httpx
import stamina

from electricity_optimizer.catalog.sources import Source, sources
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import UTC

USER_AGENT = f"electricity-optimizer/{version('electricity-optimizer')}"
MAX_BYTES = 32_000_000
"""Of a decompressed body: a year of quarter hours is about 1 MB, so more than this is no answer of ours."""
ATTEMPTS = 3
RETRY_BUDGET_S = 45.0
PROBE_SECONDS = 4.0
PROBE_TOTAL_SECONDS = 6.0
"""Whether any upstream answers is found out within 10 seconds in all, start-up included."""

BY_STATUS = {
    204: Outcome.NO_DATA,
    401: Outcome.AUTH,
    403: Outcome.BLOCKED,
    404: Outcome.NO_DATA,
    407: Outcome.AUTH,
    408: Outcome.TRANSIENT,
    425: Outcome.TRANSIENT,
    429: Outcome.RATE_LIMITED,
}
"""What a status means; others: 5xx is transient, 2xx is ok, the rest is permanent."""


def make_client() -> httpx.Client:
    """The client of one ingest: one User-Agent, redirects followed, no credentials."""
    return httpx.Client(headers={"User-Agent": USER_AGENT, "Accept": "application/json"}, follow_redirects=True)


class _AgainError(Exception):
    """Carries an outcome that is worth another try to the retry loop."""

    def __init__(self, fetched: Fetched) -> None:
        super().__init__(fetched.reason)
        self.fetched = fetched


class _Pace:
    """Keeps requests to one source at its minimum spacing, within this process."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, source: Source) -> None:
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(source.key, now))
            self._next[source.key] = turn + source.minimum_spacing_s
        time.sleep(turn - now)


_pace = _Pace()


def fetch(client: httpx.Client, source: Source, url: str, params: Mapping[str, str | int | float], *, now: dt.datetime) -> Fetched:
    """Bytes of `url`, or the outcome after up to three tries; `now` is the instant of fetching that is written down."""

    def worth_it(error: Exception) -> bool | float:
        if not isinstance(error, _AgainError):
            return False
        wait = error.fetched.retry_after
        if wait is None:
            return True
        return wait if wait <= RETRY_BUDGET_S else False

    try:
        for attempt in stamina.retry_context(
            on=worth_it, attempts=ATTEMPTS, timeout=RETRY_BUDGET_S, wait_initial=0.5, wait_max=8.0, wait_jitter=1.0
        ):
            with attempt:
                _pace.wait(source)
                return _settled(_once(client, source, client.build_request("GET", url, params=params), now))
    except _AgainError as error:
        return error.fetched
    raise AssertionError("the retry loop ends by return or by error")


def _settled(fetched: Fetched) -> Fetched:
    """What needs no other try; raises _AgainError for what does."""
    if fetched.outcome in {Outcome.TRANSIENT, Outcome.RATE_LIMITED}:
        raise _AgainError(fetched)
    return fetched


def _once(client: httpx.Client, source: Source, request: httpx.Request, now: dt.datetime) -> Fetched:
    where = str(request.url)
    request.extensions["timeout"] = httpx.Timeout(source.timeout_s, connect=min(10.0, source.timeout_s)).as_dict()
    deadline = time.monotonic() + source.timeout_s
    try:
        response = client.send(request, stream=True)
        try:
            body = _body(response, deadline)
        finally:
            response.close()
    except (httpx.TransportError, TimeoutError) as error:
        return Fetched(b"", where, now, Outcome.TRANSIENT, f"{type(error).__name__}: {error}".rstrip(": "))
    except (httpx.DecodingError, httpx.TooManyRedirects, _TooLargeError) as error:
        return Fetched(b"", where, now, Outcome.PERMANENT, f"{error}")
    outcome, reason = _judge(response, body)
    return Fetched(body, where, now, outcome, reason, _retry_after(response, now))


class _TooLargeError(Exception):
    """The body is longer than any answer of ours."""


def _body(response: httpx.Response, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > MAX_BYTES:
            raise _TooLargeError(f"body exceeds {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("body took too long")
        parts.append(part)
    return b"".join(parts)


def _judge(response: httpx.Response, body: bytes) -> tuple[Outcome, str]:
    """Outcome and reason of a complete response."""
    status = response.status_code
    said = f"HTTP {status}"
    known = BY_STATUS.get(status)
    if known is not None:
        return known, f"{said}: {_excerpt(body)}"
    if status >= 500:
        return Outcome.TRANSIENT, f"{said}: {_excerpt(body)}"
    if status >= 300:
        return Outcome.PERMANENT, f"{said}: {_excerpt(body)}"
    if _looks_like_html(response, body):
        return Outcome.BLOCKED, "HTML where data was due"
    return (Outcome.OK, "") if body.strip() else (Outcome.NO_DATA, "empty body")


def _looks_like_html(response: httpx.Response, body: bytes) -> bool:
    start = body[:256].lstrip().lower()
    return "text/html" in response.headers.get("content-type", "") or start.startswith((b"<!doctype html", b"<html"))


def _excerpt(body: bytes) -> str:
    return " ".join(body[:160].decode("utf-8", "replace").split())


def _retry_after(response: httpx.Response, now: dt.datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds()) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Reach:
    """Which upstreams answered, and why the others did not."""

    answering: frozenset[str]
    reasons: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.answering)


def reachable(settings: Settings, upstreams: Iterable[Source] | None = None) -> Reach:
    """Asks every upstream with an address at once whether it answers at all; takes `PROBE_TOTAL_SECONDS` at most."""
    asked = [entry for entry in (upstreams or sources().values()) if entry.url]
    if settings.offline:
        return Reach(frozenset(), {entry.key: "EO_OFFLINE is set" for entry in asked})
    results: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for entry in asked:  # daemon threads: a name server that never answers must not keep the process alive
        threading.Thread(target=lambda entry=entry: results.put((entry.key, _probe(entry))), daemon=True).start()
    reasons = {entry.key: "no answer in time" for entry in asked}
    deadline = time.monotonic() + PROBE_TOTAL_SECONDS
    for _ in asked:
        try:
            name, reason = results.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        reasons[name] = reason
    return Reach(frozenset(name for name, reason in reasons.items() if not reason), {name: text for name, text in reasons.items() if text})


def _probe(source: Source) -> str:
    """Empty when the host of `source` answers anything, else why not."""
    try:
        with make_client() as client, client.stream("HEAD", source.url, timeout=PROBE_SECONDS) as response:
            return f"HTTP {response.status_code}" if response.status_code in {407, 502, 503, 504} else ""
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"{type(error).__name__}: {error}"
