"""Errors as RFC 9457 problem documents: what happened, where, and what to do about it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from electricity_optimizer.errors import CatalogError, InputError, WarehouseError

RETRY_SECONDS = 5
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """A kind of problem: the last part of its `type`, its status and its title."""

    slug: str
    status: int
    title: str
    meaning: str


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("invalid-parameter", 422, "A parameter is wrong", "The detail names the parameter and how to write it."),
        Kind("unknown-name", 404, "No such thing", "The zone, site or plan is not known; the detail lists near names."),
        Kind("personal-data", 403, "Personal data", "Plans and savings are shown on the machine itself, or with the key EO_API_KEY."),
        Kind("store-unreachable", 503, "The store does not answer", "No earlier answer to this question is at hand. Try again."),
        Kind("internal", 500, "A defect of ours", "Report it with the request_id."),
    )
}
Errors = Sequence[Mapping[str, str]]


def problem(
    request: Request, slug: str, detail: str, *, errors: Errors = (), headers: Mapping[str, str] | None = None, status: int | None = None
) -> Response:
    """The problem document of kind `slug`; an HTTP status without a kind of ours goes by its own name."""
    kind = KINDS.get(slug)
    code = status or (kind.status if kind else 500)
    document = {
        "type": f"/problems/{slug}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
        "request_id": getattr(request.state, "request_id", ""),
        "errors": list(errors),
    }
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(document), code, kept, "application/problem+json")


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem document."""
    app.add_exception_handler(InputError, _wrong_input)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(WarehouseError, _unreachable)
    app.add_exception_handler(Exception, _defect)


def _wrong_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)
    detail = f"{error.what}: {error.remedy}" if error.remedy else error.what
    place = "path" if error.where in request.path_params else "query"
    slug = "unknown-name" if isinstance(error, CatalogError) else "invalid-parameter"
    return problem(request, slug, detail, errors=[{"pointer": f"/{place}/{error.where}", "detail": detail}])


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"pointer": "/" + "/".join(str(part) for part in one["loc"]), "detail": _said(one)} for one in error.errors()]
    detail = "; ".join(f"{one['pointer'].rpartition('/')[2]}: {one['detail']}" for one in errors)
    return problem(request, "invalid-parameter", detail, errors=errors)


def _said(one: Mapping[str, object]) -> str:
    """Pydantic's message in our words where its own mean little to the asker."""
    plain = {"missing": "is missing: add it to the query", "extra_forbidden": "is not a parameter of this route: see /openapi.json"}
    return plain.get(str(one["type"]), str(one["msg"]))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    hints = {404: "no such route: see /openapi.json", 405: "this API only reads: use GET or HEAD"}
    detail = hints.get(error.status_code, error.detail) if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    slug = {401: "personal-data", 403: "personal-data"}.get(error.status_code, "")
    return problem(request, slug, detail, headers=error.headers, status=error.status_code)


def _unreachable(request: Request, error: Exception) -> Response:
    assert isinstance(error, WarehouseError)
    _LOG.warning("%s", error)  # for the operator; folders and hosts are nobody else's business
    return problem(
        request,
        "store-unreachable",
        f"try again in {RETRY_SECONDS} seconds; the log of the server says more",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def _defect(request: Request, _error: Exception) -> Response:
    return problem(request, "internal", "this request met a defect: report it with its request_id")
