"""Great Britain from Elexon Insights (BMRS): market index and imbalance prices, load, wind and sun; keyless.

The market index (MID) is the price of what was traded within the day, known after its half hour; APX (APXMIDP) reports it for every
settlement period, N2EX sends zeros that are no prices. A period without trade (volume 0) has no price. Since 2015 there is one imbalance
price; it is revised by settlement runs. A settlement day is a London day of 46, 48 or 50 periods; `startTime` (UTC) decides.

Rows come in an object with `data` or, from the streams, as a bare list. Of demand the earliest forecast of each period is asked: later
ones knew more than the day before did. Documents of NESO's data portal (wind and demand forecasts, generation mix) are read as well.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_values import instant, member, number, objects, unique
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, series_id
from electricity_optimizer.timeline import day_start, delivery_day, range_bounds

NAME = "elexon"
PARSER_VERSION = 1
ZONE = "GB"
LONDON = "Europe/London"
PROVIDER = "APXMIDP"
HALF_HOUR = dt.timedelta(minutes=30)
BOUNDED_DAYS = 6
"""Wind and sun are given for 7 days of 24 hours at most, and a week in autumn is longer."""
PLANTS = ("Wind Onshore", "Wind Offshore", "Solar")


@dataclass(frozen=True, slots=True)
class Shape:
    """A document of grid quantities: the column that tells it, where its time stands, and the columns that add up to each quantity."""

    mark: str
    kind: str
    stamp: str
    quantities: Mapping[str, tuple[str, ...]]


OF_PLANTS = {"wind": PLANTS[:2], "solar": PLANTS[2:]}
SHAPES = (
    Shape("nationalDemand", "forecast", "startTime", {"load": ("nationalDemand",)}),
    Shape("initialDemandOutturn", "actual", "startTime", {"load": ("initialDemandOutturn",)}),
    Shape("Incentive_forecast", "forecast", "Datetime_GMT", {"wind": ("Incentive_forecast",)}),
    Shape("NATIONALDEMAND", "forecast", "GDATETIME", {"load": ("NATIONALDEMAND",)}),
    Shape("WIND_EMB", "actual", "DATETIME", {"wind": ("WIND", "WIND_EMB"), "solar": ("SOLAR",)}),
)


def requests(ask: Ask) -> list[Request]:
    """Market index prices of the days that have begun, or load, wind and sun; nothing for other zones than GB."""
    if ask.zone.key != ZONE:
        return []
    today = delivery_day(ask.now, LONDON)
    begun = [day for day in ask.days if day <= today]
    if ask.kind == "prices":
        return [_between(ask, "/datasets/MID/stream", first, last, dataProviders=PROVIDER) for first, last in _windows(ask, begun)]
    return [*_forecasts(ask), *_actual(ask, begun)]


def _forecasts(ask: Ask) -> Iterator[Request]:
    for first, last in windows(ask.days, BOUNDED_DAYS):
        yield _between(ask, "/forecast/demand/day-ahead/earliest/stream", first, last)
        yield _between(ask, "/forecast/generation/wind-and-solar/day-ahead", first, last, processType="day ahead", format="json")


def _actual(ask: Ask, begun: Sequence[dt.date]) -> Iterator[Request]:
    for first, last in _windows(ask, begun):
        days = {"settlementDateFrom": first.isoformat(), "settlementDateTo": last.isoformat()}
        yield Request(f"{ask.source.url}/demand/outturn/stream", days, {"area": ask.area})
    for first, last in windows(begun, BOUNDED_DAYS):
        yield _between(ask, "/generation/actual/per-type/wind-and-solar", first, last, format="json")


def _windows(ask: Ask, days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    return windows(days, ask.source.days_per_request)


def _between(ask: Ask, path: str, first: dt.date, last: dt.date, **more: str) -> Request:
    """Both ends are included upstream: the last minute of the window keeps the next day's first period out."""
    start, end = range_bounds(first, last, LONDON)
    bounds = {"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{end - dt.timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"}
    return Request(f"{ask.source.url}{path}", {**bounds, **more}, {"area": ask.area})


def parse(body: bytes, *, area: str = ZONE) -> list[PriceRecord] | list[GridForecastRecord]:
    """Records of one answer, ascending (of the grid by quantity).

    Raises SchemaChangedError for a body of another shape or dataset, UpstreamSaidError for one without rows.
    """
    rows = _rows(body)
    if not rows:
        raise UpstreamSaidError(Outcome.NO_DATA, "no rows", where=NAME)
    if "dataProvider" in rows[0]:
        return _market_index(rows, area)
    if "systemSellPrice" in rows[0]:
        return _imbalance(rows, area)
    if "psrType" in rows[0]:
        return _plants(rows, area)
    shape = next((shape for shape in SHAPES if shape.mark in rows[0]), None)
    if shape is None:
        raise SchemaChangedError(f"rows of another dataset: {', '.join(sorted(rows[0]))[:80]}", where=NAME)
    return _grid(rows, shape, area)


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise SchemaChangedError("body is not JSON", where=NAME) from None
    if isinstance(document, dict) and "systemSellPrice" in document:
        return [document]
    if isinstance(document, dict) and document.get("success") is True and isinstance(document.get("result"), dict):
        return objects(document["result"].get("records"), "'records'", NAME)
    rows = document.get("data") if isinstance(document, dict) else document
    return objects(rows, "the body", NAME)


def _market_index(rows: list[dict[str, Any]], area: str) -> list[PriceRecord]:
    ours = (row for row in rows if row.get("dataProvider") == PROVIDER)
    prices = unique(((_period(row), _traded(row)) for row in ours), NAME)
    return [_price(start, price, area, "intraday", PROVIDER, "final") for start, price in sorted(prices.items())]


def _traded(row: dict[str, Any]) -> float | None:
    price = number(member(row, "price", NAME), "price", NAME)
    return None if number(row.get("volume"), "volume", NAME) == 0 else price


def _imbalance(rows: list[dict[str, Any]], area: str) -> list[PriceRecord]:
    prices = unique(((_period(row), (_single(row), row.get("createdDateTime"))) for row in rows), NAME)
    return [
        _price(start, price, area, "imbalance", "none", "preliminary", None if made is None else instant(made, "createdDateTime", NAME))
        for start, (price, made) in sorted(prices.items())
    ]


def _single(row: dict[str, Any]) -> float | None:
    sell, buy = (number(member(row, name, NAME), name, NAME) for name in ("systemSellPrice", "systemBuyPrice"))
    if sell != buy:
        raise SchemaChangedError(f"two imbalance prices, {sell} and {buy}: one is due since November 2015", where=NAME)
    return buy


def _period(row: dict[str, Any]) -> dt.datetime:
    """Start of the settlement period, which date and number must tell as well where they are sent."""
    start = _half_hour(instant(member(row, "startTime", NAME), "startTime", NAME))
    date, period = row.get("settlementDate"), row.get("settlementPeriod")
    if isinstance(date, str) and isinstance(period, int) and start != day_start(_day(date), LONDON) + (period - 1) * HALF_HOUR:
        raise SchemaChangedError(f"settlement period {period} of {date} does not begin at {start.isoformat()}", where=NAME)
    return start


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SchemaChangedError(f"'{text[:40]}' is not a settlement date", where=NAME) from None


def _half_hour(start: dt.datetime) -> dt.datetime:
    if start.timestamp() % 1800:
        raise SchemaChangedError(f"{start.isoformat()} does not begin a settlement period", where=NAME)
    return start


def _price(
    start: dt.datetime, price: float | None, area: str, market: str, auction: str, status: str, published: dt.datetime | None = None
) -> PriceRecord:
    entry = source(NAME)
    return PriceRecord(
        series_id=series_id(NAME, area, 30, market=market, auction=auction, currency="GBP"),
        start_utc=start,
        end_utc=start + HALF_HOUR,
        source=NAME,
        area=area,
        source_area=ZONE,
        delivery_date=start.astimezone(ZoneInfo(LONDON)).date(),
        resolution_s=1800,
        price=price,
        currency="GBP",
        price_raw=None if price is None else str(price),
        market=market,
        auction=auction,
        status=status,
        published_at=published,
        licence=entry.licence,
        attribution=entry.attribution,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )


def _plants(rows: list[dict[str, Any]], area: str) -> list[GridForecastRecord]:
    """Rows of one plant type each, put side by side; forecasts of other processes than the day before's do not count."""
    kind = "forecast" if "processType" in rows[0] else "actual"
    counted = [row for row in rows if str(row.get("processType", "day ahead")).lower() == "day ahead"]
    sent = (((row["startTime"], row["psrType"]), member(row, "quantity", NAME)) for row in _newest(counted, "startTime", "psrType"))
    beside: dict[str, dict[str, Any]] = defaultdict(dict)
    for (start, plant), quantity in unique(sent, NAME).items():
        beside[start] |= {"startTime": start, plant: quantity}
    return _grid(list(beside.values()), Shape("psrType", kind, "startTime", OF_PLANTS), area)


def _newest(rows: list[dict[str, Any]], *key: str) -> list[dict[str, Any]]:
    """Of the rows with the same key, those published last."""
    keyed = [(tuple(str(member(row, name, NAME)) for name in key), str(row.get("publishTime") or ""), row) for row in rows]
    latest: dict[tuple[str, ...], str] = {}
    for about, published, _ in keyed:
        latest[about] = max(published, latest.get(about, ""))
    return [row for about, published, row in keyed if published == latest[about]]


def _grid(rows: list[dict[str, Any]], shape: Shape, area: str) -> list[GridForecastRecord]:
    """A series for each quantity; a quantity of which a part was not sent has no record, one with a null part is null."""
    national = _newest([row for row in rows if row.get("boundary") in {None, "", "N"}], shape.stamp)
    records = []
    for quantity, columns in shape.quantities.items():
        known = ((_stamp(row, shape.stamp), _sum(row, columns)) for row in national if all(column in row for column in columns))
        records += [_quantity(start, value, quantity, shape.kind, area) for start, value in sorted(unique(known, NAME).items())]
    if rows and not records:
        raise SchemaChangedError("no row holds a whole quantity", where=NAME)
    return records


def _stamp(row: dict[str, Any], name: str) -> dt.datetime:
    """The start of a row; NESO's are Greenwich time without saying so."""
    text = member(row, name, NAME)
    naive = name != "startTime" and isinstance(text, str) and len(text) == len("2024-12-16T23:00:00")
    return _half_hour(instant(f"{text}Z" if naive else text, name, NAME))


def _sum(row: dict[str, Any], columns: tuple[str, ...]) -> float | None:
    parts = [number(row[column], column, NAME) for column in columns]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _quantity(start: dt.datetime, value: float | None, quantity: str, kind: str, area: str) -> GridForecastRecord:
    entry = source(NAME)
    return GridForecastRecord(
        series_id=series_id(NAME, area, 30, market=f"grid_{kind}", auction=quantity, currency="-"),
        start_utc=start,
        end_utc=start + HALF_HOUR,
        source=NAME,
        area=area,
        delivery_date=start.astimezone(ZoneInfo(LONDON)).date(),
        kind=kind,
        load_mw=(value or None) if quantity == "load" else None,  # a demand that is not known yet is sent as 0
        wind_mw=value if quantity == "wind" else None,
        solar_mw=value if quantity == "solar" else None,
        licence=entry.licence,
        redistributable=entry.redistributable,
        parser_version=PARSER_VERSION,
    )
