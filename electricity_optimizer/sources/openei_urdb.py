"""Tariffs of OpenEI's US Utility Rate Database: a rate is a structure and no time series, so we expand it to the asked days.

A subscription names a rate by `label`, or by the utility's `eia` number and the rate's exact `name` (then a rate that replaces another
takes over on its first day); `holidays` = "weekend" or "schedule" overrides what the rate's comments say. Rates give no price outside
their validity. Without asked days the first seven days of the rate are expanded whatever its validity, to look at.

Series: tier 1 is `PT60M`, the further tiers `PT60M-tier2` ...; a period with fewer tiers gives its last one, for that is what more would
cost there. What is paid for feed-in is a series `PT60M-export` with direction export.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, cast

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts.api_umbrella import refusal, spoken
from electricity_optimizer.sources.parts.urdb_rate import NAME, Rate, Tier, rate_of
from electricity_optimizer.sources.parts.urdb_schedule import Holidays, Hour, hours
from electricity_optimizer.sources.parts.urdb_terms import CURRENCY, term_records
from electricity_optimizer.sources.reading.json_answer import document
from electricity_optimizer.sources.reading.json_values import objects
from electricity_optimizer.sources.records import PriceRecord, TariffTermRecord
from electricity_optimizer.timeline import delivery_days, parse_day

__all__ = ["NAME", "PARSER_VERSION", "follow", "parse", "refusal", "requests", "terms"]

PARSER_VERSION = 1
API_VERSION = 8
PAGE = 500
"""The most rates in an answer; a utility may have more."""
USUAL_TZ = "America/New_York"
SHOWN_DAYS = 7
UNDATED = dt.date(2024, 1, 1)
"""First day shown of a rate that states no date at all."""
DOLLAR = {"USA", "PRI", "GUM", "VIR", "ASM", "MNP"}
COMPONENTS = {"Energy": "energy", "Delivery": "grid"}
"""By `servicetype`; every other one holds energy and grid."""
HOLIDAYS = ("", "weekend", "schedule")


def requests(ask: Ask) -> list[Request]:
    """The rate of the subscription, once per window of days. Raises InputError where the subscription names no rate."""
    given = {key: ask.parameters.get(key, "") for key in ("label", "eia", "name", "holidays")}
    if not given["label"] and not (given["eia"] and given["name"]):
        raise InputError("names no rate", where=f"subscription {ask.area}", remedy='parameters: label, or eia and name ("..." as upstream)')
    if given["holidays"] not in HOLIDAYS:
        raise InputError(f"'{given['holidays']}' is unknown", where=f"subscription {ask.area} holidays", remedy="weekend or schedule")
    params: dict[str, str | int | float] = {"version": API_VERSION, "format": "json", "detail": "full"}
    if given["label"]:
        params |= {"getpage": given["label"]}
    else:
        params |= {"eia": given["eia"], "approved": "true", "orderby": "startdate", "limit": PAGE, "offset": 0}
    about = {"area": ask.area, "tz": ask.tz, **{key: value for key, value in given.items() if value}}
    return [
        Request(ask.source.url, params, {**about, "first": first.isoformat(), "last": last.isoformat()}) for first, last in ask.windows()
    ]


def follow(body: bytes, request: Request) -> list[Request]:
    """The next page of a utility's rates, where this one is full."""
    limit = int(request.params.get("limit", 0))
    if not limit or len(_items(_answer(body))) < limit:
        return []
    offset = int(request.params.get("offset", 0)) + limit
    return [Request(request.url, {**request.params, "offset": offset}, {**request.about, "offset": str(offset)})]


def parse(body: bytes, /, *, area: str = "", tz: str = USUAL_TZ, holidays: str = "", **chosen: str) -> list[PriceRecord]:
    """Hourly prices of the asked days (`first` to `last`, both included), series after series, each ascending.

    `chosen`: first, last, label, eia, name, offset. Raises SchemaChangedError naming the field that is missing or wrong, and
    UpstreamSaidError for a gateway's error and for days on which the rate does not hold.
    """
    records: list[PriceRecord] = []
    for choice in _choices(body, chosen):
        found = hours(choice.rate, choice.days, tz, holidays=cast("Holidays", holidays))
        for series in _series(choice.rate):
            records += _records(choice.rate, series, found, area or choice.rate.label or "custom")
    return records


def terms(body: bytes, /, *, area: str = "", tz: str = USUAL_TZ, **chosen: str) -> list[TariffTermRecord]:
    """Every term of the rates that hold on the asked days, over their validity. Takes and raises what `parse` does."""
    return [
        record
        for choice in _choices(body, chosen)
        for record in term_records(choice.rate, area or choice.rate.label or "custom", tz, PARSER_VERSION)
    ]


class _Choice(NamedTuple):
    """A rate and the days on which its prices are wanted."""

    rate: Rate
    days: list[dt.date]


class _Series(NamedTuple):
    """One price series of a rate: direction, number of the tier, and the tier of each period."""

    direction: str
    number: int
    tiers: list[Tier]


def _choices(body: bytes, chosen: dict[str, str]) -> list[_Choice]:
    answer = _answer(body)
    rates = _asked_rates(_items(answer), chosen)
    if not rates:
        return []
    if not chosen.get("first"):
        start = _shown_from(rates[0], answer)
        return [_Choice(rates[0], list(delivery_days(start, start + dt.timedelta(days=SHOWN_DAYS - 1))))]
    by_label: dict[str, _Choice] = {}
    first, last = (parse_day(chosen.get(name) or chosen["first"]) for name in ("first", "last"))
    for day in delivery_days(first, last):
        valid = [rate for rate in rates if rate.holds_on(day)]
        if valid:  # of two that hold, the one that began later replaces the other
            rate = max(valid, key=lambda rate: rate.first_day or dt.date.min)
            by_label.setdefault(rate.label, _Choice(rate, [])).days.append(day)
    if not by_label and not chosen.get("offset"):
        raise UpstreamSaidError(Outcome.NO_DATA, f"{_validity(rates[0], answer)}: no price from {first} to {last}", where=NAME)
    return list(by_label.values())


def _asked_rates(items: Sequence[dict[str, Any]], chosen: dict[str, str]) -> list[Rate]:
    """The rates that were asked for; of a bare answer the first approved one, or the first."""
    label, name = chosen.get("label", ""), chosen.get("name", "")
    if label or name:
        wanted = [item for item in items if (item.get("label") == label if label else item.get("name") == name)]
        more_pages = bool(chosen.get("offset")) or len(items) >= PAGE
        if not wanted and label and items:
            raise SchemaChangedError(f"rate {label} was asked for and is not in the answer", where=NAME)
        if not wanted and not more_pages:
            raise UpstreamSaidError(Outcome.NO_DATA, f"there is no rate {label or repr(name)}: look it up and correct it", where=NAME)
        return [rate_of(item) for item in wanted]
    if not items:
        raise UpstreamSaidError(Outcome.NO_DATA, "no rates", where=NAME)
    return [rate_of(next((item for item in items if item.get("approved") is True), items[0]))]


def _answer(body: bytes) -> dict[str, Any]:
    answer = document(body, NAME)
    if said := spoken(answer):
        raise UpstreamSaidError(*said, where=NAME)
    return answer


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rates of an answer, of a file that is one rate, or of a scenario that carries one as `urdb_response`."""
    if "energyratestructure" in answer:
        return [answer]
    return list(_below(answer, "urdb_response", dict)) or objects(answer.get("items"), "'items'", NAME)


def _below(part: Any, name: str, kind: type) -> Iterator[Any]:
    """Values called `name` of `kind` in an object and those inside it, outermost first; lists are not searched."""
    for key, value in part.items() if isinstance(part, dict) else ():
        if key == name and isinstance(value, kind):
            yield value
        else:
            yield from _below(value, name, kind)


def _shown_from(rate: Rate, answer: dict[str, Any]) -> dt.date:
    year = next(_below(answer, "year", int), None)
    if rate.first_day is not None:
        return rate.first_day
    if year is not None and 1970 <= year < 2100:
        return dt.date(year, 1, 1)
    return rate.revised_at.date() if rate.revised_at else UNDATED


def _validity(rate: Rate, answer: dict[str, Any]) -> str:
    """When a rate holds, and what replaced it where the answer tells."""
    next_one = next((item.get("label", "") for item in _items(answer) if rate.label and item.get("supersedes") == rate.label), "")
    start, end = rate.first_day or "always", rate.last_day or "further notice"
    return f"rate {rate.called} holds from {start} until {end}{f', superseded by {next_one}' if next_one else ''}"


def _series(rate: Rate) -> list[_Series]:
    """Import of each tier, then export of each tier that pays anything."""
    if rate.country not in DOLLAR:
        raise SchemaChangedError(f"country {rate.country}: its prices are in no currency that the rate names", where=rate.place)
    structure = rate.energyratestructure
    depth = max(len(structure[period]) for month in rate.energyweekdayschedule + rate.energyweekendschedule for period in month)
    tiers = [(number, [period[min(number, len(period)) - 1] for period in structure]) for number in range(1, depth + 1)]
    selling = [(number, row) for number, row in tiers if any(tier.sell is not None for tier in row)]
    return [_Series("import", *pair) for pair in tiers] + [_Series("export", *pair) for pair in selling]


def _records(rate: Rate, series: _Series, found: Sequence[Hour], area: str) -> list[PriceRecord]:
    entry = source(NAME)
    export = series.direction == "export"
    product = "PT60M" + "-export" * export + f"-tier{series.number}" * (series.number > 1)
    prices = [_per_mwh(tier.sell if export else tier.price) for tier in series.tiers]
    raw = [_raw(tier.sell) if export else _raw(tier.rate, tier.adj) for tier in series.tiers]
    hour = dt.timedelta(hours=1)
    return [
        PriceRecord(
            series_id=f"{NAME}:{area}:tariff_expanded:none:{product}:{CURRENCY}",
            start_utc=start,
            end_utc=start + hour,
            source=NAME,
            area=area,
            delivery_date=day,
            resolution_s=3600,
            price=prices[period],
            currency=CURRENCY,
            price_raw=raw[period],
            unit_raw="$/kWh",
            source_area=rate.label or None,
            market="tariff_expanded",
            auction="none",
            direction=series.direction,
            components=COMPONENTS.get(rate.servicetype, "energy+grid"),
            status="final" if rate.approved else "preliminary",
            derivation="tariff_schedule",
            published_at=rate.revised_at,
            licence=entry.licence,
            attribution=entry.attribution,
            redistributable=entry.redistributable,
            parser_version=PARSER_VERSION,
        )
        for start, day, period in found
    ]


def _per_mwh(price: Decimal | float | None) -> float | None:
    """USD/kWh as USD/MWh, through decimals: 0.099222 is 99.222 and not 99.22200000000001."""
    return None if price is None else float(Decimal(str(price)) * 1000)


def _raw(*parts: float | None) -> str | None:
    return "+".join(str(part) for part in parts if part is not None) or None
