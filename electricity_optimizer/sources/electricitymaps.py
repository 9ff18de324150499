"""Carbon intensity from Electricity Maps: the last day, a past range and a forecast per zone; needs a key, and a plan for the zone.

Values are life-cycle averages in gCO2eq/kWh for the hour that begins at `datetime`; `isEstimated` marks what was modelled. The free
plan holds the last 24 hours of one zone; ranges of the past need another. The older co2signal address answers "status": "no-data"
under HTTP 200. Zones have names of their own.
"""

import datetime as dt
import itertools
from typing import Any
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import instant, member, number, objects
from electricity_optimizer.sources.records import CarbonRecord, series_id
from electricity_optimizer.timeline import delivery_day, range_bounds

NAME = "electricitymaps"
PARSER_VERSION = 1
FORECAST_DAYS = 3
FORECAST_HOURS = 72
ZONES = {
    "DE-LU": "DE", "IT-North": "IT-NO", "DK1": "DK-DK1", "DK2": "DK-DK2", "NO2": "NO-NO2", "SE3": "SE-SE3", "SE4": "SE-SE4",
}  # fmt: skip
"""Their name of a zone of ours, where it is another one."""
OURS = {theirs: ours for ours, theirs in ZONES.items()}
GRANULARITY = {"hourly": 60, "30_minutes": 30, "15_minutes": 15, "5_minutes": 5}
LISTS = {"history": "actual", "data": "actual", "forecast": "forecast"}
"""Where an answer keeps its rows, and what they are."""


def requests(ask: Ask) -> list[Request]:
    """Past days as ranges, today from the last 24 hours, and the forecast of the three days to come."""
    today = delivery_day(ask.now, ask.tz)
    theirs = ZONES.get(ask.zone.key, ask.zone.key)
    asked = [
        _request(ask, theirs, "past-range", **_bounds(first, last, ask.tz), temporalGranularity="hourly")
        for first, last in windows([day for day in ask.days if day < today], ask.source.days_per_request)
    ]
    if today in ask.days:
        asked.append(_request(ask, theirs, "history"))
    if any(today <= day <= today + dt.timedelta(days=FORECAST_DAYS) for day in ask.days):
        asked.append(_request(ask, theirs, "forecast", horizonHours=FORECAST_HOURS))
    return asked


def _bounds(first: dt.date, last: dt.date, tz: str) -> dict[str, str]:
    start, end = range_bounds(first, last, tz)
    return {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{end:%Y-%m-%dT%H:%M:%SZ}"}


def _request(ask: Ask, theirs: str, what: str, **params: str | int) -> Request:
    return Request(f"{ask.source.url}/{what}", {"zone": theirs, **params}, {"area": ask.area})


def parse(body: bytes, *, area: str = "") -> list[CarbonRecord]:
    """Records of one answer, ascending; without `area` it is read from the answer.

    Raises UpstreamSaidError where the answer says that there is no data, and SchemaChangedError for a body of another shape, for one of
    another zone than `area`, and for an unknown status.
    """
    answer = document(body, NAME)
    if "status" in answer:
        theirs, kind, rows = _signal(answer)
    else:
        theirs, kind, rows = _version_3(answer)
    ours = OURS.get(theirs, theirs)
    if area and ours != area:
        raise SchemaChangedError(f"answer is about {theirs}, not {ZONES.get(area, area)}", where=NAME)
    starts = [instant(member(row, "datetime", NAME), "datetime", NAME) for row in rows]
    minutes = _minutes(answer, starts)
    return [_record(start, row, kind, ours, minutes) for start, row in zip(starts, rows, strict=True)]


def _signal(answer: dict[str, Any]) -> tuple[str, str, list[dict[str, Any]]]:
    """The older answer: one hour and a status."""
    theirs = str(answer.get("countryCode"))
    if answer["status"] == "no-data":
        raise UpstreamSaidError(Outcome.NO_DATA, f"no data for {theirs}", where=NAME)
    if answer["status"] != "ok":
        raise SchemaChangedError(f"unknown status '{str(answer['status'])[:40]}'", where=NAME)
    return theirs, "actual", [fields(answer.get("data"), "'data'", NAME)]


def _version_3(answer: dict[str, Any]) -> tuple[str, str, list[dict[str, Any]]]:
    theirs = member(answer, "zone", NAME)
    name = next((name for name in LISTS if name in answer), None)
    if name is not None:
        rows = objects(answer[name], f"'{name}'", NAME)
        if any(row.get("zone", theirs) != theirs for row in rows):
            raise SchemaChangedError(f"rows of other zones than {theirs}", where=NAME)
        return str(theirs), LISTS[name], rows
    return str(theirs), "actual", [answer]


def _minutes(answer: dict[str, Any], starts: list[dt.datetime]) -> int:
    """Length of the intervals: as said, else as spaced, else an hour. Raises SchemaChangedError for instants that do not ascend."""
    spacings = [int((later - earlier).total_seconds()) // 60 for earlier, later in itertools.pairwise(starts)]
    said = answer.get("temporalGranularity")
    minutes = GRANULARITY.get(said, 0) if isinstance(said, str) else min(spacings, default=60)
    if minutes not in GRANULARITY.values() or any(spacing < minutes for spacing in spacings):
        raise SchemaChangedError(f"hours do not ascend, or {said or 'their spacing'} is no granularity", where=NAME)
    if any(start.timestamp() % (minutes * 60) for start in starts):
        raise SchemaChangedError("an interval begins beside its hour", where=NAME)
    return minutes


def _record(start: dt.datetime, row: dict[str, Any], kind: str, area: str, minutes: int) -> CarbonRecord:
    entry, zone = source(NAME), zones().get(area)
    value = number(member(row, "carbonIntensity", NAME), "carbonIntensity", NAME)
    if value is not None and value < 0:
        raise SchemaChangedError(f"intensity of {value}", where=NAME)
    return CarbonRecord(
        series_id=series_id(NAME, area, minutes, market="carbon", auction=kind, currency="-"),
        start_utc=start,
        end_utc=start + dt.timedelta(minutes=minutes),
        source=NAME,
        area=area,
        delivery_date=start.astimezone(ZoneInfo(zone.tz if zone else "UTC")).date(),
        kind=kind,
        carbon_g_kwh=value,
        estimated=row.get("isEstimated") is True,
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )
