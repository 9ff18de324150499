"""Nord Pool's data portal as it answers DayAheadPrices: one Central European day, 204 before it is published."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import orjson

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import day_bounds
from electricity_optimizer_tests.sources.wire.intervals import Price, units


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; an area with an interval without a price is preliminary."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    areas = query["deliveryArea"].split(",")
    place = zone("DE-LU" if areas[0] == "GER" else areas[0])
    rows = [
        (start, start + dt.timedelta(minutes=minutes), price(start))
        for start, minutes in units(place, *day_bounds(dt.date.fromisoformat(query["date"]), "Europe/Oslo"))
    ]
    known = [(start, end, value) for start, end, value in rows if value is not None]
    if not known:
        return 204, "", b""
    body = {
        "deliveryDateCET": query["date"],
        "version": 3,
        "updatedAt": f"{rows[0][0] - dt.timedelta(hours=11):%Y-%m-%dT%H:%M:%S}.9456464Z",
        "deliveryAreas": areas,
        "market": query["market"],
        "multiAreaEntries": [
            {
                "deliveryStart": f"{start:%Y-%m-%dT%H:%M:%SZ}",
                "deliveryEnd": f"{end:%Y-%m-%dT%H:%M:%SZ}",
                "entryPerArea": dict.fromkeys(areas, value),
            }
            for start, end, value in known
        ],
        "blockPriceAggregates": [],
        "currency": query["currency"],
        "exchangeRate": 1,
        "areaStates": [{"state": "Final" if len(known) == len(rows) else "Preliminary", "areas": areas}],
        "areaAverages": [{"areaCode": area, "price": round(sum(value for *_, value in known) / len(known), 2)} for area in areas],
    }
    return 200, "application/json", orjson.dumps(body)
