"""Day-ahead prices and grid quantities of the ENTSO-E Transparency Platform: XML for every bidding zone, with a token.

A44 are prices; around DE-LU and AT they come in two auctions, and only classification sequence 1 (SDAC) is ours, never 2 (EXAA). A65 is
load; A69 the forecast of wind and sun, A75 what was generated. An answer holds whole local days, up to a year of them, 100 series a page,
hourly and quarter-hourly days side by side. `createdDateTime` is the time of the request: the platform does not say when it published.
"""

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts.entsoe_document import NAME, Document, Interval, Series, number, read
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, series_id
from electricity_optimizer.timeline import delivery_day, range_bounds

PARSER_VERSION = 1
PAGE = 100
LAST_OFFSET = 1000
"""A year of two auctions a day is 730 series: pages beyond are a defect upstream."""
GENERATED_DAYS = 30
"""A75 sends every kind of plant at once: a month of it is about 5 MB."""

KINDS = {"A44": "prices", "A65": "grid_forecasts", "A69": "grid_forecasts", "A75": "grid_forecasts"}
PROCESSES = {"A01": "forecast", "A16": "actual"}
SEQUENCE = "classificationSequence_AttributeInstanceComponent.position"
CONTRACT = "contract_MarketAgreement.type"
DAILY = "A01"
SOLAR, OFFSHORE, ONSHORE = "B16", "B18", "B19"
WITH_OFFSHORE = frozenset({"DE-LU", "BE", "NL", "DK1", "DK2"})
"""Zones that report wind at sea: without it their wind is unknown and not small."""

Values = dict[tuple[dt.datetime, int], float | None]


def requests(ask: Ask) -> list[Request]:
    """Prices of the asked days; or load, wind and sun: forecasts of all of them, actual values of those that have begun."""
    eic = ask.zone.eic
    if ask.kind == "prices":
        auction = {"documentType": "A44", "in_Domain": eic, "out_Domain": eic, CONTRACT: DAILY}
        return _windows(ask, ask.days, auction)
    begun = [day for day in ask.days if day <= delivery_day(ask.now, ask.zone.tz)]
    load, generation = {"documentType": "A65", "outBiddingZone_Domain": eic}, {"in_Domain": eic}
    return [
        *_windows(ask, ask.days, {**load, "processType": "A01"}),
        *_windows(ask, ask.days, {**generation, "documentType": "A69", "processType": "A01"}),
        *_windows(ask, begun, {**load, "processType": "A16"}),
        *_windows(ask, begun, {**generation, "documentType": "A75", "processType": "A16"}, GENERATED_DAYS),
    ]


def _windows(ask: Ask, days: Iterable[dt.date], params: dict[str, str], size: int = 0) -> list[Request]:
    found = []
    for first, last in windows(days, size or ask.source.days_per_request):
        start, end = range_bounds(first, last, ask.zone.tz)
        period = {"periodStart": f"{start:%Y%m%d%H%M}", "periodEnd": f"{end:%Y%m%d%H%M}"}
        found.append(Request(ask.source.url, {**params, **period}, {"kind": KINDS[params["documentType"]], "area": ask.zone.key}))
    return found


def follow(body: bytes, request: Request) -> list[Request]:
    """The next page of prices, where this one is full."""
    offset = int(request.params.get("offset", 0)) + PAGE
    full = len(re.findall(rb"<(?:\w+:)?TimeSeries[\s>]", body)) >= PAGE
    if not full or offset > LAST_OFFSET or request.params.get("documentType") != "A44":
        return []
    return [replace(request, params={**request.params, "offset": offset})]


def refusal(status: int, body: bytes) -> tuple[Outcome, str] | None:
    """What an acknowledgement under HTTP 400 says: mostly that there is no data."""
    if status in {401, 403, 429} or status >= 500:
        return None
    try:
        read(body)
    except UpstreamSaidError as said:
        return said.outcome, said.what
    except SchemaChangedError:
        return None
    return None


def parse(body: bytes, *, kind: str = "", area: str = "") -> list[PriceRecord] | list[GridForecastRecord]:
    """Records of one answer, ascending (of each quantity); a position that A03 left out repeats the one before and is flagged.

    Raises SchemaChangedError for another dataset, zone or shape, UpstreamSaidError for an acknowledgement.
    """
    document = read(body)
    if kind not in {"", KINDS.get(document.type)} or document.type not in KINDS:
        raise SchemaChangedError(f"document type '{document.type}' is none of ours for {kind or 'prices or the grid'}", where=NAME)
    return _prices(document, area) if KINDS[document.type] == "prices" else _grid(document, area)


def _prices(document: Document, area: str) -> list[PriceRecord]:
    chosen = [one for one in document.series if one.fields.get(SEQUENCE, "1") == "1" and one.fields.get(CONTRACT, DAILY) == DAILY]
    if not chosen:
        raise UpstreamSaidError(Outcome.NO_DATA, "holds no series of the day-ahead auction", where=NAME)
    zone = _zone(chosen, area)
    currencies = {one.fields.get("currency_Unit.name", "") for one in chosen}
    units = {one.fields.get("price_Measure_Unit.name", "") for one in chosen}
    if len(currencies) != 1 or re.fullmatch("[A-Z]{3}", min(currencies)) is None or units != {"MWH"}:
        raise SchemaChangedError(f"prices in {sorted(currencies)} per {sorted(units)}", where=NAME)
    make = _price_maker(zone, min(currencies))
    return [make(interval) for interval in _merged(chosen)]


def _price_maker(zone: Zone, currency: str) -> Callable[[Interval], PriceRecord]:
    entry, tz = source(NAME), ZoneInfo(zone.tz)
    names = {minutes: series_id(NAME, zone.key, minutes, currency=currency) for minutes in (15, 30, 60)}

    def make(interval: Interval) -> PriceRecord:
        start, seconds, text, repeated = interval
        return PriceRecord(
            series_id=names[seconds // 60],
            start_utc=start,
            end_utc=start + dt.timedelta(seconds=seconds),
            source=NAME,
            area=zone.key,
            delivery_date=start.astimezone(tz).date(),
            resolution_s=seconds,
            price=number(text),
            currency=currency,
            price_raw=text,
            unit_raw=f"{currency}/MWH",
            source_area=zone.eic,
            derivation="a03_repeat" if repeated else "as_sent",
            licence=entry.licence,
            attribution=entry.attribution,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )

    return make


def _grid(document: Document, area: str) -> list[GridForecastRecord]:
    kind = PROCESSES.get(document.process)
    if kind is None or (document.type == "A69" and kind == "actual"):
        raise SchemaChangedError(f"process '{document.process}' of {document.type} is none of ours", where=NAME)
    chosen = [one for one in document.series if document.type == "A65" or _is_generated(one)]
    if not chosen:
        raise UpstreamSaidError(Outcome.NO_DATA, "holds no series of load, wind or sun", where=NAME)
    zone = _zone(chosen, area)
    if any(one.fields.get("quantity_Measure_Unit.name") != "MAW" for one in chosen):
        raise SchemaChangedError("quantities are not in MAW", where=NAME)
    if document.type == "A65":
        return list(_grid_records(zone, kind, "load", _values(chosen)))
    by_plant = {plant: _values(one for one in chosen if one.fields["psrType"] == plant) for plant in (SOLAR, OFFSHORE, ONSHORE)}
    wind = _wind(by_plant[ONSHORE], by_plant[OFFSHORE], at_sea=zone.key in WITH_OFFSHORE)
    return [*_grid_records(zone, kind, "wind", wind), *_grid_records(zone, kind, "solar", by_plant[SOLAR])]


def _is_generated(one: Series) -> bool:
    """Whether a series is generation of wind or sun; A75 also sends what plants consume, under the zone it goes out of."""
    return one.fields.get("psrType") in {SOLAR, OFFSHORE, ONSHORE} and "outBiddingZone_Domain.mRID" not in one.fields


def _wind(onshore: Values, offshore: Values, *, at_sea: bool) -> Values:
    """Sum of both; null where one of them is unknown."""
    if not offshore and not at_sea:
        return onshore
    pairs = {key: (onshore.get(key), offshore.get(key)) for key in sorted(onshore.keys() | offshore.keys())}
    return {key: None if land is None or sea is None else land + sea for key, (land, sea) in pairs.items()}


def _grid_records(zone: Zone, kind: str, quantity: str, values: Values) -> Iterator[GridForecastRecord]:
    entry, tz = source(NAME), ZoneInfo(zone.tz)
    for (start, seconds), value in values.items():
        yield GridForecastRecord(
            series_id=series_id(NAME, zone.key, seconds // 60, market=f"grid_{kind}", auction=quantity, currency="-"),
            start_utc=start,
            end_utc=start + dt.timedelta(seconds=seconds),
            source=NAME,
            area=zone.key,
            delivery_date=start.astimezone(tz).date(),
            kind=kind,
            load_mw=value if quantity == "load" else None,
            wind_mw=value if quantity == "wind" else None,
            solar_mw=value if quantity == "solar" else None,
            licence=entry.licence,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )


def _values(series: Iterable[Series]) -> Values:
    return {(interval.start, interval.seconds): number(interval.text) for interval in _merged(series)}


def _merged(series: Iterable[Series]) -> list[Interval]:
    """Intervals of all `series`, ascending; what is sent twice counts once. Raises SchemaChangedError where two overlap."""
    intervals = sorted({interval for one in series for interval in one.intervals()})
    for earlier, later in itertools.pairwise(intervals):
        if later.start < earlier.start + dt.timedelta(seconds=earlier.seconds):
            raise SchemaChangedError(f"two values for the interval at {later.start}", where=NAME)
    return intervals


def _zone(series: Iterable[Series], area: str) -> Zone:
    """The zone that all `series` are about. Raises SchemaChangedError for a border, an unknown zone or another than `area`."""
    codes = {text for one in series for name, text in one.fields.items() if name.endswith("Domain.mRID")}
    zone = next((zone for zone in zones().values() if codes == {zone.eic}), None)
    if zone is None or area not in {"", zone.key}:
        raise SchemaChangedError(f"is about {sorted(codes)} and not {area or 'one of our zones'}", where=NAME)
    return zone
