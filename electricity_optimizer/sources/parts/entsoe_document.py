"""XML documents of the ENTSO-E Transparency Platform: series of values in periods, and acknowledgements that say why there are none.

The position of a point, not its place in the file, says which interval it is about. Curve type A03 leaves out a position that repeats the
value before it, up to the end of its period; under A01 each interval has its own point, so a position left out is a hole. Elements are
matched by local name, for the version in their namespace rises.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

from electricity_optimizer.errors import InputError
from electricity_optimizer.instants import aware
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError

NAME = "entsoe"
RESOLUTIONS_S = {"PT15M": 900, "PT30M": 1800, "PT60M": 3600, "PT1H": 3600}
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
MOST_INTERVALS = 366 * 100
"""Of one period: a year of quarter hours fits, a period that ends in the year 9999 does not."""

SAID = (
    (re.compile("security token|unauthori[sz]ed|not authori[sz]ed", re.IGNORECASE), Outcome.AUTH),
    (re.compile("no matching data|no data found|not available", re.IGNORECASE), Outcome.NO_DATA),
    (re.compile("exceeds|not valid|invalid|not allowed|mandatory|not supported", re.IGNORECASE), Outcome.PERMANENT),
)
"""What the text of an acknowledgement means: one code, 999, stands for all of it."""


class Interval(NamedTuple):
    """A value as sent for `seconds` from `start` (UTC); `repeated` when A03 left it out."""

    start: dt.datetime
    seconds: int
    text: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A TimeSeries: the texts of its simple elements by local name, and its periods."""

    fields: dict[str, str]
    element: Any

    def intervals(self) -> list[Interval]:
        """Its values, ascending. Raises SchemaChangedError for positions, resolutions or numbers that are none."""
        curve = self.fields.get("curveType", "A01")
        if curve not in {"A01", "A03"}:
            raise SchemaChangedError(f"curve type {curve} is not read", where=NAME)
        return sorted(interval for period in self.element.iterchildren("{*}Period") for interval in _expanded(period, curve))


@dataclass(frozen=True, slots=True)
class Document:
    """A market document: its type (A44 prices, A65 load, A69 and A75 generation), process (A01 day ahead, A16 realised) and series."""

    type: str
    process: str
    series: list[Series]


def read(body: bytes) -> Document:
    """The document in `body`. Raises UpstreamSaidError for an acknowledgement and SchemaChangedError for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.LxmlError as error:
        raise SchemaChangedError(f"body is not XML: {error}", where=NAME) from None
    if root.getroottree().docinfo.doctype:
        raise SchemaChangedError("body has a document type of its own", where=NAME)
    name = _name(root)
    if name == "Acknowledgement_MarketDocument":
        raise _acknowledged(root)
    if not name.endswith("MarketDocument") and name != "TimeSeries":
        raise SchemaChangedError(f"'{name}' is no market document", where=NAME)
    series = [root] if name == "TimeSeries" else root.iterchildren("{*}TimeSeries")
    fields = _texts(root)
    return Document(fields.get("type", ""), fields.get("process.processType", ""), [Series(_texts(one), one) for one in series])


def number(text: str) -> float:
    """The number that `text` writes. Raises SchemaChangedError otherwise, also for NaN and infinity."""
    if NUMBER.fullmatch(text) is None:
        raise SchemaChangedError(f"'{text}' is not a number", where=NAME)
    return float(text)


def _acknowledged(root: Any) -> UpstreamSaidError:
    reasons = [(reason.findtext("{*}code") or "", reason.findtext("{*}text") or "") for reason in root.iterchildren("{*}Reason")]
    text = "; ".join(f"{code} {said}".strip() for code, said in reasons) or "acknowledgement without a reason"
    outcome = next((outcome for pattern, outcome in SAID if pattern.search(text)), Outcome.NO_DATA)
    return UpstreamSaidError(outcome, text, where=NAME)


def _expanded(period: Any, curve: str) -> Iterator[Interval]:
    start, end = (_instant(period.findtext(f"{{*}}timeInterval/{{*}}{edge}")) for edge in ("start", "end"))
    resolution = (period.findtext("{*}resolution") or "").strip()
    seconds = RESOLUTIONS_S.get(resolution)
    if seconds is None:
        raise SchemaChangedError(f"resolution '{resolution}' is no market time unit", where=NAME)
    count, rest = divmod(int((end - start).total_seconds()), seconds)
    if rest or not 0 < count <= MOST_INTERVALS or start.timestamp() % seconds:
        raise SchemaChangedError(f"period from {start} to {end} does not consist of {resolution}", where=NAME)
    points = _points(period, count)
    current = None
    step = dt.timedelta(seconds=seconds)
    for position in range(1, count + 1):
        sent = points.get(position)
        current = sent if sent is not None or curve == "A01" else current
        if current is not None:
            yield Interval(start, seconds, current, sent is None)
        start += step


def _points(period: Any, count: int) -> dict[int, str]:
    """Values by position. Raises SchemaChangedError for a position outside the period, a second value for one, or a point without."""
    points: dict[int, str] = {}
    for point in period.iterchildren("{*}Point"):
        texts = {_name(child): child.text or "" for child in point.iterchildren("*")}
        position = texts.get("position", "").strip()
        value = (texts.get("price.amount") or texts.get("quantity") or "").strip()
        if not position.isdecimal() or not 1 <= int(position) <= count or int(position) in points or not value:
            raise SchemaChangedError(f"point at position '{position}' of {count} is doubled, outside or without value", where=NAME)
        points[int(position)] = value
    return points


def _instant(text: str | None) -> dt.datetime:
    try:
        return aware(dt.datetime.fromisoformat((text or "").strip()))
    except (ValueError, OverflowError, InputError):
        raise SchemaChangedError(f"'{text}' is not a time with offset", where=NAME) from None


def _texts(element: Any) -> dict[str, str]:
    """Texts of the simple children by local name, and of those one level below (the psrType within MktPSRType)."""
    texts: dict[str, str] = {}
    for child in element.iterchildren("*"):
        if len(child):
            texts |= {_name(inner): (inner.text or "").strip() for inner in child.iterchildren("{*}psrType")}
        else:
            texts[_name(child)] = (child.text or "").strip()
    return texts


def _name(element: Any) -> str:
    return _local(element.tag)


@lru_cache(256)
def _local(tag: str) -> str:
    """Name without its namespace; kept, for a year of points has two names."""
    return tag.rpartition("}")[2]
