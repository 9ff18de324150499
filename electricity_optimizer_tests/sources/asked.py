"""What a test asks an adapter, and its way through the adapter's requests, the writer of the wire format and the parser."""

import datetime as dt
from collections import deque
from functools import cache, partial

import httpx

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.timeline import UTC, delivery_days

NOW = dt.datetime(2026, 6, 15, 12, 20, tzinfo=UTC)
settings = cache(load_settings)  # reading them takes longer than an answer


def price(start):
    """A price that tells every quarter hour of some weeks apart, below zero at times."""
    return round((int(start.timestamp()) // 900) % 4001 / 10 - 30, 1)


def asked(name, kind, first, last="", *, zone_key="GB", now=NOW, **more):
    days = tuple(delivery_days(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)))
    return Ask(kind, zone(zone_key), days, now, source(name), settings(), **more)


def url_of(request):
    return str(httpx.URL(request.url, params=request.params or None))


def round_trip(module, writer, ask, price=price, **more):
    """Records of every request and of the pages that they lead to, in the order they came, and the addresses asked."""
    waiting, records, urls = deque(module.requests(ask)), [], []
    answer = partial(writer.answer, price=price, **more)
    while waiting:
        request = waiting.popleft()
        urls.append(url_of(request))
        status, _, body = answer(urls[-1])
        assert status == 200, body
        records += module.parse(body, **request.about)
        waiting.extend(module.follow(body, request) if hasattr(module, "follow") else [])
    return records, urls
