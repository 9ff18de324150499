"""Plans and savings of sites: personal data, shown at home only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.doors import only_at_home
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.query import named_day, time_zone
from electricity_optimizer.api.store import EVERY_SCOPE
from electricity_optimizer.api.views import plans
from electricity_optimizer.api.views.savings import ASSETS, savings

router = APIRouter(tags=["sites"], dependencies=[Depends(only_at_home)])
Site = Annotated[str, Query(description="key of a site, see /v1/sites")]
Tz = Annotated[str | None, Query(description="time zone of the output; default that of the site's zone")]
PERSONAL = documented(personal=True)


@router.get("/sites", summary="Sites with a plan", responses=PERSONAL)
def sites(at: AtCounter) -> Response:
    """Keys of the sites that have a plan."""
    return at.respond(
        "", (plans.ASSET,), EVERY_SCOPE, lambda _: {"meta": {"stale": False}, "data": plans.sites_with_plans(at.store)}, personal=True
    )


@router.get("/schedules/latest", summary="The newest plan of a site", responses=PERSONAL)
def latest_schedule(
    at: AtCounter,
    site: Site,
    tz: Tz = None,
    day: Annotated[str | None, Query(description="today, tomorrow or YYYY-MM-DD; default the newest plan")] = None,
) -> Response:
    """Steps with power, state of charge and reasons; cost and baseline."""
    zone = tz and time_zone(tz)
    wanted = named_day(day, tz or plans.site_tz(at.store, site), at.now) if day else None
    return at.respond(f"{site}|{tz}|{day}", (plans.ASSET,), site, lambda _: plans.latest_plan(at.store, site, wanted, zone), personal=True)


@router.get("/schedules/{plan_id}", summary="One plan", responses=PERSONAL)
def schedule(plan_id: str, at: AtCounter, tz: Tz = None) -> Response:
    """The plan with this id, as `/v1/schedules/latest` gives it."""
    zone = tz and time_zone(tz)
    return at.respond(f"{plan_id}|{tz}", (plans.ASSET,), EVERY_SCOPE, lambda _: plans.plan_by_id(at.store, plan_id, zone), personal=True)


@router.get("/savings", summary="What plans have saved so far", responses=PERSONAL)
def savings_so_far(at: AtCounter, site: Site) -> Response:
    """Settled costs against the named baseline: in all, by month and by day."""
    return at.respond(site, ASSETS, site, lambda version: savings(at.store, site, version), personal=True)
