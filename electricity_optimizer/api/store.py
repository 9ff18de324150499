"""The warehouse as the API sees it: opened when first asked, version tokens re-read at most once a second."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import Warehouse, open_warehouse

TOKEN_SECONDS = 1.0
"""How long a version token is trusted: a new version is seen at most this much later."""


Kept = TypeVar("Kept")
EVERY_SCOPE = ""
"""Scope of answers about all zones or all sites."""


class Store:
    """Lazy and thread-safe; every method may raise WarehouseError, also the first one after a start without a database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens: dict[tuple[tuple[str, ...], str], tuple[float, str]] = {}
        self._held: dict[tuple[str, ...], tuple[str, Any]] = {}
        self._lock = threading.Lock()

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse of the settings."""
        return open_warehouse(self._settings)

    def token(self, assets: tuple[str, ...], scope: str) -> str:
        """Short text that changes when something is published in one of `assets` for `scope`: a zone, a site or EVERY_SCOPE."""
        key = (assets, scope)
        read_at, token = self._tokens.get(key, (0.0, ""))
        if token and time.monotonic() - read_at < TOKEN_SECONDS:
            return token
        token = self._all_scopes(assets) if scope == EVERY_SCOPE else self.warehouse.version_token(assets, scope)
        with self._lock:
            self._tokens[key] = (time.monotonic(), token)
        return token

    def remembered(self, key: tuple[str, ...], version: str, build: Callable[[], Kept]) -> Kept:
        """`build()`, or what it gave before at the same `version`. Keys must be few: catalogue entries, never a client's words."""
        held = self._held.get(key)
        if held is None or held[0] != version:
            held = (version, build())
            self._held[key] = held
        found: Kept = held[1]
        return found

    def _all_scopes(self, assets: tuple[str, ...]) -> str:
        """Versions only ever get more or higher, so their count and sum tell every change; the time tells a warehouse made anew."""
        found = [self.warehouse.versions(asset) for asset in assets]
        return "-".join(f"{versions.height}.{versions['version'].sum()}.{versions['committed_at'].max()!s}" for versions in found)
