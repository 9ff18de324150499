"""One attempt at one request: bounded in time and size, and judged. It raises nothing for trouble upstream."""

import datetime as dt
import email.utils
import ssl
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import version

import httpx

from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import UTC

USER_AGENT = f"electricity-optimizer/{version('electricity-optimizer')}"
MAX_BYTES = 32_000_000
"""Of a decompressed body: a year of quarter hours is about 1 MB, so more than this is no answer of ours."""
MAX_REDIRECTS = 5

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

Refusal = Callable[[int, bytes], tuple[Outcome, str] | None]
"""What an upstream itself knows about a status and body; None where the general rule holds."""


@cache
def _trust() -> ssl.SSLContext:
    """Certificates are read once a process: it takes longer than a request does."""
    return httpx.create_ssl_context()


def make_client() -> httpx.Client:
    """The client of one ingest: one User-Agent, redirects followed, no credentials."""
    return httpx.Client(
        verify=_trust(),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json, */*;q=0.5"},
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
    )


def attempt(
    client: httpx.Client, request: httpx.Request, *, name: str, seconds: float, now: dt.datetime, refusal: Refusal | None = None
) -> Fetched:
    """The answer to `request` within `seconds`, or why there is none. `name` is what is written down of the request: no secrets."""
    request.extensions["timeout"] = httpx.Timeout(seconds, connect=min(10.0, seconds)).as_dict()
    deadline = time.monotonic() + seconds
    try:
        response = client.send(request, stream=True)
        try:
            body = _body(response, deadline)
        finally:
            response.close()
    except (httpx.TransportError, TimeoutError) as error:
        return Fetched(b"", name, now, Outcome.TRANSIENT, f"{type(error).__name__}: {error}".rstrip(": "))
    except (httpx.DecodingError, httpx.TooManyRedirects, _TooLargeError) as error:
        return Fetched(b"", name, now, Outcome.PERMANENT, f"{type(error).__name__.strip('_')}: {error}")
    outcome, reason = _judge(response, body, refusal)
    validators = (response.headers.get("etag", ""), response.headers.get("last-modified", ""))
    unchanged = response.status_code == 304
    return Fetched(body, name, now, outcome, reason, _retry_after(response, now), unchanged, validators)


class _TooLargeError(Exception):
    """The body is longer than any answer of ours."""


def _body(response: httpx.Response, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes(65_536):  # a decoder hands out a bomb piece by piece
        size += len(part)
        if size > MAX_BYTES:
            raise _TooLargeError(f"body exceeds {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("body took too long")
        parts.append(part)
    return b"".join(parts)


def _judge(response: httpx.Response, body: bytes, refusal: Refusal | None) -> tuple[Outcome, str]:
    """Outcome and reason of a complete response."""
    status = response.status_code
    if status == 304:
        return Outcome.OK, ""
    said = refusal(status, body) if refusal is not None and status >= 300 else None
    if said is not None:
        return said[0], f"HTTP {status}: {said[1]}"
    known = BY_STATUS.get(status) or (Outcome.TRANSIENT if status >= 500 else Outcome.PERMANENT if status >= 300 else None)
    if known is not None:
        return known, f"HTTP {status}: {_excerpt(body)}"
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
