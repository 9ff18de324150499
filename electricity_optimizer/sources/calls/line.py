"""The line to an upstream: what every request passes on its way out and every answer on its way in.

Out: the breaker, a turn within the rate limits, the key, the validators of the last answer. In: up to three tries, and no secret in
what is handed on. How it ended is written down (`note`) when its body was read: a status of 200 may carry a wrong one.
"""

import datetime as dt
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

import httpx
import orjson
import stamina

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.calls import breaker
from electricity_optimizer.sources.calls.client import Refusal, attempt
from electricity_optimizer.sources.calls.keys import Veil, at_home, belongs, credentials, origin
from electricity_optimizer.sources.calls.limits import PATIENCE_S, acquire
from electricity_optimizer.sources.calls.wire import Wire
from electricity_optimizer.sources.outcome import Fetched, Outcome
from electricity_optimizer.warehouse import KeptPayload, SourceState, Warehouse

ATTEMPTS = 3
FIRST_WAIT_S, JITTER_S = 0.5, 1.0
LONGEST_WAIT_S = 2 * FIRST_WAIT_S + JITTER_S
"""Between the second and the third try."""
SHORTEST_S = 0.1
GRACE_S = 0.25
"""After the timeouts of its sockets an attempt may still tidy up."""
CONDITIONAL = ("If-None-Match", "If-Modified-Since")

stamina.instrumentation.set_on_retry_hooks([])  # it would print each wait on the standard output of a command; the outcome tells it


class _AgainError(Exception):
    """Carries an outcome that is worth another try to the retry loop."""

    def __init__(self, fetched: Fetched) -> None:
        super().__init__(fetched.reason)
        self.fetched = fetched


@dataclass(frozen=True, slots=True)
class _Errand:
    """One request on its way: its name without secrets and what hides them, the answer of before, and how often it is tried."""

    source: Source
    request: Request
    name: str
    veil: Veil
    now: dt.datetime
    refusal: Refusal | None
    stored: KeptPayload | None
    tries: int


@dataclass
class Line:
    """Calls upstreams for one ingest, until `deadline` (monotonic seconds). Use it as a context; the HTTP client closes with it.

    `began` is the monotonic second in which the `now` of its calls was true: a backfill takes hours, and the times that are written
    down (when bytes came, until when a breaker is open) go on with the clock. A turn within the rate limits is waited for `patience_s`.
    """

    settings: Settings
    warehouse: Warehouse
    deadline: float = math.inf
    patience_s: float = PATIENCE_S
    began: float = field(default_factory=time.monotonic)
    _wire: Wire = field(default_factory=Wire)
    _probing: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, settings: Settings, warehouse: Warehouse, seconds: float = math.inf) -> Self:
        """A line for as many seconds as all its calls together may take."""
        return cls(settings, warehouse, time.monotonic() + seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def call(self, source: Source, request: Request, *, now: dt.datetime, refusal: Refusal | None = None) -> Fetched:
        """The answer of `source`, or why there is none. An answer that has not changed is given from the store (`unchanged`)."""
        veil = Veil(source, request, self.settings)
        if not belongs(request.url, source):
            return Fetched(b"", source.key, now, Outcome.PERMANENT, f"a link leads away from {source.name}", asked=False)
        name = veil.text(name_of(request))
        hindrance = self._hindrance(source, self._time(now))
        if hindrance:
            return Fetched(b"", name, self._time(now), Outcome.TRANSIENT, hindrance, asked=False)
        stored, body = self._stored(source, request, name)
        tries = 1 if source.key in self._probing else ATTEMPTS
        fetched = self._tried(_Errand(source, request, name, veil, now, refusal, stored, tries))
        if fetched.unchanged and stored is not None:
            recorded_by = stored.parser_version if stored.recorded else 0
            return replace(fetched, body=body, validators=stored.validators, recorded_by=recorded_by)
        return fetched

    def note(self, source: Source, fetched: Fetched, now: dt.datetime) -> None:
        """Write down how a call to `source` ended, its body read, where that changes the state of the source."""
        if not fetched.asked:
            return
        now, probing = self._time(now), source.key in self._probing
        self._probing.discard(source.key)

        def change(state: SourceState) -> SourceState | None:
            now_is = breaker.after(state, fetched, now, probing=probing)
            return now_is if breaker.worth_noting(state, now_is) else None

        if change(self.warehouse.source_state(source.key)) is not None:
            self.warehouse.change_source_state(source.key, change)

    def _time(self, now: dt.datetime) -> dt.datetime:
        """What the clock says that showed `now` when the line began."""
        return now + dt.timedelta(seconds=time.monotonic() - self.began)

    def _hindrance(self, source: Source, now: dt.datetime) -> str:
        """Why `source` must not be asked now; empty when it may. Claims the probe of a half-open one."""
        if time.monotonic() >= self.deadline:
            return "no time is left"
        state = self.warehouse.source_state(source.key)
        if state.retry_at is None or source.key in self._probing:
            return ""
        if breaker.is_open(state, now):
            return breaker.why_open(state)
        if not self.warehouse.claim_probe(state, now + breaker.PROBE):
            return "circuit breaker half-open: another process is trying"
        self._probing.add(source.key)
        return ""

    def _stored(self, source: Source, request: Request, name: str) -> tuple[KeptPayload | None, bytes]:
        """The answer of before and its bytes, where the upstream can say that it has not changed and the bytes are still there."""
        if not request.keep or request.method != "GET":
            return None, b""
        kept = self.warehouse.kept_payload(source.key, name)
        body = self.warehouse.find_payload(kept.sha256) if kept is not None and any(kept.validators) else None
        return (None, b"") if body is None else (kept, body)

    def _tried(self, errand: _Errand) -> Fetched:
        """How the errand ended, after as many tries as it is worth within its budget; waiting for the first turn is not part of that."""
        refused = self._turn(errand, self.deadline)
        if refused is not None:
            return refused
        deadline = min(time.monotonic() + errand.source.budget_s, self.deadline)
        tries = stamina.retry_context(
            on=partial(_worth_it, deadline),
            attempts=errand.tries,
            timeout=max(SHORTEST_S, deadline - time.monotonic()),
            wait_initial=FIRST_WAIT_S,
            wait_jitter=JITTER_S,
        )
        before: list[Fetched] = []
        try:
            for again in tries:
                with again:
                    return self._try(errand, deadline, before)
        except _AgainError as error:
            return error.fetched
        raise AssertionError("the retry loop ends by return or by error")

    def _try(self, errand: _Errand, deadline: float, before: list[Fetched]) -> Fetched:
        """One try, and its turn when it is not the first; raises _AgainError for what another one may heal."""
        if before and self._turn(errand, deadline) is not None:
            return before[-1]
        fetched = self._once(errand, deadline)
        if fetched.outcome in {Outcome.TRANSIENT, Outcome.RATE_LIMITED}:
            before.append(fetched)
            raise _AgainError(fetched)
        return fetched

    def _turn(self, errand: _Errand, deadline: float) -> Fetched | None:
        """Take a turn within the rate limits; the refusal where there is none soon enough."""
        source = errand.source
        self._wire.open()
        wait = acquire(source, self.settings.home, min(self.patience_s, deadline - time.monotonic()))
        if not wait:
            return None
        reason = f"our own limit {', '.join(source.limits)} is used up, next turn in {wait:.0f} s"
        return Fetched(b"", errand.name, self._time(errand.now), Outcome.RATE_LIMITED, reason, wait, asked=False)

    def _once(self, errand: _Errand, deadline: float) -> Fetched:
        """One attempt. What our own lack of time cut short says nothing about the upstream."""
        seconds = max(SHORTEST_S, min(errand.source.timeout_s, deadline - time.monotonic()))
        try:
            fetched = self._wire.within(seconds + GRACE_S, partial(self._attempt, errand, seconds))
        except TimeoutError as error:
            fetched = Fetched(b"", errand.name, self._time(errand.now), Outcome.TRANSIENT, str(error))
        cut_short = fetched.outcome is Outcome.TRANSIENT and time.monotonic() >= self.deadline
        veil = errand.veil
        return replace(fetched, body=veil.body(fetched.body), reason=veil.text(fetched.reason), asked=fetched.asked and not cut_short)

    def _attempt(self, errand: _Errand, seconds: float, client: httpx.Client, trace: Callable[[str, Any], None]) -> Fetched:
        source, name, now = errand.source, errand.name, self._time(errand.now)
        try:
            outgoing = self._outgoing(errand, client)
        except SettingsError as error:
            return Fetched(b"", name, now, Outcome.PERMANENT, str(error), asked=False)
        except (httpx.InvalidURL, UnicodeError) as error:
            return Fetched(b"", name, now, Outcome.PERMANENT, f"no request can be made of it: {type(error).__name__}", asked=False)
        outgoing.extensions["trace"] = trace

        def allowed(url: httpx.URL) -> bool:
            return origin(url) in {origin(outgoing.url), ("https", outgoing.url.host, None)} or belongs(url, source)

        return attempt(client, outgoing, name=name, seconds=seconds, now=now, allowed=allowed, refusal=errand.refusal)

    def _outgoing(self, errand: _Errand, client: httpx.Client) -> httpx.Request:
        request, source, stored = errand.request, errand.source, errand.stored
        query, headers = credentials(source, self.settings)
        conditional = {header: value for header, value in zip(CONDITIONAL, stored.validators, strict=True) if value} if stored else {}
        body = None if request.json is None else orjson.dumps(request.json)
        kind = {"Content-Type": "application/json"} if body else {}
        return client.build_request(
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
    url = str(httpx.URL(request.url).copy_merge_params(request.params)) if request.params else request.url
    said = f"{url} {orjson.dumps(request.json).decode()}" if request.json is not None else url
    return said if request.method == "GET" else f"{request.method} {said}"


def _worth_it(deadline: float, error: Exception) -> bool | float:
    """Whether, or after how many seconds, another try may heal it before the `deadline`."""
    if not isinstance(error, _AgainError):
        return False
    left = deadline - time.monotonic()
    wait = error.fetched.retry_after
    if wait is not None:
        return wait if wait < left else False
    return error.fetched.outcome is Outcome.TRANSIENT and left > LONGEST_WAIT_S
