"""AEMET as its upstream answers: an envelope first, then data in ISO-8859-15 whose temperature is what `price` says of the hour."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.timeline import UTC, delivery_day, interval_starts
from electricity_optimizer_tests.sources.wire.entsoe import written

Price = Callable[[dt.datetime], float | None]
HOST = "https://opendata.aemet.es/opendata/sh"
NOW = dt.datetime(2026, 5, 4, 6, 20, tzinfo=UTC)
DAYS = 3


def answer(url: str, price: Price, *, now: dt.datetime = NOW) -> tuple[int, str, bytes]:
    """Status, content type and body; the address of an envelope's data says what it was about. Wind is 36 km/h, 10 m/s."""
    path = urlsplit(url).path
    place = path.rpartition("/")[2]
    if "/prediccion/" in path:
        return 200, "text/plain;charset=ISO-8859-15", envelope(f"{HOST}/forecast/{place}")
    if "/observacion/" in path:
        return 200, "text/plain;charset=ISO-8859-15", envelope(f"{HOST}/actual/{place}")
    text = _forecast(place, price, now) if "/forecast/" in path else _observed(place, price, now)
    return 200, "text/plain;charset=ISO-8859-15", text.encode("iso-8859-15")


def envelope(data: str, state: int = 200, text: str = "exito") -> bytes:
    """The first step."""
    return orjson.dumps({"descripcion": text, "estado": state, "datos": data, "metadatos": f"{HOST}/93a7c63d"})


def _forecast(place: str, price: Price, now: dt.datetime) -> str:
    today = delivery_day(now, "Europe/Madrid")
    days = []
    for day in (today + dt.timedelta(days=offset) for offset in range(DAYS)):
        temperatures, winds, told = [], [], set()
        for start in interval_starts(day, "Europe/Madrid", 60):
            hour = f"{start.astimezone(ZoneInfo('Europe/Madrid')):%H}"
            if start + dt.timedelta(hours=1) <= now or hour in told:
                continue
            told.add(hour)
            value = price(start)
            temperatures.append({"value": "" if value is None else written(value), "periodo": hour})
            winds += [{"direccion": ["NE"], "velocidad": ["36"], "periodo": hour}, {"value": "50", "periodo": hour}]
        days.append({"temperatura": temperatures, "vientoAndRachaMax": winds, "fecha": f"{day}T00:00:00"})
    town = {"origen": {"productor": "Agencia Estatal de Meteorología", "copyright": "© AEMET"}, "id": place, "prediccion": {"dia": days}}
    return orjson.dumps([town]).decode()


def _observed(place: str, price: Price, now: dt.datetime) -> str:
    newest = now.replace(minute=0, second=0, microsecond=0)
    rows = []
    for ago in reversed(range(24)):
        start = newest - dt.timedelta(hours=ago)
        value = price(start)
        rows.append({"idema": place, "fint": f"{start:%Y-%m-%dT%H:%M:%S}", "ubi": "MADRID RETIRO", "ta": value, "vv": 10.0})
    return orjson.dumps(rows).decode()
