"""Statistics of the U.S. Energy Information Administration (API v2): retail prices by state, demand and generation by balancing authority.

A subscription's parameters are facets, which tell the data set (or `route` names it): `stateid` and `sectorid` ask the monthly retail
price ("CA", "RES"; `data` asks sales, revenue or customers instead), `respondent` with `type` ("D", "DF", "NG", "TI") or with `fueltype`
("SUN") asks hours of a grid. `frequency` may be annual, quarterly, monthly, daily or hourly. Retail months come two or three months late.

Since version 2.1.6 values are text; earlier answers hold numbers, both hold nulls. Retail prices are cents per kWh and become USD/kWh.
An hour is named by its end (EIA-930: "hour ending"), in UTC; other periods are calendar periods, recorded as such in UTC. At most 5,000
rows come at once, and pages are stable only where the rows are sorted by everything that tells them apart.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts import api_umbrella
from electricity_optimizer.sources.reading.json_answer import document, fields
from electricity_optimizer.sources.reading.json_values import member, number, objects, unique
from electricity_optimizer.sources.records import StatisticRecord
from electricity_optimizer.timeline import UTC

NAME = "eia"
PARSER_VERSION = 1
MOST_ROWS = 5000
HOUR = dt.timedelta(hours=1)
RETAIL, REGION, FUEL = "electricity/retail-sales", "electricity/rto/region-data", "electricity/rto/fuel-type-data"
INDEX = {RETAIL: ("stateid", "sectorid"), REGION: ("respondent", "type"), FUEL: ("respondent", "fueltype")}
"""The columns that tell the rows of one period apart, for every route that is read."""
COLUMNS = ("price", "sales", "revenue", "customers", "value")
LATE_DAYS = {"annual": 730, "quarterly": 270, "monthly": 180}
"""How much earlier than the asked days is asked: the newest period lies so far back."""
UNITS = {"megawatthours": "MWh", "million kilowatthours": "GWh", "million dollars": "million USD", "number of customers": "customers"}
PERIODS = {
    "P1Y": re.compile(r"(?P<year>\d{4})"),
    "P3M": re.compile(r"(?P<year>\d{4})-Q(?P<quarter>[1-4])"),
    "P1M": re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)"),
    "P1D": re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
    "PT60M": re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d)"),
}
MONTHS = {"P1Y": 12, "P3M": 3, "P1M": 1}

refusal = api_umbrella.refusal
"""Keys and limits are the gateway's of api.data.gov."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period or an hour, with its length as it stands in a series."""

    product: str
    start: dt.datetime
    end: dt.datetime


def requests(ask: Ask) -> list[Request]:
    """The statistic of the asked days, a page each. Raises InputError for a subscription of another data set."""
    given, route = ask.parameters, _route(ask)
    frequency = given.get("frequency", "monthly" if route == RETAIL else "hourly")
    fixed: dict[str, str | int | float] = {
        "frequency": frequency,
        "data[0]": given.get("data", "price") if route == RETAIL else "value",
        **{f"facets[{facet}][]": given[facet] for facet in INDEX[route] if facet in given},
        **_sorting(("period", *INDEX[route])),
        "offset": 0,
        "length": MOST_ROWS,
    }
    about = {"area": ask.area, **{facet: given[facet] for facet in INDEX[route] if facet in given}}
    bounds = [_bounds(frequency, first, last) for first, last in ask.windows()]
    return [Request(f"{ask.source.url}/{route}/data/", {**fixed, "start": start, "end": end}, about) for start, end in bounds]


def _route(ask: Ask) -> str:
    """The data set, as named or as the facets tell."""
    given = ask.parameters
    told = RETAIL if "stateid" in given else FUEL if "fueltype" in given else REGION if "respondent" in given else ""
    route = given.get("route", told)
    if route not in INDEX:
        raise InputError(
            f"route '{route}' is not read", where=f"{NAME}: {ask.area}", remedy=f"write one of {', '.join(INDEX)}, with facets"
        )
    return route


def _sorting(columns: tuple[str, ...]) -> dict[str, str]:
    return {
        f"sort[{place}][{name}]": value
        for place, column in enumerate(columns)
        for name, value in (("column", column), ("direction", "asc"))
    }


def _bounds(frequency: str, first: dt.date, last: dt.date) -> tuple[str, str]:
    """First and last period to ask for, as the upstream writes them."""
    first -= dt.timedelta(days=LATE_DAYS.get(frequency, 0))
    if frequency == "hourly":
        return f"{first.isoformat()}T01", f"{last + dt.timedelta(days=1)}T00"
    if frequency == "quarterly":
        return f"{first.year}-Q{(first.month + 2) // 3}", f"{last.year}-Q{(last.month + 2) // 3}"
    shape = {"annual": "%Y", "monthly": "%Y-%m"}.get(frequency, "%Y-%m-%d")
    return first.strftime(shape), last.strftime(shape)


def follow(body: bytes, request: Request) -> list[Request]:
    """The next page, as long as the answer counts more rows than have come."""
    answer = _response(body)
    offset = int(request.params.get("offset", 0))
    come = offset + len(objects(answer.get("data"), "'data'", NAME))
    total = str(answer.get("total", come))
    if not total.isdigit():
        raise SchemaChangedError(f"'total' is not a number: {total[:40]}", where=NAME)
    if come == offset or come >= int(total):
        return []
    return [Request(request.url, {**request.params, "offset": come}, request.about)]


def parse(body: bytes, *, area: str = "", **facets: str) -> list[StatisticRecord]:
    """Records of one page, ascending; a series for each column and each of its places. Without `area` it is the state or the respondent.

    `facets` are the asked ones (stateid, sectorid, respondent, type, fueltype). Raises UpstreamSaidError for an error body of the gateway,
    and SchemaChangedError for a body of another shape, for an unknown unit of a price and for rows of other facets than the asked ones.
    """
    rows = objects(_response(body).get("data"), "'data'", NAME)
    for facet, value in facets.items():
        if any(row.get(facet, value) != value for row in rows):
            raise SchemaChangedError(f"rows of another {facet} than {value}", where=NAME)
    found = unique((((record.start_utc, record.series_id), record) for row in rows for record in _records(row, area)), NAME)
    return [record for _, record in sorted(found.items(), key=lambda pair: pair[0])]


def _response(body: bytes) -> dict[str, Any]:
    answer = document(body, NAME)
    said = api_umbrella.spoken(answer)
    if said is not None:
        raise UpstreamSaidError(said[0], said[1], where=NAME)
    return fields(answer.get("response"), "'response'", NAME)


def _records(row: dict[str, Any], area: str) -> Iterator[StatisticRecord]:
    index = next((columns for columns in INDEX.values() if all(column in row for column in columns)), None)
    columns = [column for column in COLUMNS if column in row]
    if index is None or not columns:
        raise SchemaChangedError(f"a row of another dataset: {', '.join(sorted(row))[:80]}", where=NAME)
    entry, period = source(NAME), _period(member(row, "period", NAME))
    for column in columns:
        value, unit = _value(row, column)
        currency = "USD" if "USD" in unit else None
        place = "-".join(str(row[facet]) for facet in index)
        said = str(row.get("type-name") or row.get("sectorName") or row[index[1]])
        yield StatisticRecord(
            series_id=f"{NAME}:{area or row[index[0]]}:statistic:{column}-{place}:{period.product}:{currency or '-'}",
            start_utc=period.start,
            end_utc=period.end,
            source=NAME,
            area=area or str(row[index[0]]),
            delivery_date=period.start.date(),
            indicator=f"{column} {said}" if column != "value" else said,
            value=value,
            unit=unit,
            currency=currency,
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )


def _value(row: dict[str, Any], column: str) -> tuple[float | None, str]:
    """Value and unit of a column; cents become dollars."""
    value = row[column]
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise SchemaChangedError(f"'{column}' is not a number: {value[:40]}", where=NAME) from None
    value, said = number(value, column, NAME), str(row.get(f"{column}-units", ""))
    if column != "price":
        return value, UNITS.get(said, said or "not stated")
    if value is not None and not said.startswith(("cents per kilowatthour", "cents per kilowatt-hour")):
        raise SchemaChangedError(f"price in '{said[:40]}', not in cents per kilowatthour", where=NAME)
    return None if value is None else round(value / 100, 8), "USD/kWh"


def _period(text: object) -> Period:
    shapes = ((product, shape.fullmatch(str(text))) for product, shape in PERIODS.items())
    product, found = next(((product, found) for product, found in shapes if found), ("", None))
    if found is None:
        raise SchemaChangedError(f"'{str(text)[:40]}' is not a period", where=NAME)
    parts = {name: int(value) for name, value in found.groupdict().items()}
    month = parts.get("month", (parts.get("quarter", 1) - 1) * 3 + 1)
    try:
        start = dt.datetime(parts["year"], month, parts.get("day", 1), parts.get("hour", 0), tzinfo=UTC)
    except ValueError:
        raise SchemaChangedError(f"'{text}' is not a period", where=NAME) from None
    if product == "PT60M":
        return Period(product, start - HOUR, start)
    if product == "P1D":
        return Period(product, start, start + dt.timedelta(days=1))
    years, months = divmod(month - 1 + MONTHS[product], 12)
    return Period(product, start, start.replace(year=start.year + years, month=months + 1))
