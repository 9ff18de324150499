"""The price part of the page: the price now, the curve of two days, the extremes of the day."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from markupsafe import Markup

from electricity_optimizer.charts import Series, line_chart
from electricity_optimizer.pages import words
from electricity_optimizer.pages.desk import Answer
from electricity_optimizer.timeline import UTC, delivery_day

STROKES: tuple[tuple[str, Literal["solid", "dashed", "dotted"], float], ...] = (
    ("settled", "solid", 1.1),
    ("day_ahead", "solid", 2.4),
    ("forecast", "dashed", 1.8),
)
WIDE, NARROW = (1080, 340), (300, 270)


def price_part(curve: Answer, current: Answer, tz: str, day: dt.date, now: dt.datetime) -> dict[str, Any]:
    """What the template shows about prices; charts in ct/kWh, `data-value` in the EUR/kWh of the API."""
    rows = curve["data"]
    known = [row for row in of_day(rows, day, tz) if row["value"] is not None]
    return {
        "rows": rows,
        "known": any(row["value"] is not None for row in rows),
        "current": current["data"],
        "level": words.LEVELS.get(current["data"]["level"] or "", ""),
        "lowest": min(known, key=lambda row: row["value"], default=None),
        "highest": max(known, key=lambda row: row["value"], default=None),
        "mean": sum(row["value"] for row in known) / len(known) if known else None,
        "negative": sum(row["value"] < 0 for row in known),
        "wide": _chart(rows, tz, now, WIDE, hover=True),
        "narrow": _chart(rows, tz, now, NARROW, hover=False),
        "csv": curve["links"]["csv"],
    }


def of_day(rows: Sequence[Answer], day: dt.date, tz: str) -> list[Answer]:
    """Rows of a curve that lie in the local `day`."""
    return [row for row in rows if delivery_day(dt.datetime.fromisoformat(row["start"]), tz) == day]


def _chart(rows: Sequence[Answer], tz: str, now: dt.datetime, size: tuple[int, int], *, hover: bool) -> Markup:
    series = [of_kind(rows, kind, stroke, width, brief=size == NARROW) for kind, stroke, width in STROKES]
    shown = [one for one in series if one.starts]
    title = f"Electricity price in cent per kWh, {len(rows)} intervals"
    svg = line_chart(shown, tz=tz, width=size[0], height=size[1], unit="ct/kWh", title=title, now=now, hover=hover)
    return Markup(svg)  # noqa: S704 - charts escape what they are given


def of_kind(rows: Sequence[Answer], kind: str, stroke: Literal["solid", "dashed", "dotted"], width: float, *, brief: bool) -> Series:
    """The rows of one kind as a line; `brief` leaves the band out of its name."""
    chosen = [row for row in rows if row["kind"] == kind]
    band = kind == "forecast" and all(row["p10"] is not None and row["p90"] is not None for row in chosen)
    name = f"{words.KINDS[kind]}, 10 to 90 %" if band and chosen and not brief else words.KINDS[kind]
    return Series(
        name=name,
        starts=[dt.datetime.fromisoformat(row["start"]).astimezone(UTC) for row in chosen],
        values=[in_cents(row["value"]) for row in chosen],
        minutes=_minutes(rows),
        low=[in_cents(row["p10"]) for row in chosen] if band else (),
        high=[in_cents(row["p90"]) for row in chosen] if band else (),
        stroke=stroke, width=width, fill=kind != "forecast", role=kind,
    )  # fmt: skip


def in_cents(value: float | None) -> float | None:
    """EUR/kWh as ct/kWh."""
    return None if value is None else round(100 * value, 4)


def _minutes(rows: Sequence[Answer]) -> int:
    if not rows:
        return 15
    first, last = (dt.datetime.fromisoformat(rows[0][name]) for name in ("start", "end"))
    return int((last - first).total_seconds() // 60)
