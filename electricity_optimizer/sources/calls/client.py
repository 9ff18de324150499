"""One attempt at one request: bounded in time and size, and judged. It raises nothing for trouble upstream."""

import datetime as dt
import email.utils
import time
from collections.abc import Callable

import httpx

from electricity_optimizer.sources.calls.body import TooLargeError, received
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.timeline import UTC

MAX_REDIRECTS = 5
LONGEST_RETRY_AFTER = 86_400.0
"""Seconds: who says to come back in a year is asked again tomorrow."""

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

HOPELESS = (
    httpx.DecodingError, httpx.InvalidURL, httpx.LocalProtocolError, httpx.StreamError, httpx.TooManyRedirects, httpx.UnsupportedProtocol,
    TooLargeError,
)  # fmt: skip
"""What would happen again to the same request."""

Refusal = Callable[[int, bytes], tuple[Outcome, str] | None]
"""What an upstream itself knows about a status and body; None where the general rule holds."""
Allowed = Callable[[httpx.URL], bool]
"""Whether a redirect may be followed to this address."""


class _AwayError(Exception):
    """A redirect leads to a host that is not the source's."""


def attempt(
    client: httpx.Client, request: httpx.Request, *, name: str, seconds: float, now: dt.datetime, allowed: Allowed, refusal: Refusal | None
) -> Fetched:
    """The answer to `request` within `seconds`, or why there is none. `name` is what is written down of the request: no secrets."""
    request.extensions["timeout"] = httpx.Timeout(seconds, connect=min(10.0, seconds)).as_dict()
    deadline = time.monotonic() + seconds
    try:
        response = _sent(client, request, allowed)
        try:
            body = received(response, deadline)
        finally:
            response.close()
    except HOPELESS as error:
        return Fetched(b"", name, now, Outcome.PERMANENT, _told(error))
    except _AwayError as error:
        return Fetched(b"", name, now, Outcome.PERMANENT, str(error))
    except (httpx.TransportError, OSError) as error:
        return Fetched(b"", name, now, Outcome.TRANSIENT, _told(error))
    outcome, reason = _judge(response, body, refusal)
    validators = (response.headers.get("etag", ""), response.headers.get("last-modified", ""))
    return Fetched(body, name, now, outcome, reason, _retry_after(response, now), response.status_code == 304, validators)


def _sent(client: httpx.Client, request: httpx.Request, allowed: Allowed) -> httpx.Response:
    """The opened response at the end of the redirects. Raises _AwayError for one that leads to another host: it may carry the key there."""
    for _ in range(MAX_REDIRECTS + 1):
        response = client.send(request, stream=True)
        onward = response.next_request
        if onward is None:
            return response
        response.close()
        if not allowed(onward.url):
            raise _AwayError(f"HTTP {response.status_code} redirects to {onward.url.scheme}://{onward.url.host}, which is not its own")
        request = onward
    raise httpx.TooManyRedirects(f"more than {MAX_REDIRECTS} redirects", request=request)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _judge(response: httpx.Response, body: bytes, refusal: Refusal | None) -> tuple[Outcome, str]:
    """Outcome and reason of a complete response."""
    status = response.status_code
    if status == 304:
        conditional = {"if-none-match", "if-modified-since"} & set(response.request.headers)
        return (Outcome.OK, "") if conditional else (Outcome.TRANSIENT, "HTTP 304 where nothing was said to be known")
    said = _said(refusal, status, body) if refusal is not None and status >= 300 else None
    if said is not None:
        return said[0], f"HTTP {status}: {said[1]}"
    known = BY_STATUS.get(status) or (Outcome.TRANSIENT if status >= 500 else Outcome.PERMANENT if status >= 300 else None)
    if known is not None:
        return known, f"HTTP {status}: {_excerpt(body)}".rstrip(": ")
    if _looks_like_html(response, body):
        return Outcome.BLOCKED, "HTML where data was due"
    return (Outcome.OK, "") if body.strip() else (Outcome.NO_DATA, "empty body")


def _said(refusal: Refusal, status: int, body: bytes) -> tuple[Outcome, str] | None:
    try:
        return refusal(status, body)
    except Exception:  # noqa: BLE001 - an error page that the adapter cannot read falls under the general rule
        return None


def _looks_like_html(response: httpx.Response, body: bytes) -> bool:
    """By its first bytes; a content type of HTML alone is a mistake that servers of JSON make."""
    start = body[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    named = "text/html" in response.headers.get("content-type", "").lower()
    return start.startswith((b"<!doctype html", b"<html")) or (named and start.startswith(b"<") and not start.startswith(b"<?xml"))


def _excerpt(body: bytes) -> str:
    return " ".join(body[:160].decode("utf-8", "replace").split())


def _retry_after(response: httpx.Response, now: dt.datetime) -> float | None:
    """Seconds of a Retry-After header, given as seconds or as a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), LONGEST_RETRY_AFTER)
    try:
        seconds = (email.utils.parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds() if text else None
    except (ValueError, TypeError, OverflowError):  # neither seconds nor a date: as if it had not been said
        return None
    return None if seconds is None else min(max(0.0, seconds), LONGEST_RETRY_AFTER)
