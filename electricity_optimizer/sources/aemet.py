"""Weather of AEMET, the Spanish weather service: the hourly forecast of a municipality and the observations of a station, with a key.

Two steps: the answer to a question is an envelope with the address of the data, or with a state like 404 or 429 under HTTP 200. The data
are JSON in ISO-8859-15. A forecast has its values as strings by local hour ("07"; "" where there is none), wind (km/h) and gusts mixed in
one list; its first day starts at the current hour, and an autumn night has each hour once. Observations stand at `fint`, UTC without
saying so: sums are of the hour that ends there, temperature and wind (m/s) are those of that instant, which is what we take. There is no
radiation. Which municipality and station stand for a zone is said below, or by the `municipality` and `station` of a subscription.
"""

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import WeatherRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day, interval_starts

NAME = "aemet"
PARSER_VERSION = 1
MADRID = "Europe/Madrid"
HOUR = dt.timedelta(hours=1)
PLACES = {"ES": {"municipality": "28079", "station": "3195"}}
"""Municipality (INE number) and station that stand for a zone: Madrid and its Retiro park."""
FORECAST_DAYS = 2
STATES = {401: Outcome.AUTH, 403: Outcome.AUTH, 404: Outcome.NO_DATA, 429: Outcome.RATE_LIMITED}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
KMH_TO_MS = 1 / 3.6

Weather = tuple[float | None, float | None]
"""Temperature in C and wind in m/s."""


def requests(ask: Ask) -> list[Request]:
    """The forecast where a day of its reach is asked, the observations of the last 24 hours where one of theirs is."""
    today = delivery_day(ask.now, ask.tz)
    place = {**PLACES.get(ask.zone.key, {}), **ask.parameters}
    steps = (
        ("forecast", "prediccion/especifica/municipio/horaria", "municipality", (0, FORECAST_DAYS)),
        ("actual", "observacion/convencional/datos/estacion", "station", (-1, 0)),
    )
    return [
        Request(f"{ask.source.url}/{path}/{place[what]}", about={"area": ask.area, "kind": kind, "place": place[what]}, keep=False)
        for kind, path, what, (first, last) in steps
        if what in place and any(first <= (day - today).days <= last for day in ask.days)
    ]


def follow(body: bytes, request: Request) -> list[Request]:
    """The data that an envelope leads to. Raises UpstreamSaidError where it says why there are none."""
    envelope = _document(body)
    if not isinstance(envelope, dict):
        return []
    _check_state(envelope)
    return [Request(str(envelope.get("datos")), about=request.about)]


def parse(body: bytes, *, area: str = "ES", kind: str = "", place: str = "") -> list[WeatherRecord]:
    """Hourly records of one answer, ascending; an envelope holds none. Raises UpstreamSaidError and SchemaChangedError."""
    document = _document(body)
    if isinstance(document, dict):
        _check_state(document)
        return []
    if not isinstance(document, list) or not document or not all(isinstance(one, dict) for one in document):
        raise SchemaChangedError("neither an envelope nor a list of data", where=NAME)
    found = "forecast" if "prediccion" in document[0] else "actual"
    if kind not in {"", found}:
        raise SchemaChangedError(f"holds {found} weather where {kind} was due", where=NAME)
    hours = _forecast(document, place) if found == "forecast" else _observed(document, place)
    return [_record(start, weather, area, found) for start, weather in sorted(hours.items())]


def _record(start: dt.datetime, weather: Weather, area: str, kind: str) -> WeatherRecord:
    entry = source(NAME)
    return WeatherRecord(
        series_id=series_id(NAME, area, 60, market="weather", auction=kind, currency="-"),
        start_utc=start,
        end_utc=start + HOUR,
        source=NAME,
        area=area,
        delivery_date=start.astimezone(ZoneInfo(MADRID)).date(),
        kind=kind,
        temperature_c=weather[0],
        wind_speed_ms=weather[1],
        radiation_w_m2=None,
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )


def _document(body: bytes) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("iso-8859-15")
    try:
        return orjson.loads(text)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=NAME) from None


def _check_state(envelope: Mapping[str, object]) -> None:
    state, text = envelope.get("estado"), f"{envelope.get('estado')} {envelope.get('descripcion')}"
    if not isinstance(state, int):
        raise SchemaChangedError("an envelope without a state", where=NAME)
    if state != 200:
        raise UpstreamSaidError(STATES.get(state, Outcome.TRANSIENT if state >= 500 else Outcome.PERMANENT), text, where=NAME)
    if not str(envelope.get("datos", "")).startswith("https://"):
        raise SchemaChangedError("an envelope without the address of its data", where=NAME)


def _observed(rows: list[Mapping[str, object]], station: str) -> dict[dt.datetime, Weather]:
    names = {str(row.get("idema")) for row in rows}
    if len(names) != 1 or station not in {"", *names}:
        raise SchemaChangedError(f"observations of {sorted(names)} and not of {station or 'one station'}", where=NAME)
    stamps = [_stamp(row.get("fint")) for row in rows]
    if any(later <= earlier for earlier, later in itertools.pairwise(stamps)) or any(stamp.minute or stamp.second for stamp in stamps):
        raise SchemaChangedError("observations do not ascend by the hour", where=NAME)
    return {stamp.replace(tzinfo=UTC): (_number(row.get("ta")), _number(row.get("vv"))) for stamp, row in zip(stamps, rows, strict=True)}


def _forecast(document: list[Mapping[str, object]], municipality: str) -> dict[dt.datetime, Weather]:
    town = document[0]
    prediction = town.get("prediccion")
    days = prediction.get("dia") if isinstance(prediction, dict) else None
    if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
        raise SchemaChangedError("a forecast without days", where=NAME)
    if municipality and str(town.get("id", municipality)).removeprefix("id") != municipality:
        raise SchemaChangedError(f"forecast of municipality {town['id']} and not of {municipality}", where=NAME)
    found: dict[dt.datetime, Weather] = {}
    for day in days:
        date = _stamp(day.get("fecha")).date()
        temperatures = dict(_by_hour(day.get("temperatura"), date, "value"))
        winds = dict(_by_hour(day.get("vientoAndRachaMax"), date, "velocidad"))
        for start in temperatures.keys() | winds.keys():
            if start in found:
                raise SchemaChangedError(f"two forecasts of {start}", where=NAME)
            wind = winds.get(start)
            found[start] = temperatures.get(start), None if wind is None else round(wind * KMH_TO_MS, 3)
    return found


def _by_hour(rows: object, day: dt.date, what: str) -> Iterator[tuple[dt.datetime, float | None]]:
    """Values by UTC hour; entries without `what` are of another kind (gusts), and an hour that the clock skips is left out."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SchemaChangedError(f"no list of '{what}' by hour", where=NAME)
    starts: dict[int, list[dt.datetime]] = defaultdict(list)
    for start in interval_starts(day, MADRID, 60):
        starts[start.astimezone(ZoneInfo(MADRID)).hour].append(start)
    seen: set[str] = set()
    for row in rows:
        if what not in row:
            continue
        hour, value = str(row.get("periodo")), row[what]
        if re.fullmatch(r"[01]\d|2[0-3]", hour) is None or hour in seen:
            raise SchemaChangedError(f"'{hour}' is no hour of {day}, or comes twice", where=NAME)
        seen.add(hour)
        for start in starts[int(hour)][:1]:
            yield start, _number(value[0] if isinstance(value, list) and value else value)


def _number(value: object) -> float | None:
    """A number sent as such or as a string; none for null and for an empty string."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str) or NUMBER.fullmatch(str(value)) is None:
        raise SchemaChangedError(f"'{value}' is not a number", where=NAME)
    return float(value) + 0.0  # "-0" is zero


def _stamp(text: object) -> dt.datetime:
    try:
        stamp = dt.datetime.fromisoformat(str(text))
    except ValueError:
        raise SchemaChangedError(f"'{text}' is not a time", where=NAME) from None
    return stamp if stamp.tzinfo is None else stamp.astimezone(UTC).replace(tzinfo=None)
