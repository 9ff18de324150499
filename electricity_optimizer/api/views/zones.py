"""The zones and how far each is known."""

import datetime as dt

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.horizon import expected, horizon
from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.timeline import delivery_day


def all_zones(store: Store, now: dt.datetime) -> Answer:
    """{meta, data: [zone, ...]} of the catalogue."""
    return {"meta": {"stale": False, "count": len(zones())}, "data": [one_zone(store, entry, now) for entry in zones().values()]}


def one_zone(store: Store, entry: Zone, now: dt.datetime) -> Answer:
    """A zone's facts and its horizon."""
    known = horizon(store, entry, None)
    available, due = expected(entry, known.known_until, now)
    today = delivery_day(now, entry.tz)
    return {
        "zone": entry.key, "name": entry.name, "eic": entry.eic, "country": entry.country, "tz": entry.tz, "currency": entry.currency,
        "latitude": entry.latitude, "longitude": entry.longitude, "resolution_minutes": entry.resolution_on(today),
        "resolutions": [{"from": day.isoformat(), "minutes": minutes} for day, minutes in entry.resolution],
        "known_until": told(known.known_until, "UTC"), "forecast_until": told(known.forecast_until, "UTC"),
        "issued_at": told(known.issued_at, "UTC"), "tomorrow_available": available, "next_expected_at": told(due, "UTC"),
        "price_sources": list(entry.price_sources),
    }  # fmt: skip
