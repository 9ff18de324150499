"""Stepped lines over time, with bands: prices, forecasts, temperatures."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Literal
from zoneinfo import ZoneInfo

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import Canvas, number

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00")
"""Okabe and Ito's palette, told apart with every kind of colour vision; its yellow darkened for white paper."""
DASHES = {"solid": "", "dashed": "7 4", "dotted": "2 3"}
LEGEND_PIXELS = 7
"""Width of a letter in the legend."""


@dataclass(frozen=True)
class Series:
    """Values over time: `values[k]` holds on `[starts[k], starts[k] + minutes)` (UTC); null leaves a gap, never a zero.

    `low` and `high` draw a hatched band. `role` becomes the class `series-<role>`, by which a page may colour it.
    """

    name: str
    starts: Sequence[dt.datetime]
    values: Sequence[float | None]
    minutes: int = 60
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    stroke: Literal["solid", "dashed", "dotted"] = "solid"
    width: float = 1.8
    fill: bool = False
    role: str = ""


@dataclass(frozen=True)
class _Step:
    left: float
    right: float
    values: tuple[float, ...]


def line_chart(
    series: Sequence[Series],
    *,
    tz: str = "UTC",
    width: int = 960,
    height: int = 300,
    unit: str = "",
    title: str = "",
    now: dt.datetime | None = None,
    hover: bool = False,
) -> str:
    """SVG of stepped lines with a zero line, local time labels in `tz`, and a marker at `now`.

    `hover` adds a tooltip to each interval. Without any value it says so.
    """
    known = [value for one in series for value in chain(one.values, one.low, one.high) if value is not None]
    starts = [start for one in series for start in one.starts]
    if not known:
        return draw.document(width, height, title, [draw.text(width / 2, height / 2, "no data yet", anchor="middle", size=14)])
    ticks = draw.nice_ticks(min(0.0, *known), max(0.0, *known))
    end = max(start + dt.timedelta(minutes=one.minutes) for one in series for start in one.starts)
    canvas = Canvas(width, height, ticks[0], ticks[-1], start=min(starts), end=end)
    parts = draw.value_axis(canvas, ticks, unit) + draw.time_axis(canvas, tz) + _legend(series, width)
    for index, one in enumerate(series):
        parts += _drawn(canvas, one, COLOURS[index % len(COLOURS)], draw.unique(width, height, one))
    parts += draw.now_marker(canvas, now, tz)
    if hover:
        parts += [tip for one in series for tip in _tips(canvas, one, unit, tz)]
    return draw.document(width, height, title or _spoken(series, unit), parts)


def _drawn(canvas: Canvas, one: Series, colour: str, key: str) -> list[str]:
    name = f"series series-{escape(one.role)}" if one.role else "series"
    parts: list[str] = []
    if one.low and one.high:
        outline = "".join(_area(run, 0, 1) for run in _runs(canvas, one, one.low, one.high))
        parts.append(draw.hatch(key, colour, one.role))
        parts.append(f'<path class="{name} band" d="{outline}" fill="url(#{key})" stroke="{colour}" stroke-opacity="0.35"/>')
    runs = list(_runs(canvas, one, one.values))
    if one.fill:
        zero = canvas.y(0.0)
        area = "".join(f"M{number(run[0].left)} {number(zero)}{_steps(run, 0, 'V')}V{number(zero)}Z" for run in runs)
        parts.append(f'<path class="{name} area" d="{area}" fill="{colour}" fill-opacity="0.14"/>')
    line = "".join(_steps(run, 0, "M") for run in runs)
    dash = f' stroke-dasharray="{DASHES[one.stroke]}"' if DASHES[one.stroke] else ""
    parts.append(f'<path class="{name} line" d="{line}" fill="none" stroke="{colour}" stroke-width="{one.width}"{dash}/>')
    return parts


def _runs(canvas: Canvas, one: Series, *columns: Sequence[float | None]) -> Iterator[list[_Step]]:
    """Runs of adjoining intervals in which every column has a value, in pixels."""
    run: list[_Step] = []
    length = dt.timedelta(minutes=one.minutes)
    previous: dt.datetime | None = None
    for start, *values in zip(one.starts, *columns, strict=True):
        known = [value for value in values if value is not None]
        if run and (len(known) < len(values) or start != previous):
            yield run
            run = []
        if len(known) == len(values):
            run.append(_Step(canvas.x(start), canvas.x(start + length), tuple(canvas.y(value) for value in known)))
        previous = start + length
    if run:
        yield run


def _steps(run: Sequence[_Step], column: int, first: str) -> str:
    head = f"M{number(run[0].left)} {number(run[0].values[column])}" if first == "M" else f"V{number(run[0].values[column])}"
    return head + "".join(f"V{number(step.values[column])}H{number(step.right)}" for step in run)


def _area(run: Sequence[_Step], low: int, high: int) -> str:
    back = "".join(f"V{number(step.values[low])}H{number(step.left)}" for step in reversed(run))
    return f"{_steps(run, high, 'M')}{back}Z"


def _legend(series: Sequence[Series], width: int) -> list[str]:
    """Samples of the strokes with their names, from the right; series without a name have none."""
    parts: list[str] = []
    place = float(width - draw.RIGHT)
    for index, one in reversed(list(enumerate(series))):
        if not one.name:
            continue
        place -= len(one.name) * LEGEND_PIXELS
        parts.append(draw.text(place, 12, one.name, name="label legend"))
        sample = f'x1="{number(place - 26)}" y1="8" x2="{number(place - 5)}" y2="8" stroke="{COLOURS[index % len(COLOURS)]}"'
        dash = f' stroke-dasharray="{DASHES[one.stroke]}"' if DASHES[one.stroke] else ""
        parts.append(f'<line class="series series-{escape(one.role)} line" {sample} stroke-width="{one.width + 0.6}"{dash}/>')
        place -= 38
    return parts


def _tips(canvas: Canvas, one: Series, unit: str, tz: str) -> Iterator[str]:
    zone = ZoneInfo(tz)
    length = dt.timedelta(minutes=one.minutes)
    for index, (start, value) in enumerate(zip(one.starts, one.values, strict=True)):
        if value is None:
            continue
        left, right = canvas.x(start), canvas.x(start + length)
        band = f" ({one.low[index]:g} to {one.high[index]:g})" if one.low and one.high and one.low[index] is not None else ""
        words = f"{start.astimezone(zone):%a %H:%M} {value:g} {unit} {one.name}{band}"
        place = f'x="{number(left)}" y="{draw.TOP}" width="{number(right - left)}" height="{canvas.foot - draw.TOP}"'
        yield f'<rect class="tip" {place} fill="transparent"><title>{escape(words)}</title></rect>'


def _spoken(series: Sequence[Series], unit: str) -> str:
    spans = []
    for one in series:
        known = [value for value in one.values if value is not None]
        if known:
            spans.append(f"{one.name} {min(known):g} to {max(known):g} {unit}".strip())
    return "; ".join(spans)
