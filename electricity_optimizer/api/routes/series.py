"""The three series of a zone, each as JSON, CSV and Parquet: published prices, the latest forecast, and both blended."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from electricity_optimizer.api import examples
from electricity_optimizer.api.counter import AtCounter
from electricity_optimizer.api.query import Format, SeriesQuery
from electricity_optimizer.api.views.series import CURVE, FORECAST, PRICES, Subject

router = APIRouter(tags=["prices and forecasts"])
ROUTES: tuple[tuple[str, Subject, str, str], ...] = (
    ("/prices", PRICES, "prices", "Published day-ahead prices"),
    ("/forecasts/latest", FORECAST, "latest_forecast", "The latest forecast of the ensemble with its 10th and 90th percentile"),
    ("/curve", CURVE, "curve", "Settled, day-ahead and forecast prices in one series"),
)
FILES: tuple[Format, ...] = ("csv", "parquet")


def _json_route(subject: Subject) -> Callable[[SeriesQuery, AtCounter], Response]:
    def answer(query: Annotated[SeriesQuery, Query()], at: AtCounter) -> Response:
        """Ascending half-open intervals; a missing one is a row with `value: null`. See contracts in the description of the API."""
        return at.respond_series(subject, query)

    return answer


def _file_route(subject: Subject, form: Format) -> Callable[[SeriesQuery, AtCounter], Response]:
    def answer(query: Annotated[SeriesQuery, Query()], at: AtCounter) -> Response:
        """The whole range as a file."""
        return at.respond_series(subject, query.model_copy(update={"format": form}))

    return answer


for path, subject, name, summary in ROUTES:
    router.add_api_route(path, _json_route(subject), name=name, summary=summary, responses=examples.documented(examples.SERIES, files=True))
    for form in FILES:
        router.add_api_route(f"{path}.{form}", _file_route(subject, form), name=f"{name}_{form}", include_in_schema=False)
