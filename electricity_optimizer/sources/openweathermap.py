"""Weather of OpenWeatherMap for a place: five days in steps of three hours, or 48 hours by the hour from One Call 3.0; needs a key.

Instants are unix seconds (UTC). Without `units=metric` temperatures are Kelvin, and nothing in the answer says so: a value above 150
tells them apart. Wind is in m/s either way. There is no radiation: clouds are no measure of it and it stays null. A row of the
forecast holds for the three hours that begin at its instant. Error bodies carry `cod`, a number in one and text in the next.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_answer import document, fields, is_number, whole
from electricity_optimizer.sources.reading.json_values import member, number, objects
from electricity_optimizer.sources.records import WeatherRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day

NAME = "openweathermap"
PARSER_VERSION = 1
FORECAST_DAYS = 5
KELVIN_ABOVE = 150.0
ZERO_CELSIUS = 273.15
BOUNDS_C = (-90.0, 60.0)
"""No thermometer of the weather services has ever shown less or more."""
NEAR_DEGREES = 1.0
"""The answer names the place nearest to the asked one."""
OUTCOMES = {401: Outcome.AUTH, 403: Outcome.AUTH, 404: Outcome.NO_DATA, 429: Outcome.RATE_LIMITED}
SPARE_PARTS = "current,minutely,daily,alerts"


@dataclass(frozen=True, slots=True)
class Row:
    """One instant with its place in the answer's own shape read: what holds for `minutes` from `start`."""

    start: dt.datetime
    minutes: int
    kind: str
    temperature: float | None
    wind_ms: float | None


def requests(ask: Ask) -> list[Request]:
    """One forecast for the zone's place; nothing for days that it does not reach. The past is not sold with this key."""
    today = delivery_day(ask.now, ask.tz)
    if not any(today <= day <= today + dt.timedelta(days=FORECAST_DAYS) for day in ask.days):
        return []
    latitude, longitude = ask.zone.latitude, ask.zone.longitude
    params: dict[str, str | int | float] = {"lat": latitude, "lon": longitude, "units": "metric"}
    if ask.source.url.endswith("/onecall"):
        params["exclude"] = SPARE_PARTS
    about = {"area": ask.area, "units": "metric", "latitude": str(latitude), "longitude": str(longitude)}
    return [Request(ask.source.url, params, about)]


def refusal(_status: int, body: bytes) -> tuple[Outcome, str] | None:
    """What the error body says: a wrong or fresh key, a used-up limit, a place that is not known."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        return None
    return _said(answer) if isinstance(answer, dict) else None


def _said(answer: dict[str, Any]) -> tuple[Outcome, str] | None:
    code = str(answer.get("cod", ""))
    if not code.isdigit() or int(code) < 400:
        return None
    outcome = OUTCOMES.get(int(code), Outcome.TRANSIENT if int(code) >= 500 else Outcome.PERMANENT)
    return outcome, f"{code}: {answer.get('message', 'no message')}"


def parse(body: bytes, *, area: str = "DE-LU", units: str = "", latitude: str = "", longitude: str = "") -> list[WeatherRecord]:
    """Records of one answer, ascending: a forecast, One Call hours, current weather, or a single row of them.

    Raises UpstreamSaidError for an error body, and SchemaChangedError for a body of another shape, of another place, or whose
    temperatures are not of the asked units.
    """
    answer = document(body, NAME)
    said = _said(answer)
    if said is not None:
        raise UpstreamSaidError(said[0], said[1], where=NAME)
    _check_place(answer, latitude, longitude)
    rows = _rows(answer)
    if any(later.start - earlier.start < dt.timedelta(minutes=earlier.minutes) for earlier, later in itertools.pairwise(rows)):
        raise SchemaChangedError("instants do not ascend by their step", where=NAME)
    kelvin = _in_kelvin(rows, units)
    return [_record(row, area, kelvin=kelvin) for row in rows]


def _check_place(answer: dict[str, Any], latitude: str, longitude: str) -> None:
    city = answer.get("city")
    there = city.get("coord") if isinstance(city, dict) else answer.get("coord", answer)
    if not latitude or not longitude or not isinstance(there, dict) or not is_number(there.get("lat")) or not is_number(there.get("lon")):
        return
    if abs(there["lat"] - float(latitude)) > NEAR_DEGREES or abs(there["lon"] - float(longitude)) > NEAR_DEGREES:
        raise SchemaChangedError(f"answer is about {there['lat']}, {there['lon']}, not {latitude}, {longitude}", where=NAME)


def _rows(answer: dict[str, Any]) -> list[Row]:
    if "list" in answer:
        return [_nested(row, 180, "forecast") for row in objects(answer["list"], "'list'", NAME)]
    if "hourly" in answer:
        return [_flat(row, 60, "forecast") for row in objects(answer["hourly"], "'hourly'", NAME)]
    if "main" in answer:
        return [_nested(answer, 180, "forecast")] if "dt_txt" in answer else [_nested(answer, 10, "actual")]
    if "temp" in answer:
        return [_flat(answer, 10, "actual")] if "sunrise" in answer else [_flat(answer, 60, "forecast")]
    raise SchemaChangedError("no forecast and no current weather", where=NAME)


def _nested(row: dict[str, Any], minutes: int, kind: str) -> Row:
    main, wind = fields(row.get("main"), "'main'", NAME), fields(row.get("wind", {}), "'wind'", NAME)
    return Row(_instant(row), minutes, kind, number(member(main, "temp", NAME), "temp", NAME), number(wind.get("speed"), "speed", NAME))


def _flat(row: dict[str, Any], minutes: int, kind: str) -> Row:
    temperature = number(member(row, "temp", NAME), "temp", NAME)
    return Row(_instant(row), minutes, kind, temperature, number(row.get("wind_speed"), "wind_speed", NAME))


def _instant(row: dict[str, Any]) -> dt.datetime:
    second = whole(row.get("dt"), "'dt'", NAME)
    try:
        return dt.datetime.fromtimestamp(second, UTC)
    except (OverflowError, OSError, ValueError):
        raise SchemaChangedError(f"'dt' {second} is no instant", where=NAME) from None


def _in_kelvin(rows: list[Row], units: str) -> bool:
    """Whether the temperatures are Kelvin: as asked, else as their size tells."""
    known = [row.temperature for row in rows if row.temperature is not None]
    above = any(temperature > KELVIN_ABOVE for temperature in known)
    if units not in {"", "metric", "standard"} or (units == "metric" and above):
        raise SchemaChangedError(f"temperatures are not {units}", where=NAME)
    return units == "standard" or above


def _record(row: Row, area: str, *, kelvin: bool) -> WeatherRecord:
    entry, zone = source(NAME), zones().get(area)
    celsius = row.temperature if row.temperature is None or not kelvin else round(row.temperature - ZERO_CELSIUS, 2)
    if celsius is not None and not BOUNDS_C[0] <= celsius <= BOUNDS_C[1]:
        raise SchemaChangedError(f"temperature of {celsius} C", where=NAME)
    if row.wind_ms is not None and row.wind_ms < 0:
        raise SchemaChangedError(f"wind of {row.wind_ms} m/s", where=NAME)
    return WeatherRecord(
        series_id=series_id(NAME, area, row.minutes, market="weather", auction=row.kind, currency="-"),
        start_utc=row.start,
        end_utc=row.start + dt.timedelta(minutes=row.minutes),
        source=NAME,
        area=area,
        delivery_date=row.start.astimezone(ZoneInfo(zone.tz if zone else "UTC")).date(),
        kind=row.kind,
        temperature_c=celsius,
        wind_speed_ms=row.wind_ms,
        radiation_w_m2=None,
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )
