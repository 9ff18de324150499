"""The line to an upstream: what every request passes on its way out and every answer on its way in.

Out: the breaker, a turn within the rate limits, the key, the validators of the last answer. In: up to three tries. How it ended is
written down (`note`) when its body was read: a status of 200 may carry a wrong one.
"""

import datetime as dt
import math
import time
from dataclasses import dataclass, replace
from typing import Self

import httpx
import orjson
import stamina

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.calls import breaker
from electricity_optimizer.sources.calls.client import Refusal, attempt, make_client
from electricity_optimizer.sources.calls.keys import at_home, belongs, credentials
from electricity_optimizer.sources.calls.limits import acquire
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.warehouse import KeptPayload, Warehouse

ATTEMPTS = 3
CONDITIONAL = ("If-None-Match", "If-Modified-Since")


class _AgainError(Exception):
    """Carries an outcome that is worth another try to the retry loop."""

    def __init__(self, fetched: Fetched) -> None:
        super().__init__(fetched.reason)
        self.fetched = fetched


@dataclass
class Line:
    """Calls upstreams for one ingest, until `deadline` (monotonic seconds). Use it as a context; the HTTP client closes with it."""

    settings: Settings
    warehouse: Warehouse
    deadline: float = math.inf
    _client: httpx.Client | None = None

    @classmethod
    def open(cls, settings: Settings, warehouse: Warehouse, seconds: float = math.inf) -> Self:
        """A line for as many seconds as all its calls together may take."""
        return cls(settings, warehouse, time.monotonic() + seconds)

    @property
    def client(self) -> httpx.Client:
        """The HTTP client, made at the first call: most ingests of a day find that nothing need be asked."""
        if self._client is None:
            self._client = make_client()
        return self._client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def call(self, source: Source, request: Request, *, now: dt.datetime, refusal: Refusal | None = None) -> Fetched:
        """The answer of `source`, or why there is none. An answer that has not changed is given from the store (`unchanged`)."""
        name = name_of(request)
        if not belongs(request.url, source):
            return Fetched(b"", name, now, Outcome.PERMANENT, f"leads away from {source.name}", asked=False)
        if time.monotonic() >= self.deadline:
            return Fetched(b"", name, now, Outcome.TRANSIENT, "no time is left", asked=False)
        state = self.warehouse.source_state(source.key)
        if breaker.is_open(state, now):
            return Fetched(b"", name, now, Outcome.TRANSIENT, breaker.why_open(state), asked=False)
        if state.retry_at is not None and not self.warehouse.claim_probe(state, now + breaker.PROBE):
            return Fetched(b"", name, now, Outcome.TRANSIENT, "circuit breaker half-open: another process is trying", asked=False)
        kept = self.warehouse.kept_payload(source.key, name) if request.keep else None
        fetched = self._tried(source, request, name, kept, now, refusal)
        if fetched.unchanged and kept is not None:
            return replace(fetched, body=self.warehouse.load_payload(kept.sha256), validators=kept.validators)
        return fetched

    def note(self, source: Source, fetched: Fetched, now: dt.datetime) -> None:
        """Write down how a call to `source` ended, its body read, where that changes the state of the source."""
        if not fetched.asked:
            return
        state = self.warehouse.source_state(source.key)
        now_is = breaker.after(state, fetched, now)
        if breaker.worth_noting(state, now_is):
            self.warehouse.put_source_state(now_is)

    def _tried(
        self, source: Source, request: Request, name: str, kept: KeptPayload | None, now: dt.datetime, refusal: Refusal | None
    ) -> Fetched:
        deadline = min(time.monotonic() + source.budget_s, self.deadline)

        def worth_it(error: Exception) -> bool | float:
            if not isinstance(error, _AgainError):
                return False
            wait = error.fetched.retry_after
            if wait is None:
                return True
            return wait if time.monotonic() + wait < deadline else False

        tries = stamina.retry_context(
            on=worth_it, attempts=ATTEMPTS, timeout=max(0.1, deadline - time.monotonic()), wait_initial=0.5, wait_max=8.0, wait_jitter=1.0
        )
        try:
            for again in tries:
                with again:
                    return self._once(source, request, name, kept, now, refusal, deadline)
        except _AgainError as error:
            return error.fetched
        raise AssertionError("the retry loop ends by return or by error")

    def _once(
        self,
        source: Source,
        request: Request,
        name: str,
        kept: KeptPayload | None,
        now: dt.datetime,
        refusal: Refusal | None,
        deadline: float,
    ) -> Fetched:
        """One attempt; raises _AgainError for what another one may heal."""
        wait = acquire(source, self.settings.home)
        if wait:
            reason = f"our own limit {', '.join(source.limits)} is used up, next turn in {wait:.0f} s"
            return Fetched(b"", name, now, Outcome.RATE_LIMITED, reason, wait, asked=False)
        seconds = max(0.1, min(source.timeout_s, deadline - time.monotonic()))
        outgoing = self._outgoing(source, request, kept)
        fetched = attempt(self.client, outgoing, name=name, seconds=seconds, now=now, refusal=refusal)
        if fetched.outcome in {Outcome.TRANSIENT, Outcome.RATE_LIMITED}:
            raise _AgainError(fetched)
        return fetched

    def _outgoing(self, source: Source, request: Request, kept: KeptPayload | None) -> httpx.Request:
        query, headers = credentials(source, self.settings)
        conditional = {header: value for header, value in zip(CONDITIONAL, kept.validators, strict=True) if value} if kept else {}
        body = None if request.json is None else orjson.dumps(request.json)
        kind = {"Content-Type": "application/json"} if body else {}
        return self.client.build_request(
            request.method,
            at_home(request.url, source, self.settings),
            params={**request.params, **query} or None,
            headers={**kind, **conditional, **headers, **request.headers, **request.secrets},
            content=body,
        )


def name_of(request: Request) -> str:
    """What is written down of a request: method unless GET, address, parameters and body; never a key.

    >>> name_of(Request("https://example.test/price", {"bzn": "DE-LU"}))
    'https://example.test/price?bzn=DE-LU'
    """
    url = str(httpx.URL(request.url, params={**dict(httpx.URL(request.url).params), **request.params} or None))
    said = f"{url} {orjson.dumps(request.json).decode()}" if request.json is not None else url
    return said if request.method == "GET" else f"{request.method} {said}"
