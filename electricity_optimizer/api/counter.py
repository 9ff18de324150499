"""Where a route meets its request: the store, the kept answers, the clock, and who is asking."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Depends, Request, Response

from electricity_optimizer.api.answers import Answers, Body, Question
from electricity_optimizer.api.doors import at_home
from electricity_optimizer.api.envelope import Answer, as_csv, as_json, as_parquet
from electricity_optimizer.api.query import SeriesQuery, understood
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.series import Subject, series

PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv; charset=utf-8; header=present"


@dataclass(frozen=True)
class Counter:
    """One request with what is needed to answer it; `now` is one instant for the whole answer."""

    request: Request
    store: Store
    answers: Answers
    now: dt.datetime
    at_home: bool

    def respond(self, key: str, assets: tuple[str, ...], scope: str, build: Callable[[str], Answer], *, personal: bool = False) -> Response:
        """The JSON answer `build(version)` with its ETag; `key` holds every parameter, as the client meant it."""
        question = Question(f"{self.request.url.path}|{key}|{self.at_home}", assets, scope, personal)
        return self.answers.respond(self.request, question, self.now, lambda version: Body(orjson.dumps(build(version))))

    def respond_series(self, subject: Subject, query: SeriesQuery) -> Response:
        """The series that `query` asks for, as JSON or as a file."""
        asked = understood(query, self.now, open_access=not self.at_home)
        path = self.request.url.path.removesuffix(".csv").removesuffix(".parquet")
        question = Question(f"{path}|{query.model_dump_json()}|{self.at_home}", subject.assets, asked.zone.key)

        def build(version: str) -> Body:
            found = series(self.store, subject, asked, self.now)
            name = f"{subject.name}_{asked.zone.key}.{asked.format}"
            if asked.format == "csv":
                return Body(as_csv(found), CSV, name)
            if asked.format == "parquet":
                return Body(as_parquet(found, version, self.now), PARQUET, name)
            return Body(orjson.dumps(as_json(found, version, self.now, path)))

        return self.answers.respond(self.request, question, self.now, build)


def counter(request: Request) -> Counter:
    """Dependency: the counter of this request."""
    state = request.app.state
    return Counter(request, state.store, state.answers, state.now(), at_home(request))


AtCounter = Annotated[Counter, Depends(counter)]
