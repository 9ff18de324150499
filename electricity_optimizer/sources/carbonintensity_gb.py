"""Carbon intensity of Great Britain from NESO (carbonintensity.org.uk): forecast and actual per half hour, keyless.

Instants come without seconds ("2018-01-20T12:00Z"). The forecast reaches two days ahead; `actual` is null until its half hour is over,
and such a null is no record: nothing is missing yet. The forecast of a past half hour is the last one made for it.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import instant, member, number, objects
from electricity_optimizer.sources.records import CarbonRecord, series_id
from electricity_optimizer.timeline import delivery_day, range_bounds

NAME = "carbonintensity-gb"
PARSER_VERSION = 1
ZONE = "GB"
LONDON = "Europe/London"
HALF_HOUR = dt.timedelta(minutes=30)
KINDS = ("forecast", "actual")
FORECAST_DAYS = 2


def requests(ask: Ask) -> list[Request]:
    """Forecast and actual intensity of the asked days, up to two days ahead; nothing for other zones than GB."""
    if ask.zone.key != ZONE:
        return []
    last_known = delivery_day(ask.now, LONDON) + dt.timedelta(days=FORECAST_DAYS)
    asked = windows([day for day in ask.days if day <= last_known], ask.source.days_per_request)
    spans = [range_bounds(first, last, LONDON) for first, last in asked]
    return [Request(f"{ask.source.url}/{start:%Y-%m-%dT%H:%MZ}/{end:%Y-%m-%dT%H:%MZ}", about={"area": ask.area}) for start, end in spans]


def parse(body: bytes, *, area: str = ZONE) -> list[CarbonRecord]:
    """Records of one answer, ascending; a series for the forecast and one for what was measured.

    Raises UpstreamSaidError for the error body of the service and for an answer without rows, SchemaChangedError for another shape.
    """
    rows = _rows(document(body, NAME))
    if not rows:
        raise UpstreamSaidError(Outcome.NO_DATA, "no half hours", where=NAME)
    periods = [_period(row) for row in rows]
    if any(later < earlier for earlier, later in itertools.pairwise(periods)) or len(set(periods)) < len(periods):
        raise SchemaChangedError("half hours do not ascend", where=NAME)
    found = (_values(start, row, area) for start, row in zip(periods, rows, strict=True))
    return list(itertools.chain.from_iterable(found))


def _rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if "error" in answer:
        error = fields(answer["error"], "'error'", NAME)
        code = str(error.get("code"))
        outcome = Outcome.TRANSIENT if code.startswith("5") else Outcome.PERMANENT
        raise UpstreamSaidError(outcome, f"{code}: {error.get('message')}", where=NAME)
    return objects(answer.get("data"), "'data'", NAME)


def _period(row: dict[str, Any]) -> dt.datetime:
    start, end = (instant(member(row, name, NAME), name, NAME) for name in ("from", "to"))
    if end - start != HALF_HOUR or start.timestamp() % 1800:
        raise SchemaChangedError(f"{start.isoformat()} to {end.isoformat()} is no half hour", where=NAME)
    return start


def _values(start: dt.datetime, row: dict[str, Any], area: str) -> Iterator[CarbonRecord]:
    entry = source(NAME)
    intensity = fields(row.get("intensity"), "'intensity'", NAME)
    for kind in KINDS:
        value = number(member(intensity, kind, NAME), kind, NAME)
        if value is None:
            continue
        if value < 0:
            raise SchemaChangedError(f"intensity of {value}", where=NAME)
        yield CarbonRecord(
            series_id=series_id(NAME, area, 30, market="carbon", auction=kind, currency="-"),
            start_utc=start,
            end_utc=start + HALF_HOUR,
            source=NAME,
            area=area,
            delivery_date=start.astimezone(ZoneInfo(LONDON)).date(),
            kind=kind,
            carbon_g_kwh=value,
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )
