"""The price now."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from electricity_optimizer.api import examples
from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.query import MomentQuery, understood
from electricity_optimizer.api.views.current import current
from electricity_optimizer.api.views.series import CURVE

router = APIRouter(tags=["prices and forecasts"])


@router.get("/prices/current", summary="The price now and the next change", responses=examples.documented(examples.CURRENT))
def current_price(query: Annotated[MomentQuery, Query()], at: AtCounter) -> Response:
    """The running interval, the next one, the next change, and the rank, quantile and level within the local day."""
    asked = understood(query, at.now, open_access=not at.at_home)

    def build(version: str) -> dict[str, object]:
        return current(at.store, asked, at.now, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(query.model_dump_json(), CURVE.assets, asked.zone.key, build)
