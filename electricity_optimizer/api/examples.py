"""Examples of answers and errors for the OpenAPI document."""

from typing import Any

META = {
    "zone": "DE-LU", "resolution_minutes": 15, "unit": "EUR/kWh", "currency": "EUR", "tz": "UTC", "version": "412",
    "start": "2026-05-04T10:00:00Z", "end": "2026-05-04T10:30:00Z", "as_of": None, "issued_at": "2026-05-04T09:00:00Z",
    "known_until": "2026-05-04T22:00:00Z", "horizon_end": "2026-05-06T22:00:00Z", "tomorrow_available": False,
    "next_expected_at": "2026-05-04T11:00:00Z", "synthetic": False, "stale": False, "stale_reason": None, "age_seconds": 12,
    "sources": ["energy-charts"], "licence": "CC BY 4.0", "withheld": [],
}  # fmt: skip
SERIES = {
    "meta": META,
    "data": [
        {"start": "2026-05-04T10:00:00Z", "end": "2026-05-04T10:15:00Z", "value": -0.0123, "kind": "day_ahead", "p10": None, "p90": None,
         "source": "energy-charts"},
        {"start": "2026-05-04T10:15:00Z", "end": "2026-05-04T10:30:00Z", "value": None, "kind": "missing", "p10": None, "p90": None,
         "source": None},
    ],
    "links": {"self": "/v1/curve?zone=DE-LU", "next": None, "csv": "/v1/curve.csv?zone=DE-LU", "parquet": "/v1/curve.parquet?zone=DE-LU"},
}  # fmt: skip
NOW = {"start": "2026-05-04T10:00:00Z", "end": "2026-05-04T10:15:00Z", "value": 0.0871, "kind": "day_ahead", "p10": None, "p90": None}
CURRENT = {"meta": META, "data": {"now": NOW, "next": NOW, "next_change": NOW, "rank": 31, "of": 96, "quantile": 0.31, "level": "low"}}
PROBLEM = {
    "type": "/problems/invalid-parameter", "title": "A parameter is wrong", "status": 422,
    "detail": "time 2026-05-04T00:00:00 has no offset: write it with Z or +02:00", "request_id": "5b0c9f6e",
    "errors": [{"pointer": "/query/start", "detail": "time 2026-05-04T00:00:00 has no offset: write it with Z or +02:00"}],
}  # fmt: skip
ERRORS = {404: "unknown zone, site or plan", 422: "a parameter is wrong", 503: "the store does not answer and no earlier answer is kept"}


def documented(example: Any = None, *, files: bool = False, personal: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its answer by example, 304, and every error."""
    content: dict[str, Any] = {"application/json": {"example": example} if example is not None else {}}
    if files:
        content |= {"text/csv": {}, "application/vnd.apache.parquet": {}}
    errors = ERRORS | ({401: "the key is missing", 403: "personal data, shown on the machine itself only"} if personal else {})
    problems: dict[int | str, dict[str, Any]] = {
        status: {"description": words, "content": {"application/problem+json": {"example": PROBLEM | {"status": status}}}}
        for status, words in errors.items()
    }
    return {200: {"description": "the answer", "content": content}, 304: {"description": "unchanged since your ETag"}, **problems}
