"""Answers with versions: an ETag per question and version, 304 before any series is read, the last good answer when the store is gone."""

import datetime as dt
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from fastapi import Request, Response

from electricity_optimizer.api.store import Store
from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.timeline import floor

KEPT_BYTES = 32 * 1024 * 1024
QUARTER_SECONDS = 900
LONGEST_AGE = 300
JSON = "application/json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Body:
    """The bytes of an answer and what they are; `name` makes a file of them."""

    content: bytes
    media_type: str = JSON
    name: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked: the parameters as understood, the assets and scope that answer it, and whether anyone may see it."""

    key: str
    assets: tuple[str, ...]
    scope: str
    personal: bool = False


class Answers:
    """Keeps the last answer to each question, the least recently asked ones going first above 32 MB."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, tuple[str, Body]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def respond(self, request: Request, question: Question, now: dt.datetime, build: Callable[[str], Body]) -> Response:
        """The answer by its version: 304, kept, or built by `build(version)`. Raises WarehouseError with nothing kept to fall back on.

        The quarter-hour belongs to the ETag: with it the present interval, the kinds and the default range change.
        """
        try:
            version = self._store.token(question.assets, question.scope)
            etag = _etag(version, question.key, floor(now, 15).isoformat())
            headers = {"ETag": etag, "Vary": "Authorization, X-API-Key", "Cache-Control": _cache_control(question, now)}
            if _matches(request.headers.get("if-none-match", ""), etag):
                return Response(status_code=304, headers=headers)
            body = self._kept_as(question.key, etag) or self._keep(question.key, etag, build(version))
        except WarehouseError as error:
            return self._last_good(question, error)
        return _sent(body, headers)

    def _kept_as(self, key: str, etag: str) -> Body | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] != etag:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def _keep(self, key: str, etag: str, body: Body) -> Body:
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += len(body.content) - (len(before[1].content) if before else 0)
            self._kept[key] = (etag, body)
            while self._size > KEPT_BYTES:
                _, (_, gone) = self._kept.popitem(last=False)
                self._size -= len(gone.content)
        return body

    def _last_good(self, question: Question, error: WarehouseError) -> Response:
        with self._lock:
            kept = self._kept.get(question.key)
        if kept is None:
            raise error
        _LOG.warning("answering from memory: %s", error)
        body = kept[1]
        if body.media_type == JSON:
            document = orjson.loads(body.content)
            document["meta"] |= {"stale": True, "stale_reason": "the store does not answer: this is its last good answer"}
            body = Body(orjson.dumps(document))
        return _sent(body, {"Cache-Control": "no-cache", "Warning": '110 - "Response is Stale"'})


def _sent(body: Body, headers: dict[str, str]) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{body.name}"'} if body.name else {}
    return Response(body.content, headers={**headers, **named}, media_type=body.media_type)


def _etag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def _matches(given: str, etag: str) -> bool:
    """Whether `If-None-Match` names the ETag; it compares weakly (RFC 9110 13.1.2)."""
    return given.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in given.split(",")}


def _cache_control(question: Question, now: dt.datetime) -> str:
    if question.personal:
        return "private, no-cache"
    to_next = QUARTER_SECONDS - int(now.timestamp()) % QUARTER_SECONDS
    return f"public, max-age={min(LONGEST_AGE, to_next)}, stale-if-error=86400"
