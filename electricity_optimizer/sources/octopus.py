"""Half-hourly unit rates of Octopus Energy (Great Britain): one tariff of one region, keyless, newest first, pence per kWh.

A subscription has the parameters `product` ("AGILE-24-10-01"), `region` (A to P without I and O, the grid supply point group) and
`vat` ("inc" or "exc"; both are recorded where none is said). A rate holds for its half hour on Agile, for hours or without end on
others: each is cut to the asked days and into the half hours in which Great Britain settles, so every tariff has one shape. The unit
rate holds energy, grid and levies; the standing charge is not in it. Products are retired: their rates then stop without an error.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.json_answer import document
from electricity_optimizer.sources.reading.json_values import instant, member, number, objects, unique
from electricity_optimizer.sources.records import PriceRecord
from electricity_optimizer.timeline import UTC, day_bounds, range_bounds

NAME = "octopus"
PARSER_VERSION = 1
LONDON = "Europe/London"
HALF_HOUR = dt.timedelta(minutes=30)
PAGE_SIZE = 1500
REGIONS = "ABCDEFGHJKLMNP"
VAT_RATE = 0.05
VATS = {"inc": ("value_inc_vat", "included"), "exc": ("value_exc_vat", "excluded")}
PENCE_PER_KWH_TO_GBP_PER_MWH = 10
OTHER_PAYMENT = "NON_DIRECT_DEBIT"
"""Rows of customers who do not pay by direct debit stand beside ours for the same time, in no fixed order."""

Rate = tuple[dt.datetime, dt.datetime, tuple[float | None, ...], bool]
"""From, to, values in the order of the asked VATs, and whether it was sent as this half hour."""


def requests(ask: Ask) -> list[Request]:
    """Unit rates of the subscription's tariff, a page for up to 31 days. Raises InputError for a region that does not exist."""
    product, region = ask.parameters.get("product", ""), ask.parameters.get("region", "").upper()
    if not product or len(region) != 1 or region not in REGIONS:
        raise InputError("needs a product and a region", where=f"{NAME}: {ask.area}", remedy=f"region is one of {', '.join(REGIONS)}")
    url = f"{ask.source.url}/{product}/electricity-tariffs/E-1R-{product}-{region}/standard-unit-rates/"
    return [_page(ask, url, product, *range_bounds(first, last, ask.tz)) for first, last in ask.windows()]


def _page(ask: Ask, url: str, product: str, start: dt.datetime, end: dt.datetime) -> Request:
    params: dict[str, str | int | float] = {"period_from": _zulu(start), "period_to": _zulu(end), "page_size": PAGE_SIZE}
    about = {"area": ask.area, "product": product, "tz": ask.tz, "start": _zulu(start), "end": _zulu(end)}
    return Request(url, params, {**about, "vat": ask.parameters.get("vat", "")})


def _zulu(moment: dt.datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def follow(body: bytes, request: Request) -> list[Request]:
    """The next page, where the answer names one. Raises SchemaChangedError for a link that leads elsewhere or to the same page."""
    link = document(body, NAME).get("next")
    if not link:
        return []
    here, there = urlsplit(request.url), urlsplit(str(link))
    params = dict(parse_qsl(there.query))
    if (there.scheme, there.hostname, there.path) != ("https", here.hostname, here.path):
        raise SchemaChangedError(f"the next page is elsewhere: {str(link)[:80]}", where=NAME)
    if not params.get("page", "").isdigit() or int(params["page"]) <= int(request.params.get("page", 1)):
        raise SchemaChangedError("the next page does not lead on", where=NAME)
    return [Request(request.url, {**request.params, "page": int(params["page"])}, request.about)]


def refusal(status: int, body: bytes) -> tuple[Outcome, str] | None:
    """404 is a product or a tariff that is not sold any more, or never was: nothing that a retry heals."""
    if status != 404 or b'"detail"' not in body:
        return None
    return Outcome.NO_DATA, "the product or the tariff is unknown or retired: look it up at api.octopus.energy/v1/products/"


def parse(
    body: bytes, *, area: str = "GB", product: str = "", vat: str = "", tz: str = LONDON, start: str = "", end: str = ""
) -> list[PriceRecord]:
    """Records of one page, ascending; a series for each VAT. `start` and `end` are the asked window, to which rates are cut.

    A rate without end ends with that window, or with its first local day where no window is given. Raises SchemaChangedError for a body
    of another shape and UpstreamSaidError for a tariff without rates in that time.
    """
    asked = [VATS[vat]] if vat in VATS else list(VATS.values())
    rows = _rows(body, product)
    window = (instant(start, "start", NAME) if start else None, instant(end, "end", NAME) if end else None)
    rates = unique(((_period(row, tz, window[1]), _values(row, asked)) for row in rows if _is_ours(row)), NAME)
    spans = sorted((begin, until, values, until - begin == HALF_HOUR) for (begin, until), values in rates.items())
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)):
        raise SchemaChangedError("rates overlap", where=NAME)
    return list(_records(spans, window, asked, area, product, ZoneInfo(tz)))


def _rows(body: bytes, product: str) -> list[dict[str, Any]]:
    rows = objects(document(body, NAME).get("results"), "'results'", NAME)
    if not rows:
        raise UpstreamSaidError(
            Outcome.NO_DATA,
            f"no rates of {product or 'the product'} in that time: not published yet, or the product is retired",
            where=NAME,
        )
    return rows


def _is_ours(row: dict[str, Any]) -> bool:
    return row.get("payment_method") != OTHER_PAYMENT


def _period(row: dict[str, Any], tz: str, end: dt.datetime | None) -> tuple[dt.datetime, dt.datetime]:
    begin = instant(member(row, "valid_from", NAME), "valid_from", NAME)
    if member(row, "valid_to", NAME) is not None:
        until = instant(row["valid_to"], "valid_to", NAME)
    else:
        until = end or day_bounds(begin.astimezone(ZoneInfo(tz)).date(), tz)[1]
    if until <= begin:
        raise SchemaChangedError(f"rate from {begin.isoformat()} ends before it begins", where=NAME)
    return begin, until


def _values(row: dict[str, Any], asked: list[tuple[str, str]]) -> tuple[float | None, ...]:
    return tuple(number(member(row, column, NAME), column, NAME) for column, _ in asked)


def _cut(spans: list[Rate], window: tuple[dt.datetime | None, dt.datetime | None]) -> Iterator[Rate]:
    """The rates within the window, in half hours."""
    for begin, until, values, as_sent in spans:
        moment = max(begin, window[0] or begin)
        last = min(until, window[1] or until)
        if moment < last and (moment.timestamp() % 1800 or last.timestamp() % 1800):
            raise SchemaChangedError(f"rate from {begin.isoformat()} is not on half hours", where=NAME)
        while moment < last:
            yield moment, moment + HALF_HOUR, values, as_sent
            moment += HALF_HOUR


def _records(
    spans: list[Rate],
    window: tuple[dt.datetime | None, dt.datetime | None],
    asked: list[tuple[str, str]],
    area: str,
    product: str,
    zone: ZoneInfo,
) -> Iterator[PriceRecord]:
    entry = source(NAME)
    export = "OUTGOING" in product or "EXPORT" in product
    names = [f"{NAME}:{area}:retail:vat-{vat}:PT30M:GBP" for _, vat in asked]
    for begin, until, values, as_sent in _cut(spans, window):
        day = begin.astimezone(zone).date()
        for (_, vat), name, value in zip(asked, names, values, strict=True):
            yield PriceRecord(
                series_id=name,
                start_utc=begin,
                end_utc=until,
                source=NAME,
                area=area,
                source_area=product or None,
                delivery_date=day,
                resolution_s=1800,
                price=None if value is None else round(value * PENCE_PER_KWH_TO_GBP_PER_MWH, 6),
                currency="GBP",
                price_raw=None if value is None else str(value),
                unit_raw="p/kWh",
                market="retail",
                auction="none",
                direction="export" if export else "import",
                vat=vat,
                vat_rate=VAT_RATE,
                components="energy" if export else "all-in",
                derivation="as_sent" if as_sent else "split_from_coarser",
                licence=entry.licence,
                attribution=entry.attribution,
                redistributable=entry.redistributable,
                parser_version=PARSER_VERSION,
            )
