"""energy-charts.info (Fraunhofer ISE): day-ahead prices of 46 bidding zones, and load, wind and sun of countries; keyless.

A date means the local day of the zone's country, up to a year in one request; where the market keeps another clock than the country,
instants are asked. `unix_seconds` are interval starts; the spacing within a delivery day is its market time unit, so hourly days and
quarter-hourly days may stand in one answer. A day that is not published, or missing, answers 404 and not an empty list. `license_info`
says per zone whether the prices may be passed on.

Version 1 of the interface is asked (a recorded answer is of it). Version 2, seen with clients since the summer of 2026, sends a list of
timestamps with their values; its prices are read as well. Quantities of the grid: see `energy_charts_grid`.
"""

import datetime as dt
from typing import Any

from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.parts import energy_charts_grid
from electricity_optimizer.sources.reading.day_ahead import check_aligned, check_starts, check_values, local_days, steps
from electricity_optimizer.sources.reading.json_answer import document, fields, rows
from electricity_optimizer.sources.reading.json_values import instant, member, objects
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, series_id
from electricity_optimizer.timeline import UTC

NAME = "energy-charts"
PARSER_VERSION = 1
BERLIN = "Europe/Berlin"
OTHER_CLOCK = frozenset({"EE", "FI", "LT", "LV", "PT"})
"""Zones whose country has another time than their market: a date would be another day than the delivery day, an hour off."""


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days, up to a year in one request; of the grid one request a quantity."""
    if ask.kind == "grid_forecasts":
        return energy_charts_grid.requests(ask)
    return [_prices(ask, first, last) for first, last in ask.windows()]


def _prices(ask: Ask, first: dt.date, last: dt.date) -> Request:
    days = {"start": first.isoformat(), "end": last.isoformat()}
    bounds = energy_charts_grid.instants(ask, first, last) if ask.zone.key in OTHER_CLOCK else days
    return Request(ask.source.url, {"bzn": ask.zone.key, **bounds}, {"area": ask.zone.key})


def parse(body: bytes, *, area: str = "DE-LU", quantity: str = "") -> list[PriceRecord] | list[GridForecastRecord]:
    """Records of one answer, ascending; a null price stays null. Raises SchemaChangedError for a body of another shape.

    `quantity` is what was asked of the grid; an answer about the grid says itself that it is one.
    """
    answer = document(body, NAME)
    if quantity or energy_charts_grid.is_grid(answer):
        return energy_charts_grid.records(answer, area, quantity, PARSER_VERSION)
    return _price_records(_second_version(answer, area) if "data" in answer else answer, area)


def _price_records(answer: dict[str, Any], area: str) -> list[PriceRecord]:
    starts, prices = (rows(answer.get(name), f"'{name}'", NAME) for name in ("unix_seconds", "price"))
    if len(starts) != len(prices):
        raise SchemaChangedError("'unix_seconds' and 'price' are not lists of one length", where=NAME)
    check_starts(starts, NAME)
    check_values(prices, NAME)
    zone = zones().get(area)
    days = local_days(starts, zone.tz if zone else BERLIN)
    lengths = steps(starts, days, NAME)
    check_aligned(starts, lengths, NAME)
    currency = _currency(answer.get("unit"), zone.currency if zone else "EUR")
    licence = str(answer.get("license_info") or "not stated")
    records = []
    for start, day, step, price in zip(starts, days, lengths, prices, strict=True):
        begin = dt.datetime.fromtimestamp(start, UTC)
        records.append(
            PriceRecord(
                series_id=series_id(NAME, area, step // 60, currency=currency),
                start_utc=begin,
                end_utc=begin + dt.timedelta(seconds=step),
                source=NAME,
                area=area,
                delivery_date=day,
                resolution_s=step,
                price=None if price is None else float(price),
                currency=currency,
                price_raw=None if price is None else str(price),
                unit_raw=answer.get("unit"),
                licence=licence,
                redistributable=licence.startswith("CC BY 4.0"),
                parser_version=PARSER_VERSION,
            )
        )
    return records


def _second_version(answer: dict[str, Any], area: str) -> dict[str, Any]:
    """An answer of version 2 as one of version 1."""
    if answer.get("endpoint") != "price" or answer.get("bidding_zone") != area:
        raise SchemaChangedError(f"no prices of {area}", where=NAME)
    points = objects(answer["data"], "'data'", NAME)
    return {
        "unix_seconds": [int(instant(point.get("timestamp"), "timestamp", NAME).timestamp()) for point in points],
        "price": [member(fields(point.get("values"), "'values'", NAME), "day_ahead_price", NAME) for point in points],
        "unit": answer.get("unit"),
        "license_info": answer.get("license"),
    }


def _currency(unit: object, usual: str) -> str:
    """Currency of a unit like "EUR / MWh"; the service once sent "No Unit", which means the usual one."""
    head, _, tail = str(unit or "").partition("/")
    currency = head.strip().upper()
    if tail and tail.strip().lower() != "mwh":
        raise SchemaChangedError(f"unit '{unit}' is not per MWh", where=NAME)
    return currency if len(currency) == 3 and currency.isalpha() else usual
