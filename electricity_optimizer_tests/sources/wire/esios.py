"""ESIOS as its upstream answers: indicators with `datetime_utc` wrong in the repeated hour and regions out of order, and archive 70."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import delivery_day, interval_starts
from electricity_optimizer_tests.sources.wire.entsoe import written

Price = Callable[[dt.datetime], float | None]
MADRID = ZoneInfo("Europe/Madrid")
REGIONS = {8741: "Península", 8742: "Canarias", 8743: "Baleares", 8744: "Ceuta", 8745: "Melilla"}
NATIONAL = {"600": {3: "España"}, "1739": {3: "España"}, "10211": {8741: "Península"}}


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the interval that begins at a UTC instant."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if "/archives/70/" in parts.path:
        return 200, "application/json", _archive(dt.date.fromisoformat(query["date"]), price)
    first, last = (dt.datetime.fromisoformat(query[name].replace(" ", "+")) for name in ("start_date", "end_date"))
    return 200, "application/json", indicator(parts.path.rpartition("/")[2], first, last, price)


def indicator(number: str, first: dt.datetime, last: dt.datetime, price: Price) -> bytes:
    """The answer about one indicator from `first` to `last`, both included; nulls are not sent."""
    places = NATIONAL.get(number, REGIONS)
    values = []
    for day in _days(first, last):
        minutes = zone("ES").resolution_on(day) if number == "600" else 60
        for place, start in enumerate(interval_starts(day, "Europe/Madrid", minutes)):
            value = price(start)
            if value is None or not first <= start <= last:
                continue
            turned = list(places.items())[place % len(places) :] + list(places.items())[: place % len(places)]
            values += [_value(start, value, geo, name) for geo, name in turned]
    return orjson.dumps(
        {
            "indicator": {
                "name": number,
                "short_name": number,
                "id": int(number),
                "magnitud": [{"name": "Precio", "id": 23}],
                "tiempo": [{"name": "Hora", "id": 4}],
                "geos": [{"geo_id": geo, "geo_name": name} for geo, name in places.items()],
                "values_updated_at": "2021-10-30T20:16:46.000+02:00",
                "values": values,
            }
        }
    )


def _value(start: dt.datetime, value: float, geo: int, name: str) -> dict[str, object]:
    local = start.astimezone(MADRID)
    wrong = local.replace(fold=0).astimezone(dt.UTC)  # as recorded: both hours of the night say the first
    return {
        "value": value,
        "datetime": local.isoformat(timespec="milliseconds"),
        "datetime_utc": f"{wrong:%Y-%m-%dT%H:%M:%SZ}",
        "tz_time": f"{start:%Y-%m-%dT%H:%M:%S.000Z}",
        "geo_id": geo,
        "geo_name": name,
    }


def _archive(day: dt.date, price: Price) -> bytes:
    starts = interval_starts(day, "Europe/Madrid", 60)
    prices = [price(start) for start in starts]
    if all(value is None for value in prices):
        return b'{"message":"No values for specified archive"}'
    labels = list(range(len(starts)))
    if len(starts) == 23:
        labels = [hour for hour in range(24) if hour != 2]
    rows = [
        {"Dia": f"{day:%d/%m/%Y}", "Hora": f"{label:02d}-{label + 1:02d}", "PCB": text, "CYM": text, "PMHPCB": text}
        for label, text in zip(labels, ["" if value is None else written(value).replace(".", ",") for value in prices], strict=True)
    ]
    return orjson.dumps({"PVPC": rows})


def _days(first: dt.datetime, last: dt.datetime) -> list[dt.date]:
    begin, end = (delivery_day(edge, "Europe/Madrid") for edge in (first, last))
    return [begin + dt.timedelta(days=offset) for offset in range((end - begin).days + 1)]
