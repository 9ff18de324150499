"""The application: routes under /v1 (and its alias /api/v1), pages under /app/, errors as problem documents."""

import datetime as dt
from collections.abc import Callable
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse

from electricity_optimizer.api.answers import Answers
from electricity_optimizer.api.desk import ApiDesk
from electricity_optimizer.api.doors import at_home
from electricity_optimizer.api.doorstep import Doorstep
from electricity_optimizer.api.problems import KINDS, add_problem_handlers
from electricity_optimizer.api.routes import accuracy, advice, health, models, prices, schedules, series, similar_days, windows, zones
from electricity_optimizer.api.store import Store
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.pages import add_pages
from electricity_optimizer.settings import Settings
from electricity_optimizer.timeline import UTC

ROUTERS = (
    zones.router, prices.router, series.router, accuracy.router, models.router, similar_days.router, windows.router, schedules.router,
    advice.router,
)  # fmt: skip
"""Their order matters: `/prices/current` before what could swallow it."""
DESCRIPTION = """Electricity prices of a bidding zone: settled, day-ahead and forecast, and the plans made from them.

Times are RFC 3339 with an offset, in and out; UTC unless `tz` says otherwise. Ranges are half-open `[start, end)`, answers ascending.
A missing interval is a row with `value: null` and `kind: "missing"`. `kind` is `settled` (published, and over), `day_ahead`
(published), `forecast` (with p10 and p90) or `missing`. Prices not yet published are no error: `tomorrow_available` is false then."""


def create_app(settings: Settings, *, now: Callable[[], dt.datetime] | None = None) -> FastAPI:
    """The read-only API with its pages. It starts without a store too, and answers as soon as there is one; `now` is its clock."""
    app = FastAPI(
        title="electricity-optimizer", version=version("electricity-optimizer"), description=DESCRIPTION, docs_url=None, redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )  # fmt: skip
    app.state.settings = settings
    app.state.now = now or (lambda: dt.datetime.now(UTC))
    app.state.store = Store(settings)
    app.state.answers = Answers(app.state.store)
    _add_routes(app)
    add_pages(app, ApiDesk(app.state.store), at_home)
    add_problem_handlers(app)
    app.add_middleware(Doorstep)
    return app


def _add_routes(app: FastAPI) -> None:
    base = APIRouter()
    for router in ROUTERS:
        base.include_router(router)
    app.include_router(base, prefix="/v1")
    app.include_router(base, prefix="/api/v1", include_in_schema=False)
    app.include_router(health.router)
    app.include_router(health.router, prefix="/api", include_in_schema=False)
    app.add_api_route("/problems/{slug}", _explain, tags=["errors"], summary="What a problem type means")
    app.add_api_route("/", _home, include_in_schema=False)


def _explain(slug: str) -> dict[str, str | int]:
    """The meaning of a `type` in a problem document. Raises CatalogError for one that is none of ours."""
    if slug not in KINDS:
        raise CatalogError(f"problem '{slug}' is not known", where="slug", remedy=f"known: {', '.join(KINDS)}")
    kind = KINDS[slug]
    return {"type": slug, "title": kind.title, "status": kind.status, "meaning": kind.meaning}


def _home() -> RedirectResponse:
    return RedirectResponse("/app/")
