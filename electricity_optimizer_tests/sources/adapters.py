"""Adapters as a test wants them: modules of one price source that lives at upstream.test."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import orjson

from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.records import PriceRecord, series_id
from electricity_optimizer.timeline import UTC, delivery_day

URL = "https://upstream.test/price"


def rows(body: bytes, **more: Any) -> list[PriceRecord]:
    """A record per row [unix second, minutes, price] of a JSON list."""
    found = []
    for second, minutes, price in orjson.loads(body):
        start = dt.datetime.fromtimestamp(second, UTC)
        told: dict[str, Any] = {
            "series_id": series_id("test", "DE-LU", minutes),
            "start_utc": start,
            "end_utc": start + dt.timedelta(minutes=minutes),
            "source": "test",
            "area": "DE-LU",
            "delivery_date": delivery_day(start, "Europe/Berlin"),
            "resolution_s": minutes * 60,
            "price": price,
            "currency": "EUR",
            "licence": "none",
            "redistributable": False,
            "parser_version": 1,
        }
        found.append(PriceRecord(**{**told, **more}))
    return found


def ask_by_windows(ask: Ask) -> list[Request]:
    """A request for each window of the asked days."""
    return [Request(ask.source.url, {"first": first.isoformat(), "last": last.isoformat()}) for first, last in ask.windows()]


def adapter(**functions: Any) -> Any:
    """A module of a source; `functions` take the place of the usual ones."""
    usual = {"NAME": "test", "PARSER_VERSION": 1, "requests": ask_by_windows, "parse": lambda body, **_: rows(body)}
    return SimpleNamespace(**{**usual, **functions})
