"""How good the forecasts have been."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.views.accuracy import ASSET, accuracy
from electricity_optimizer.catalog.zones import zone as known_zone

router = APIRouter(tags=["prices and forecasts"])


@router.get("/forecasts/accuracy", summary="Scores of every model", responses=documented())
def forecast_accuracy(
    at: AtCounter,
    zone: Annotated[str, Query(description="bidding zone")],
    model: Annotated[str | None, Query(description="only this model")] = None,
    window_days: Annotated[int | None, Query(ge=1, description="only this window of delivery days")] = None,
) -> Response:
    """MAE, rMAE, RMSE, pinball loss and coverage of the newest scoring; empty before the first observation."""
    entry = known_zone(zone)

    def build(version: str) -> dict[str, object]:
        return accuracy(at.store, entry, model, window_days, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(f"{zone}|{model}|{window_days}", (ASSET,), entry.key, build)
