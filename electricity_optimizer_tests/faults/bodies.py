"""Bodies of the upstreams changed row by row, whatever their format: a row twice, not at all, in another place, or another number.

A row is the bytes of one interval: an object of a list, a pair of two lists, a point of a period, a column of a file. The interval that a
fault is about carries the price `MARK`.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

MARK = 1234.56
OTHER = b"77.11"
EIC_OF_FRANCE = b"10YFR-RTE------C"

Rows = list[bytes]
Change = Callable[[Rows], Rows]


def marked(row: bytes) -> bool:
    """Whether a row is the one that the fault is about."""
    return b"1234.56" in row or b"1234,56" in row


def replaced(body: bytes, text: bytes) -> bytes:
    """The body with `text` in place of the marked price, as number and as decimal comma."""
    return body.replace(b"1234.56", text).replace(b"1234,56", text)


def doubled(rows: Rows) -> Rows:
    """The marked row twice, the second time with another price."""
    return [one for row in rows for one in ([row, _otherwise(row)] if marked(row) else [row])]


def left_out(rows: Rows) -> Rows:
    """All but the marked row."""
    return [row for row in rows if not marked(row)]


def reordered(rows: Rows) -> Rows:
    """Two neighbours in the middle have changed places."""
    place = len(rows) // 2
    return [*rows[:place], *reversed(rows[place : place + 2]), *rows[place + 2 :]]


def edited(source: str, body: bytes, change: Change) -> bytes:
    """The body of `source` with its rows changed; a body without rows of prices (an index) stays as it is."""
    if source == "entsoe":
        return _points(body, change)
    if source == "omie":
        return _columns(body, change)
    document = orjson.loads(body)
    if source == "energy-charts":
        pairs = _changed(list(zip(document["unix_seconds"], document["price"], strict=True)), change)
        return orjson.dumps(document | {"unix_seconds": [start for start, _ in pairs], "price": [price for _, price in pairs]})
    if source == "elexon":
        return orjson.dumps([*_changed(_traded(document), change), *_traded(document, ours=False)])
    holder, name = _place(source, document)
    if name in holder:
        holder[name] = _changed(holder[name], change)
    return orjson.dumps(document)


def of_another_zone(source: str, body: bytes) -> bytes | None:
    """The body as if it were about another zone, where the format says which one it is about; None where it does not."""
    swaps: dict[str, Callable[[bytes], bytes]] = {
        "entsoe": lambda sent: re.sub(rb"(Domain\.mRID codingScheme=\"A01\">)[^<]*", rb"\g<1>" + EIC_OF_FRANCE, sent),
        "energinet": lambda sent: sent.replace(b'"PriceArea":"DK1"', b'"PriceArea":"DK2"'),
        "nordpool": lambda sent: sent.replace(b'"NL"', b'"BE"'),
        "elering": lambda sent: sent.replace(b'"ee":', b'"se":'),
        "omie": lambda sent: sent.replace("español".encode("latin-1"), "marroquí".encode("latin-1")),
        "esios": lambda sent: sent.replace(b'"geo_id":3', b'"geo_id":2'),
        "redata": lambda sent: sent.replace(b'"id":"600"', b'"id":"612"'),
        "elexon": lambda sent: sent.replace(b"APXMIDP", b"ICEMIDP"),
    }
    return swaps[source](body) if source in swaps else None


def coarser(source: str, body: bytes) -> bytes:
    """The body at four times the interval length (twice on markets of hours and half hours), as far as its format tells lengths."""
    if source == "entsoe":
        return body.replace(b"PT15M", b"PT60M").replace(b"PT30M", b"PT60M")
    if source == "omie":
        kept = edited(source, body, lambda rows: rows[:: len(rows) // 24])
        return re.sub(rb"H(\d+)Q1", rb"\1", kept)
    if source == "awattar":
        return edited(source, body, lambda rows: [_longer(row, "end_timestamp") for row in rows[::2]])
    if source == "nordpool":
        return edited(source, body, lambda rows: [_longer(row, "deliveryEnd") for row in rows[::4]])
    return edited(source, body, lambda rows: rows[:: 2 if source == "elexon" else 4])


def _longer(row: bytes, end: str) -> bytes:
    """The row with its end later: two hours in milliseconds, or the next full hour as text."""
    fields = orjson.loads(row)
    sent = fields[end]
    later = (
        sent + 3_600_000 if isinstance(sent, int) else f"{dt.datetime.fromisoformat(sent) + dt.timedelta(minutes=45):%Y-%m-%dT%H:%M:%SZ}"
    )
    return orjson.dumps(fields | {end: later})


def _otherwise(row: bytes) -> bytes:
    return row.replace(b"1234.56", OTHER).replace(b"1234,56", OTHER.replace(b".", b","))


def _changed(rows: Sequence[Any], change: Change) -> list[Any]:
    return [orjson.loads(row) for row in change([orjson.dumps(row) for row in rows])]


def _place(source: str, document: Any) -> tuple[dict[str, Any], str]:
    """The object and the name under which the list of intervals stands."""
    if source == "redata":
        return next(one["attributes"] for one in document["included"] if one["id"] == "600"), "values"
    return {
        "energinet": lambda: (document, "records"),
        "elering": lambda: (document["data"], "ee"),
        "smard": lambda: (document, "series"),
        "awattar": lambda: (document, "data"),
        "esios": lambda: (document["indicator"], "values"),
        "nordpool": lambda: (document, "multiAreaEntries"),
        "octopus": lambda: (document, "results"),
    }[source]()


def _traded(rows: list[dict[str, Any]], *, ours: bool = True) -> list[dict[str, Any]]:
    return [row for row in rows if (row["dataProvider"] == "APXMIDP") == ours]


def _points(body: bytes, change: Change) -> bytes:
    def period(found: re.Match[bytes]) -> bytes:
        return found[1] + b"".join(change(re.findall(rb"<Point>.*?</Point>", found[2]))) + found[3]

    return re.sub(rb"(</resolution>)(.*?)(</Period>)", period, body)


def _columns(body: bytes, change: Change) -> bytes:
    """A column is its label and the cell of each of the file's rows, joined by bars."""
    lines = body.split(b"\n")
    places = [k for k, line in enumerate(lines) if k > 0 and line.strip(b";")]
    cells = [lines[k].split(b";") for k in places]
    columns = [b"|".join(column) for column in zip(*(row[1:-1] for row in cells), strict=True)]
    kept = [column.split(b"|") for column in change(columns)]
    for k, row, texts in zip(places, cells, zip(*kept, strict=True), strict=True):
        lines[k] = b";".join([row[0], *texts, b""])
    return b"\n".join(lines)
