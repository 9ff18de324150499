"""The shape of an answer: meta, data in one of three layouts, links that work; CSV and Parquet of the same rows."""

import datetime as dt
import io
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
import polars as pl

from electricity_optimizer.api.query import Asked, to_cursor
from electricity_optimizer.api.views.horizon import expected
from electricity_optimizer.api.views.series import Series

ROW = ("start", "end", "value", "kind", "p10", "p90", "source")
Answer = dict[str, Any]


def told(moment: dt.datetime | None, tz: str) -> str | None:
    """RFC 3339 text: `Z` in UTC, else with the local offset."""
    if moment is None:
        return None
    if tz == "UTC":
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return moment.astimezone(ZoneInfo(tz)).isoformat(timespec="seconds")


def meta(found: Series, version: str, now: dt.datetime) -> Answer:
    """What holds for the whole answer."""
    asked, known = found.asked, found.known
    available, due = expected(asked.zone, known.known_until, asked.as_of or now)
    tz = asked.tz
    return {
        "zone": asked.zone.key, "resolution_minutes": asked.minutes, "unit": asked.unit, "currency": "EUR", "tz": tz, "version": version,
        "start": told(asked.start, tz), "end": told(max(found.end, asked.start), tz), "as_of": told(asked.as_of, tz),
        "issued_at": told(known.issued_at, tz) if found.subject.forecast else None, "known_until": told(known.known_until, tz),
        "horizon_end": told(known.end, tz), "tomorrow_available": available, "next_expected_at": told(due, tz),
        "synthetic": bool(found.rows["synthetic"].any()), **staleness(found, now),
        "age_seconds": None if known.committed_at is None else max(0, int((now - known.committed_at).total_seconds())),
        "sources": sorted(found.rows["source"].drop_nulls().unique()),
        "licence": "; ".join(sorted(found.rows["licence"].drop_nulls().unique())) or None, "withheld": list(found.withheld),
    }  # fmt: skip


def staleness(found: Series, now: dt.datetime) -> Answer:
    """Old data says so: when what is known has ended before now."""
    reach = found.subject.end(found.known)
    stale = found.asked.as_of is None and reach is not None and reach <= now
    return {"stale": stale, "stale_reason": f"nothing is known after {told(reach, found.asked.tz)}" if stale else None}


def as_json(found: Series, version: str, now: dt.datetime, path: str) -> Answer:
    """The envelope in the asked layout."""
    return {"meta": meta(found, version, now), "data": _data(found), "links": links(found, path)}


def as_csv(found: Series) -> bytes:
    """RFC 4180 with a header that names the unit."""
    unit = found.asked.unit
    named = {name: f"{name} [{unit}]" for name in ("value", "p10", "p90")}
    return _printed(found, "synthetic").rename(named).write_csv(line_terminator="\r\n").encode()


def as_parquet(found: Series, version: str, now: dt.datetime) -> bytes:
    """Parquet with instants as UTC timestamps and the meta of the answer as file metadata `meta`."""
    buffer = io.BytesIO()
    found.rows.select(*ROW, "synthetic").write_parquet(buffer, metadata={"meta": orjson.dumps(meta(found, version, now)).decode()})
    return buffer.getvalue()


def links(found: Series, path: str) -> Answer:
    """This page, the next one, and the whole range as files; ranges are pinned, so that they mean the same later."""
    pinned = _pinned(found)
    page = {"layout": found.asked.layout, "limit": found.asked.limit}
    following = {**pinned, **page, "cursor": to_cursor(found.next_start)} if found.next_start else None
    here = {**pinned, **page, **({"cursor": to_cursor(found.asked.cursor)} if found.asked.cursor else {})}
    return {
        "self": f"{path}?{urlencode(here)}",
        "next": f"{path}?{urlencode(following)}" if following else None,
        "csv": f"{path}.csv?{urlencode(pinned)}",
        "parquet": f"{path}.parquet?{urlencode(pinned)}",
    }


def _pinned(found: Series) -> dict[str, object]:
    asked: Asked = found.asked
    end = max(found.end, asked.start + dt.timedelta(minutes=asked.minutes))
    named = {"zone": asked.zone.key, "start": told(asked.start, "UTC"), "end": told(end, "UTC"), "tz": asked.tz, "unit": asked.unit}
    as_of = {"as_of": told(asked.as_of, "UTC")} if asked.as_of else {}
    return {**named, "resolution": asked.minutes, **as_of}


def _data(found: Series) -> Answer | list[Answer]:
    if found.asked.layout == "compact":
        return {"s": found.rows["start"].dt.epoch("s").to_list(), "t": found.rows["value"].to_list()}
    printed = _printed(found)
    return printed.to_dict(as_series=False) if found.asked.layout == "columns" else printed.to_dicts()


def _printed(found: Series, *more: str) -> pl.DataFrame:
    tz = found.asked.tz
    local = pl.col("start", "end").dt.convert_time_zone(tz)
    return found.rows.select(*ROW, *more).with_columns(local.dt.strftime("%Y-%m-%dT%H:%M:%SZ" if tz == "UTC" else "%Y-%m-%dT%H:%M:%S%:z"))
