"""Advice on suppliers for a site: personal data, shown at home only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.doors import only_at_home
from electricity_optimizer.api.examples import documented
from electricity_optimizer.api.views.advice import ASSET, advice

router = APIRouter(tags=["sites"], dependencies=[Depends(only_at_home)])


@router.get("/advice", summary="Whether a change of supplier pays", responses=documented(personal=True))
def supplier_advice(at: AtCounter, site: Annotated[str, Query(description="key of a site, see /v1/sites")]) -> Response:
    """Every choice of the site, staying among them, with its year's cost, band, first day, break-even and reason."""
    return at.respond(site, (ASSET,), site, lambda version: advice(at.store, site, version), personal=True)
