"""The ENTSO-E platform as its upstream answers: A03 documents of whole local days, 100 series a page, two auctions for some zones."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.timeline import UTC, day_bounds, delivery_day, delivery_days

Price = Callable[[dt.datetime], float | None]

PAGE = 100
TWO_AUCTIONS = {"DE-LU", "AT"}
EXAA_IS_DEARER = 7.0
PLANTS = ("B16", "B18", "B19")
PUBLICATION = "urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"
LOAD = "urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh, or the MW, of the interval from a UTC instant on."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    kind = query["documentType"]
    eic = query.get("in_Domain") or query["outBiddingZone_Domain"]
    place = next(zone for zone in zones().values() if zone.eic == eic)
    start, end = (dt.datetime.strptime(query[name], "%Y%m%d%H%M").replace(tzinfo=UTC) for name in ("periodStart", "periodEnd"))
    days = list(delivery_days(delivery_day(start, place.tz), delivery_day(end - dt.timedelta(minutes=1), place.tz)))
    if kind == "A44":
        series = [one for day in days for one in _auctions(place, day, price)]
    elif kind == "A65":
        series = [one for day in days for one in _quantity(place, day, price, f'<outBiddingZone_Domain.mRID codingScheme="A01">{eic}', "")]
    else:
        domain = f'<inBiddingZone_Domain.mRID codingScheme="A01">{eic}'
        series = [one for plant in PLANTS for day in days for one in _quantity(place, day, price, domain, plant)]
    offset = int(query.get("offset", 0))
    page = series[offset : offset + PAGE] if kind == "A44" else series
    if not page:
        return 200, "text/xml", acknowledgement()
    return 200, "text/xml", _document(kind, query.get("processType", ""), page)


def acknowledgement(text: str = "No matching data found", code: str = "999") -> bytes:
    """What stands in place of data."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Acknowledgement_MarketDocument '
        'xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">'
        f"<Reason><code>{code}</code><text>{text}</text></Reason></Acknowledgement_MarketDocument>"
    ).encode()


def _document(kind: str, process: str, series: list[str]) -> bytes:
    name, namespace = ("Publication_MarketDocument", PUBLICATION) if kind == "A44" else ("GL_MarketDocument", LOAD)
    said = f"<process.processType>{process}</process.processType>" if process else ""
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<{name} xmlns="{namespace}"><mRID>1</mRID><type>{kind}</type>{said}'
    return f"{head}<createdDateTime>2026-05-04T12:00:00Z</createdDateTime>{''.join(series)}</{name}>".encode()


def _auctions(place: Zone, day: dt.date, price: Price) -> Iterator[str]:
    for sequence in ("2", "1") if place.key in TWO_AUCTIONS else ("",):
        periods = _periods(place, day, _exaa(price) if sequence == "2" else price, "price.amount")
        name = "classificationSequence_AttributeInstanceComponent.position"
        said = f"<{name}>{sequence}</{name}>" if sequence else ""
        if periods:
            yield (
                f'<TimeSeries><mRID>1</mRID><in_Domain.mRID codingScheme="A01">{place.eic}</in_Domain.mRID>'
                f'<out_Domain.mRID codingScheme="A01">{place.eic}</out_Domain.mRID>'
                "<contract_MarketAgreement.type>A01</contract_MarketAgreement.type>"
                f"<currency_Unit.name>{place.currency}</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name>"
                f"{said}<curveType>A03</curveType>{periods}</TimeSeries>"
            )


def _exaa(price: Price) -> Price:
    def dearer(start: dt.datetime) -> float | None:
        value = price(start)
        return None if value is None else value + EXAA_IS_DEARER

    return dearer


def _quantity(place: Zone, day: dt.date, price: Price, domain: str, plant: str) -> Iterator[str]:
    periods = _periods(place, day, price, "quantity")
    said = f"<MktPSRType><psrType>{plant}</psrType></MktPSRType>" if plant else ""
    if periods:
        yield (
            f"<TimeSeries><mRID>1</mRID>{domain}</{domain[1:].partition(' ')[0]}>"
            f"<quantity_Measure_Unit.name>MAW</quantity_Measure_Unit.name><curveType>A03</curveType>{said}{periods}</TimeSeries>"
        )


def _periods(place: Zone, day: dt.date, price: Price, name: str) -> str:
    """Periods of a day, one for each stretch without a null; a value like the one before it is left out."""
    minutes = place.resolution_on(day)
    step = dt.timedelta(minutes=minutes)
    start, end = day_bounds(day, place.tz)
    stretches: list[tuple[dt.datetime, list[str]]] = []
    after_null = True
    while start < end:
        value = price(start)
        if value is not None:
            if after_null:
                stretches.append((start, []))
            stretches[-1][1].append(written(value))
        after_null = value is None
        start += step
    return "".join(_period(first, texts, minutes, name) for first, texts in stretches)


def _period(first: dt.datetime, texts: list[str], minutes: int, name: str) -> str:
    last = first + len(texts) * dt.timedelta(minutes=minutes)
    points = "".join(
        f"<Point><position>{place}</position><{name}>{text}</{name}></Point>"
        for place, (text, before) in enumerate(zip(texts, [None, *texts], strict=False), start=1)
        if text != before
    )
    edges = f"<start>{first:%Y-%m-%dT%H:%MZ}</start><end>{last:%Y-%m-%dT%H:%MZ}</end>"
    return f"<Period><timeInterval>{edges}</timeInterval><resolution>PT{minutes}M</resolution>{points}</Period>"


def written(value: float) -> str:
    """The shortest plain decimal that reads back as `value`."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")
