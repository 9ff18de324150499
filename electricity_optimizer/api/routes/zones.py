"""The bidding zones and how far each is known."""

from fastapi import APIRouter, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.store import EVERY_SCOPE
from electricity_optimizer.api.views.series import CURVE
from electricity_optimizer.api.views.zones import all_zones, one_zone
from electricity_optimizer.catalog import zones as catalogue

router = APIRouter(tags=["zones"])


@router.get("/zones", summary="All zones", responses=documented())
def list_zones(at: AtCounter) -> Response:
    """The zones of the catalogue with their market, time zone, resolution and horizon."""
    return at.respond("", CURVE.assets, EVERY_SCOPE, lambda _: all_zones(at.store, at.now))


@router.get("/zones/{zone}", summary="One zone", responses=documented())
def get_zone(zone: str, at: AtCounter) -> Response:
    """A zone; an unknown one is 404 and lists the near ones."""
    entry = catalogue.zone(zone)
    return at.respond("", CURVE.assets, entry.key, lambda _: {"meta": {"stale": False}, "data": one_zone(at.store, entry, at.now)})
