"""A client that asks the application in this process. `now` may be moved; a request comes from `host` as if over a socket."""

import asyncio
import datetime as dt
from typing import Any

import httpx

from electricity_optimizer.api import store
from electricity_optimizer.api.app import create_app
from electricity_optimizer.settings import Settings
from electricity_optimizer_tests.api.seed import NOW


class Client:
    def __init__(self, settings: Settings, now: dt.datetime = NOW, host: str = "127.0.0.1") -> None:
        self.now = now
        self.app = create_app(settings, now=lambda: self.now)
        self.host = host

    def ask(
        self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, base: str = "http://127.0.0.1:8000"
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.host, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=base) as asking:
                return await asking.request(method, path, headers=headers)

        return asyncio.run(send())

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a good answer."""
        response = self.ask(f"{path}?{httpx.QueryParams(query)}")
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, path: str, **query: Any) -> Any:
        """The problem document of a refusal."""
        response = self.ask(f"{path}?{httpx.QueryParams(query)}")
        assert response.status_code >= 400, response.text
        assert response.headers["content-type"] == "application/problem+json"
        return response.json()

    def forget_tokens(self) -> None:
        """Let the next question see new versions at once instead of after a second."""
        held: store.Store = self.app.state.store
        held._tokens.clear()
