"""REData as its upstream answers: the series asked about in an order of its own, errors in a body of their own."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import delivery_days, interval_starts

Price = Callable[[dt.datetime], float | None]
MADRID = ZoneInfo("Europe/Madrid")


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the interval that begins at a UTC instant."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    days = list(delivery_days(*(dt.datetime.fromisoformat(query[name]).date() for name in ("start_date", "end_date"))))
    hours = [start for day in days for start in interval_starts(day, "Europe/Madrid", 60)]
    units = [start for day in days for start in interval_starts(day, "Europe/Madrid", zone("ES").resolution_on(day))]
    if all(price(start) is None for start in units):
        error = {"code": 502, "status": "502", "title": "Bad Gateway", "detail": "There are no data for the selected filters."}
        return 500, "application/json", orjson.dumps({"errors": [error]})
    included = [_series("1001", "PVPC (€/MWh)", hours, price), _series("600", "Precio mercado spot (€/MWh)", units, price)]
    data = {"type": "Precios mercado peninsular en tiempo real", "id": "mer13", "attributes": {}, "meta": {}}
    return 200, "application/json", orjson.dumps({"data": data, "included": included})


def _series(number: str, title: str, starts: list[dt.datetime], price: Price) -> dict[str, object]:
    values = [
        {"value": value, "percentage": 0.5, "datetime": start.astimezone(MADRID).isoformat(timespec="milliseconds")}
        for start in starts
        if (value := price(start)) is not None
    ]
    attributes = {"title": title, "magnitude": "price", "last-update": "2021-10-30T20:16:46.000+02:00", "values": values}
    return {"type": title, "id": number, "groupId": None, "attributes": attributes}
