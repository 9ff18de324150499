"""Serving the API and its pages: one granian worker. `python -m electricity_optimizer.api.serve` does just that."""

from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces

from electricity_optimizer.api.app import create_app
from electricity_optimizer.settings import Settings, load_settings


def application() -> FastAPI:
    """The application of this process's settings: what the worker loads."""
    return create_app(load_settings())


def serve(settings: Settings) -> None:
    """Serve on `api_host`:`api_port` until interrupted. The worker reads its settings from the environment anew."""
    target = f"{__name__ if __name__ != '__main__' else 'electricity_optimizer.api.serve'}:application"
    Granian(
        target, address=settings.api_host, port=settings.api_port, interface=Interfaces.ASGI, workers=1, factory=True, websockets=False
    ).serve()


if __name__ == "__main__":
    serve(load_settings())
