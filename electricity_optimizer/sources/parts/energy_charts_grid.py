"""Load, wind and sun of energy-charts.info: the transmission operators' forecasts of the day before, and what came.

Asked by country, so only zones that are their country have them (Luxembourg lies in DE-LU and is left out: its load is about one
percent). `/public_power_forecast` answers one quantity: `unix_seconds`, `forecast_values`, `production_type`, `forecast_type`;
`/public_power` answers all in `production_types`, each with `name` and `data`. Values are means in MW.

Shapes and parameters are from the published OpenAPI description (1.5) and from public clients; no answer is recorded here. The forecast
interface knows no sum of wind in version 1. Where there are turbines at sea, wind on land and at sea are two requests and two series
that `market.grid` adds up; elsewhere the wind on land is the wind. The answer of `/public_power` names every type of production of the
country, so what came is added up here: a type that it does not name does not exist there.
"""

import datetime as dt
from typing import Any

from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.reading.grid_series import TOGETHER, GridSeries
from electricity_optimizer.sources.reading.json_answer import is_number, rows
from electricity_optimizer.sources.reading.json_values import objects
from electricity_optimizer.sources.records import GridForecastRecord
from electricity_optimizer.timeline import delivery_day, range_bounds

NAME = "energy-charts"
LICENCE = "CC BY 4.0, energy-charts.info (unless an answer says otherwise)"
COUNTRIES = ("AT", "BE", "CH", "CZ", "EE", "ES", "FI", "FR", "LT", "LV", "NL", "PL", "PT")
"""Zones that are a whole country of the service, beside DE-LU."""
AT_SEA = frozenset({"BE", "DE-LU", "FR", "NL"})
"""Zones whose forecasts tell turbines at sea apart."""
MOST_DAYS = 92
"""Of one request: a year of every type of production is some ten megabytes and takes the service minutes."""
FORECASTS = ("load", "wind_onshore", "wind_offshore", "solar")
"""Types of production of the forecast interface; each is the name of its quantity too."""
ACTUAL = {"load_mw": ("Load",), "wind_mw": ("Wind onshore", "Wind offshore"), "solar_mw": ("Solar",)}
"""Names of the types of production that make up a column."""


def requests(ask: Ask) -> list[Request]:
    """Forecasts of the asked days and what came on those up to today; none for a zone that is no country of the service."""
    if ask.zone.key != "DE-LU" and ask.zone.key not in COUNTRIES:
        return []
    today = delivery_day(ask.now, ask.zone.tz)
    found = []
    for first, last in windows(ask.days, MOST_DAYS):
        found += [_forecast(ask, kind, first, last) for kind in FORECASTS if kind != "wind_offshore" or ask.zone.key in AT_SEA]
        found += [_actual(ask, first, min(last, today))] if first <= today else []
    return found


def _forecast(ask: Ask, production_type: str, first: dt.date, last: dt.date) -> Request:
    params = {"country": _country(ask), "production_type": production_type, "forecast_type": "day-ahead", **instants(ask, first, last)}
    quantity = "wind" if production_type == "wind_onshore" and ask.zone.key not in AT_SEA else production_type
    return Request(f"{_base(ask)}/public_power_forecast", params, {"area": ask.zone.key, "quantity": quantity})


def _actual(ask: Ask, first: dt.date, last: dt.date) -> Request:
    params = {"country": _country(ask), **instants(ask, first, last)}
    return Request(f"{_base(ask)}/public_power", params, {"area": ask.zone.key, "quantity": TOGETHER})


def _base(ask: Ask) -> str:
    return ask.source.url.removesuffix("/price")


def _country(ask: Ask) -> str:
    return ask.zone.country.lower()


def instants(ask: Ask, first: dt.date, last: dt.date) -> dict[str, str]:
    """First and last minute of the delivery days: a date would mean a day of the country's clock, another one in Finland or Portugal."""
    start, end = range_bounds(first, last, ask.zone.tz)
    return {"start": f"{start:%Y-%m-%dT%H:%MZ}", "end": f"{end - dt.timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"}


def is_grid(answer: dict[str, Any]) -> bool:
    """Whether an answer is about the grid."""
    return "forecast_values" in answer or "production_types" in answer


def records(answer: dict[str, Any], area: str, quantity: str, version: int) -> list[GridForecastRecord]:
    """Records of one answer, ascending; `quantity` is what was asked, "" where only the answer says it.

    Raises SchemaChangedError for another shape, another quantity than asked, and a forecast that is not of the day before.
    """
    starts = rows(answer.get("unix_seconds"), "'unix_seconds'", NAME)
    if "forecast_values" in answer and quantity != TOGETHER:
        told = _told(answer, quantity)
        values = _fitting(answer["forecast_values"], starts, "'forecast_values'")
        return _series(area, "forecast", told, answer, version).one(starts, values)
    if "production_types" in answer and quantity in {"", TOGETHER}:
        return _actual_records(answer, starts, area, version)
    raise SchemaChangedError(f"no answer about {quantity}", where=NAME)


def _told(answer: dict[str, Any], quantity: str) -> str:
    """Quantity of a forecast. An answer alone does not say whether its zone has turbines at sea: then wind on land is a part."""
    if answer.get("forecast_type") != "day-ahead":
        raise SchemaChangedError(f"forecast '{answer.get('forecast_type')}' is not of the day before", where=NAME)
    told = str(answer.get("production_type"))
    if told not in FORECASTS or quantity not in {"", told, *(["wind"] if told == "wind_onshore" else [])}:
        raise SchemaChangedError(f"'{told}' where {quantity or 'a quantity'} was asked", where=NAME)
    return quantity or told


def _actual_records(answer: dict[str, Any], starts: list[Any], area: str, version: int) -> list[GridForecastRecord]:
    types = objects(answer["production_types"], "'production_types'", NAME)
    by_name = {str(kind.get("name")): _fitting(kind.get("data"), starts, f"data of '{kind.get('name')}'") for kind in types}
    columns = {column: _sum([by_name[name] for name in names if name in by_name], len(starts)) for column, names in ACTUAL.items()}
    known = max((k for values in columns.values() for k, value in enumerate(values, start=1) if value is not None), default=0)
    columns = {column: values[:known] for column, values in columns.items()}
    return _series(area, "actual", TOGETHER, answer, version).records(starts[:known], columns)


def _fitting(values: object, starts: list[Any], what: str) -> list[float | None]:
    listed = rows(values, what, NAME)
    if len(listed) != len(starts) or not all(value is None or is_number(value) for value in listed):
        raise SchemaChangedError(f"{what} are not a number or null for each of 'unix_seconds'", where=NAME)
    return listed


def _sum(parts: list[list[float | None]], count: int) -> list[float | None]:
    """Sum of the parts, null where one of them is."""
    if not parts:
        return [None] * count
    return [None if None in values else sum(value for value in values if value is not None) for values in zip(*parts, strict=True)]


def _series(area: str, kind: str, quantity: str, answer: dict[str, Any], version: int) -> GridSeries:
    licence = str(answer.get("license_info") or LICENCE)
    return GridSeries(
        source=NAME, area=area, kind=kind, quantity=quantity,
        licence=licence, redistributable=licence.startswith("CC BY 4.0"), parser_version=version,
    )  # fmt: skip
