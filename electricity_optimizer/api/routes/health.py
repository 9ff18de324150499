"""Whether the process serves, and whether traffic should come here."""

import logging

import orjson
from fastapi import APIRouter, Request, Response

from electricity_optimizer.errors import WarehouseError

_LOG = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


@router.get("/health", summary="Whether the process serves")
def health() -> dict[str, str]:
    """200 as long as the process answers, whatever the store does."""
    return {"status": "ok"}


@router.get("/health/ready", summary="Whether traffic should come here", responses={503: {"description": "the store does not answer"}})
def ready(request: Request) -> Response:
    """503 only to steer traffic: answers already given go on being served, marked stale."""
    try:
        request.app.state.store.token(("prices",), "")
    except WarehouseError as error:
        _LOG.warning("not ready: %s", error)
        return Response(
            orjson.dumps({"status": "store unreachable"}), 503, {"Cache-Control": "no-store", "Retry-After": "5"}, "application/json"
        )
    return Response(orjson.dumps({"status": "ready"}), headers={"Cache-Control": "no-store"}, media_type="application/json")
