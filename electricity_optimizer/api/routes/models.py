"""The registry of models."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.views.models import ASSET, models
from electricity_optimizer.catalog.zones import zone as known_zone

router = APIRouter(tags=["prices and forecasts"])


@router.get("/models", summary="Cards of the models that forecast, and of those that were refused", responses=documented())
def list_models(
    at: AtCounter,
    zone: Annotated[str, Query(description="bidding zone")],
    role: Annotated[Literal["champion", "challenger"] | None, Query(description="only these")] = None,
) -> Response:
    """Data span, inputs, parameters, seed, file hash and the scores of the trial of each model; empty before the first training."""
    entry = known_zone(zone)

    def build(version: str) -> dict[str, object]:
        return models(at.store, entry, role, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(f"{zone}|{role}", (ASSET,), entry.key, build)
