"""The cheapest start for a duration before a deadline."""

import datetime as dt
import math
from dataclasses import replace
from typing import Annotated, Any, Literal

import polars as pl
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from electricity_optimizer.api import examples
from electricity_optimizer.api.counter import AtCounter, Counter
from electricity_optimizer.api.envelope import meta, told
from electricity_optimizer.api.query import UNITS, Asked, MomentQuery, instant, length, understood
from electricity_optimizer.api.views.current import FLAT_EUR_MWH, FLAT_SHARE
from electricity_optimizer.api.views.series import CURVE, Series, of_day, series
from electricity_optimizer.api.views.windows import blocks, cheapest
from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import floor

router = APIRouter(tags=["prices and forecasts"])
LONGEST = dt.timedelta(days=7)


class WindowQuery(BaseModel):
    """The parameters of a window."""

    model_config = ConfigDict(extra="forbid")

    zone: str
    duration: str = Field(description="ISO 8601, rounded up to whole intervals", examples=["PT2H"])
    earliest: str | None = Field(None, description="not before; default now, the running interval included")
    must_finish_by: str | None = Field(None, description="done by then, floored to the interval; default the end of the curve")
    contiguous: bool = Field(default=True, description="one block, or the single cheapest intervals")
    mode: Literal["cheapest", "most_expensive"] = "cheapest"
    include_current: bool = Field(default=True, description="whether the running interval may be the first")
    tz: str | None = None
    unit: str = "EUR/kWh"


@router.get("/windows", summary="When to start", responses=examples.documented())
def windows(query: Annotated[WindowQuery, Query()], at: AtCounter) -> Response:
    """The best intervals of the curve for `duration`, over seven days at most; `flat` says that it hardly matters."""
    asked = understood(MomentQuery(zone=query.zone, tz=query.tz, unit=query.unit), at.now, open_access=not at.at_home)
    span = _span(query, asked, at.now)
    steps = math.ceil(length(query.duration) / dt.timedelta(minutes=asked.minutes))

    def build(version: str) -> dict[str, object]:
        return _window(at, query, span, steps, version)

    return at.respond(query.model_dump_json(), CURVE.assets, asked.zone.key, build)


def _span(query: WindowQuery, asked: Asked, now: dt.datetime) -> Asked:
    earliest = instant(query.earliest, "earliest") if query.earliest else now
    start = floor(earliest, asked.minutes)
    if not query.include_current and start < earliest:
        start += dt.timedelta(minutes=asked.minutes)
    end = floor(instant(query.must_finish_by, "must_finish_by"), asked.minutes) if query.must_finish_by else None
    if end is not None and not dt.timedelta(0) < end - start <= LONGEST:
        raise InputError("must lie after earliest, by 7 days at most", where="must_finish_by", remedy="move it")
    return replace(asked, start=start, end=end)


def _window(at: Counter, query: WindowQuery, span: Asked, steps: int, version: str) -> dict[str, Any]:
    found = series(at.store, CURVE, span, at.now)
    if span.end is None and found.end - span.start > LONGEST:
        found = series(at.store, CURVE, of_day(span, span.start, span.start + LONGEST), at.now)
    chosen = cheapest(found.rows, steps, contiguous=query.contiguous, dearest=query.mode == "most_expensive")
    links = {"self": f"{at.request.url.path}?{at.request.url.query}"}
    told_meta = meta(found, version, at.now) | {"duration_minutes": steps * span.minutes, "reason": None}
    if chosen.is_empty():
        reason = "no such window is known: choose a shorter duration or a later deadline"
        return {"meta": told_meta | {"reason": reason}, "data": None, "links": links}
    return {"meta": told_meta, "data": _told(found, chosen), "links": links}


def _told(found: Series, chosen: pl.DataFrame) -> dict[str, Any]:
    tz, decimals = found.asked.tz, UNITS[found.asked.unit][1]
    mean, usual = chosen["value"].mean(), found.rows["value"].mean()
    return {
        "start": told(chosen.item(0, "start"), tz),
        "end": told(chosen.item(-1, "end"), tz),
        "blocks": [{"start": told(start, tz), "end": told(end, tz)} for start, end in blocks(chosen)],
        "mean": round(float(mean), decimals),  # type: ignore[arg-type]  # mean of a column of floats
        "mean_of_range": round(float(usual), decimals),  # type: ignore[arg-type]  # as above
        "kinds": chosen["kind"].unique(maintain_order=True).to_list(),
        "flat": _flat(found),
    }


def _flat(found: Series) -> bool:
    """Whether the whole range differs by less than anybody should care about."""
    values = found.rows["value"].drop_nulls()
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]  # extremes of a column of floats
    return high - low < max(FLAT_EUR_MWH / UNITS[found.asked.unit][0], FLAT_SHARE * abs(high))
