"""Weather of Open-Meteo: keyless forecasts and past weather for places; asked in GMT and unix seconds, so no hour is ambiguous.

Three addresses: the forecast (recent past to two weeks ahead), the archive of past forecasts (what was known, for learning without
look-ahead) and the archive of past weather (what came). Temperature and wind hold at the stamped instant; radiation is the mean of
the hour *before* its stamp and is moved to the start of that hour.
"""

import datetime as dt
from collections.abc import Sequence
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import check_starts
from electricity_optimizer.sources.records import WeatherRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day, range_bounds

NAME = "open-meteo"
PARSER_VERSION = 1
HOUR = dt.timedelta(hours=1)
FORECAST_DAYS = 14
FORECAST_PAST_DAYS = 60
"""The forecast address keeps this much of the past; older forecasts are in their archive."""
ARCHIVE_LAG_DAYS = 6
"""Past weather is complete after this many days."""
TEMPERATURE = ("temperature_2m",)
WIND = ("wind_speed_10m", "wind_speed_100m", "wind_speed_120m", "wind_speed_80m")
RADIATION = ("shortwave_radiation",)
"""Names of a quantity, the preferred first: we ask for the first of each; others are read where an answer holds only them."""
TO_MS = {"m/s": 1.0, "ms": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "mp/h": 0.44704, "mph": 0.44704, "kn": 0.514444}


def requests(ask: Ask) -> list[Request]:
    """Forecasts of the asked days, and actual weather of those that lie far enough back."""
    today = delivery_day(ask.now, ask.zone.tz)
    recent = today - dt.timedelta(days=FORECAST_PAST_DAYS)
    known = today - dt.timedelta(days=ARCHIVE_LAG_DAYS)
    wanted = (
        (ask.source.history_url, "forecast", [day for day in ask.days if day < recent]),
        (ask.source.url, "forecast", [day for day in ask.days if recent <= day <= today + dt.timedelta(days=FORECAST_DAYS)]),
        (ask.source.archive_url, "actual", [day for day in ask.days if day < known]),
    )
    return [
        _hourly(ask, url, kind, first, last) for url, kind, days in wanted for first, last in windows(days, ask.source.days_per_request)
    ]


def _hourly(ask: Ask, url: str, kind: str, first: dt.date, last: dt.date) -> Request:
    start, end = range_bounds(first, last, ask.zone.tz)
    params: dict[str, str | int | float] = {
        "latitude": ask.zone.latitude,
        "longitude": ask.zone.longitude,
        "hourly": ",".join((TEMPERATURE[0], WIND[0], RADIATION[0])),
        "wind_speed_unit": "ms",
        "timezone": "GMT",
        "timeformat": "unixtime",
        "start_date": start.date().isoformat(),
        "end_date": end.date().isoformat(),  # its first stamp holds the radiation of the last hour
    }
    return Request(url, params, {"area": ask.zone.key, "kind": kind, "first": first.isoformat(), "last": last.isoformat()})


def parse(body: bytes, *, area: str = "DE-LU", kind: str = "forecast", first: str = "", last: str = "") -> list[WeatherRecord]:
    """Hourly records of one answer, ascending; several places are averaged.

    An answer holds whole UTC days, more than the local days that were asked: only `first` to `last` (ISO, both included) are kept, for
    the last hour beyond lacks its radiation and would revise what another answer said. Reads unix seconds and ISO times; Open-Meteo
    writes the latter with one fixed `utc_offset_seconds` for the whole answer. Raises SchemaChangedError for a body of another shape and
    UpstreamSaidError for one that says what was wrong.
    """
    places = [_hours(place) for place in _places(body)]
    zone = zones().get(area)
    tz = ZoneInfo(zone.tz if zone else "UTC")
    entry = source(NAME)
    name = series_id(NAME, area, 60, market="weather", auction=kind, currency="-")
    records = []
    for start in sorted(places[0]):
        day = start.astimezone(tz).date()
        if not (first or "0") <= day.isoformat() <= (last or "9"):
            continue
        values = [place[start] for place in places if start in place]
        records.append(
            WeatherRecord(
                series_id=name,
                start_utc=start,
                end_utc=start + HOUR,
                source=NAME,
                area=area,
                delivery_date=day,
                kind=kind,
                temperature_c=_mean([value[0] for value in values]),
                wind_speed_ms=_mean([value[1] for value in values]),
                radiation_w_m2=_mean([value[2] for value in values]),
                licence=entry.licence,
                redistributable=entry.redistributable,
                parser_version=PARSER_VERSION,
            )
        )
    return records


def _places(body: bytes) -> list[dict[str, Any]]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=NAME) from None
    places = document if isinstance(document, list) else [document]
    for place in places:
        if isinstance(place, dict) and place.get("error"):
            raise _said(str(place.get("reason")))
        if not isinstance(place, dict) or not isinstance(place.get("hourly"), dict) or not place["hourly"].get("time"):
            raise SchemaChangedError("no hourly values", where=NAME)
    if not places:
        raise SchemaChangedError("no place", where=NAME)
    return places


def _said(reason: str) -> UpstreamSaidError:
    """A limit of a minute, an hour or a day that is used up; anything else is wrong with the question."""
    used_up = "limit exceeded" in reason or "concurrent requests" in reason
    return UpstreamSaidError(Outcome.RATE_LIMITED if used_up else Outcome.PERMANENT, reason, where=NAME)


def _hours(place: dict[str, Any]) -> dict[dt.datetime, tuple[float | None, float | None, float | None]]:
    """(temperature C, wind m/s, radiation W/m2 of the hour that begins) by UTC hour of one place."""
    hourly, units = place["hourly"], place.get("hourly_units", {})
    offset = dt.timedelta(seconds=int(place.get("utc_offset_seconds", 0)))
    stamps = [_instant(time, offset) for time in hourly["time"]]
    check_starts([int(stamp.timestamp()) for stamp in stamps], NAME)
    _, temperature = _first(hourly, TEMPERATURE, len(stamps))
    name, wind = _first(hourly, WIND, len(stamps))
    _, radiation = _first(hourly, RADIATION, len(stamps))
    factor = _to_ms(units.get(name, "m/s"))
    after = dict(zip(stamps, radiation, strict=True))
    return {
        stamp: (temperature[i], None if (speed := wind[i]) is None else round(speed * factor, 3), after.get(stamp + HOUR))
        for i, stamp in enumerate(stamps)
    }


def _instant(time: object, offset: dt.timedelta) -> dt.datetime:
    if isinstance(time, int):
        return dt.datetime.fromtimestamp(time, UTC)
    try:
        return dt.datetime.fromisoformat(str(time)).replace(tzinfo=UTC) - offset
    except ValueError:
        raise SchemaChangedError(f"'{time}' is not a time", where=NAME) from None


def _first(hourly: dict[str, Any], names: Sequence[str], count: int) -> tuple[str, list[float | None]]:
    """Name and values of the first of `names` that is there; null where none is, and where it ends before its times do."""
    name = next((name for name in names if name in hourly), "")
    values = hourly[name] if name else []
    if (
        not isinstance(values, list)
        or len(values) > count
        or any(value is not None and not isinstance(value, int | float) for value in values)
    ):
        raise SchemaChangedError(f"'{name}' does not fit its times", where=NAME)
    return name, values + [None] * (count - len(values))


def _to_ms(unit: str) -> float:
    if unit not in TO_MS:
        raise SchemaChangedError(f"wind speed in '{unit}'", where=NAME)
    return TO_MS[unit]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
