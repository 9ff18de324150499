"""OpenEI's utility_rates as its upstream answers: one rate by `getpage`, all rates of a utility by `eia` in pages.

A rate holds what a schedule can hold: the price of an hour depends on the month, on weekday or weekend, and on the local clock. `price` is
asked on the first Wednesday and the first Saturday of each month of 2026.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.catalog.subscriptions import Subscription, subscriptions
from electricity_optimizer.timeline import day_start

Price = Callable[[dt.datetime], float | None]
WEDNESDAY, SATURDAY = 2, 5


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the hour that begins at a UTC instant."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    rates = [entry for entry in subscriptions().values() if entry.source == "openei-urdb"]
    if "getpage" in query:
        rates = [entry for entry in rates if entry.parameters["label"] == query["getpage"]]
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 500))
    items = [rate(entry, price) for entry in rates[offset : offset + limit]]
    return 200, "application/json", orjson.dumps({"items": items})


def rate(entry: Subscription, price: Price) -> dict[str, object]:
    """One rate without end whose weekday and weekend schedules hold the prices."""
    periods: dict[float | None, int] = {}

    def schedule(weekday: int) -> list[list[int]]:
        table = [[price(hour) for hour in day_hours(month, weekday, entry.tz)] for month in range(1, 13)]
        return [[periods.setdefault(value, len(periods)) for value in row] for row in table]

    weekdays, weekends = schedule(WEDNESDAY), schedule(SATURDAY)
    return {
        "label": entry.parameters["label"],
        "approved": True,
        "name": entry.name,
        "startdate": 1420092000,  # 2015-01-01 06:00 UTC
        "country": "USA",
        "energyratestructure": [[tier(value)] for value in periods],
        "energyweekdayschedule": weekdays,
        "energyweekendschedule": weekends,
        "fixedchargefirstmeter": 10.0,
        "fixedchargeunits": "$/month",
    }


def day_hours(month: int, weekday: int, tz: str) -> list[dt.datetime]:
    """UTC starts of the 24 hours of the first such weekday of a month of 2026; clocks never change on one of them."""
    first = dt.date(2026, month, 1)
    day = first + dt.timedelta(days=(weekday - first.weekday()) % 7)
    return [day_start(day, tz) + dt.timedelta(hours=hour) for hour in range(24)]


def tier(value: float | None) -> dict[str, object]:
    """A tier as sent; a missing rate is left out, as upstream does."""
    return {"unit": "kWh"} if value is None else {"rate": float(Decimal(str(value)) / 1000), "unit": "kWh"}
