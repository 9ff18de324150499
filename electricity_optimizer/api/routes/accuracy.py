"""How good the forecasts have been."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.views.accuracy import ASSET, Choice, accuracy
from electricity_optimizer.catalog.zones import zone as known_zone

router = APIRouter(tags=["prices and forecasts"])


@router.get("/forecasts/accuracy", summary="Scores of every model", responses=documented())
def forecast_accuracy(
    at: AtCounter,
    zone: Annotated[str, Query(description="bidding zone")],
    model: Annotated[str | None, Query(description="only this model")] = None,
    window_days: Annotated[int | None, Query(ge=1, description="only this window of delivery days")] = None,
    horizon_days: Annotated[int, Query(ge=1, description="days ahead; 1 is the day after the last known price")] = 1,
    hour: Annotated[int, Query(ge=-1, le=23, description="local hour of the day, over 30 days; -1 for all hours together")] = -1,
    by_hour: Annotated[bool, Query(description="each hour of the day instead of all together")] = False,
) -> Response:
    """MAE, rMAE, RMSE, MAPE, pinball loss, coverage and Diebold-Mariano of the newest scoring; empty before the first observation."""
    entry = known_zone(zone)
    choice = Choice(model, window_days, horizon_days, hour, by_hour)

    def build(version: str) -> dict[str, object]:
        return accuracy(at.store, entry, choice, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(f"{zone}|{choice}", (ASSET,), entry.key, build)
