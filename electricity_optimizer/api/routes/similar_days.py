"""Days like tomorrow, and price scenarios of a day made of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.query import MomentQuery, Resolution, named_day, understood
from electricity_optimizer.api.views.similar_days import ASSETS, SCENARIO_ASSETS, Ask, scenarios, similar_days

router = APIRouter(tags=["prices and forecasts"])
MOST = 20
EXAMPLE = {
    "meta": {"zone": "DE-LU", "day": "2026-05-05", "unit": "EUR/kWh", "matched_on": "known_ahead"},
    "data": [{"rank": 1, "day": "2026-04-21", "distance": 0.83, "mean": 0.0712, "min": -0.0041, "max": 0.1480,
              "prices": [{"start": "2026-04-20T22:00:00Z", "value": 0.0831}]}],
}  # fmt: skip
PATHS = {
    "meta": {"zone": "DE-LU", "day": "2026-05-05", "unit": "EUR/kWh", "issued_at": "2026-05-04T10:00:00Z"},
    "data": {"starts": ["2026-05-04T22:00:00Z"], "paths": [{"weight": 0.07, "like": "2026-04-21", "values": [0.0831]}]},
}


class DayQuery(BaseModel):
    """The parameters of a question about one day."""

    model_config = ConfigDict(extra="forbid")

    zone: str = Field(description="bidding zone, see /v1/zones", examples=["DE-LU"])
    day: str = Field("tomorrow", description="today, tomorrow or YYYY-MM-DD: a local day of the zone", examples=["2026-05-05"])
    count: int = Field(5, ge=1, le=MOST, description="how many; fewer while fewer similar days are known")
    tz: str | None = Field(None, description="time zone of the output (default UTC)", examples=["Europe/Berlin"])
    unit: str = Field("EUR/kWh", description="EUR/kWh, ct/kWh or EUR/MWh")
    as_of: str | None = Field(None, description="answer with what was known at this instant")


class SimilarQuery(DayQuery):
    """The parameters of similar days."""

    resolution: Resolution = Field(Resolution.HOUR, description="15, 30 or 60: of the prices of those days")


@router.get("/similar-days", summary="The past days most like a day, with their prices", responses=documented(EXAMPLE))
def days_like(query: Annotated[SimilarQuery, Query()], at: AtCounter) -> Response:
    """Also for a day whose prices are not known yet; empty while there are none.

    `matched_on` says what was compared: `whole_day`, its prices, load, wind, sun and place in week and year; or `known_ahead`, its
    inputs, its calendar and the prices of the days before. `distance` has no unit: 0 is a twin.
    """
    ask = _ask(query, at, query.resolution)

    def build(version: str) -> dict[str, object]:
        return similar_days(at.store, ask, at.now, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(query.model_dump_json(), ASSETS, ask.asked.zone.key, build)


@router.get("/forecasts/scenarios", summary="Price scenarios of a day with weights", responses=documented(PATHS))
def price_paths(query: Annotated[DayQuery, Query()], at: AtCounter) -> Response:
    """Paths whose weights sum to 1: each interval follows the quantiles of the forecast, each path moves as a similar day did."""
    ask = _ask(query, at)

    def build(version: str) -> dict[str, object]:
        return scenarios(at.store, ask, version) | {"links": {"self": f"{at.request.url.path}?{at.request.url.query}"}}

    return at.respond(query.model_dump_json(), SCENARIO_ASSETS, ask.asked.zone.key, build)


def _ask(query: DayQuery, at: AtCounter, resolution: Resolution | None = None) -> Ask:
    moment = MomentQuery(zone=query.zone, tz=query.tz, unit=query.unit, as_of=query.as_of, resolution=resolution)
    asked = understood(moment, at.now, open_access=not at.at_home)
    return Ask(asked, named_day(query.day, asked.zone.tz, at.now), query.count)
