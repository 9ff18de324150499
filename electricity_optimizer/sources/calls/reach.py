"""Whether any upstream answers at all: asked once a run, all at once, so that a machine without a network knows it in seconds."""

import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import httpx

from electricity_optimizer.catalog.sources import Source, sources
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.calls.keys import at_home, key_of
from electricity_optimizer.sources.calls.wire import make_client

PROBE_SECONDS = 4.0
PROBE_TOTAL_SECONDS = 6.0
"""Whether any upstream answers is found out within 10 seconds in all, start-up included."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which upstreams answered, and why the others did not."""

    answering: frozenset[str]
    reasons: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.answering)


def reachable(settings: Settings, upstreams: Iterable[Source] | None = None) -> Reach:
    """Asks every upstream that would be asked at once whether it answers at all; takes `PROBE_TOTAL_SECONDS` at most."""
    asked = list(upstreams) if upstreams is not None else [entry for entry in sources().values() if _in_use(entry, settings)]
    if settings.offline:
        return Reach(frozenset(), {entry.key: "EO_OFFLINE is set" for entry in asked})
    results: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for entry in asked:  # daemon threads: a name server that never answers must not keep the process alive
        threading.Thread(target=lambda entry=entry: results.put((entry.key, _probe(entry, settings))), daemon=True).start()
    reasons = {entry.key: "no answer in time" for entry in asked}
    deadline = time.monotonic() + PROBE_TOTAL_SECONDS
    for _ in asked:
        try:
            name, reason = results.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        reasons[name] = reason
    return Reach(frozenset(name for name, reason in reasons.items() if not reason), {name: text for name, text in reasons.items() if text})


def _in_use(entry: Source, settings: Settings) -> bool:
    keyed = not entry.key_in or bool(entry.keyless) or bool(key_of(entry, settings))
    return bool(entry.url) and keyed and (not entry.optional or entry.key in settings.enable)


def _probe(entry: Source, settings: Settings) -> str:
    """Empty when the host of a source answers anything, else why not."""
    try:
        with make_client() as client, client.stream("HEAD", at_home(entry.url, entry, settings), timeout=PROBE_SECONDS) as response:
            return f"HTTP {response.status_code}" if response.status_code in {407, 502, 503, 504} else ""
    except SettingsError as error:
        return str(error)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"{type(error).__name__}: {error}"
