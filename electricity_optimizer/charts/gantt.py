"""A schedule as lanes over time: what each device draws or gives in every step, and how full or warm it is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import Canvas, number

LANE_PIXELS = 58
NAME_PIXELS = 14
BRIEF_BELOW = 500
DRAWS, GIVES, LEVEL = "#0072b2", "#009e73", "#d55e00"


@dataclass(frozen=True)
class Lane:
    """One device: `power_kw[k]` in step k, above zero when it draws and below when it gives.

    `level` is its stored energy or temperature at the END of each step, drawn as a dashed line over its own span.
    """

    name: str
    power_kw: Sequence[float]
    level: Sequence[float] = ()
    level_unit: str = ""


def gantt_chart(
    lanes: Sequence[Lane],
    edges: Sequence[dt.datetime],
    *,
    tz: str = "UTC",
    width: int = 960,
    title: str = "",
    now: dt.datetime | None = None,
) -> str:
    """SVG with a lane per device; `edges` are the n + 1 UTC instants between which the n steps lie."""
    height = draw.TOP + len(lanes) * LANE_PIXELS + draw.BOTTOM
    if not lanes or len(edges) < 2:
        return draw.document(width, 90, title, [draw.text(width / 2, 45, "no plan yet", anchor="middle", size=14)])
    canvas = Canvas(width, height, start=edges[0], end=edges[-1])
    key = draw.unique(width, lanes, edges)
    parts = [draw.hatch(f"{key}-gives", GIVES, "gives", 4), *_legend(width, key), *draw.time_axis(canvas, tz)]
    for index, lane in enumerate(lanes):
        parts += _lane(canvas, lane, edges, draw.TOP + index * LANE_PIXELS, f"{key}-gives")
    return draw.document(width, height, title, parts + draw.now_marker(canvas, now, tz))


def _lane(canvas: Canvas, lane: Lane, edges: Sequence[dt.datetime], top: float, pattern: str) -> list[str]:
    foot = top + LANE_PIXELS - 2
    room = LANE_PIXELS - NAME_PIXELS - 6
    peak = max((abs(power) for power in lane.power_kw), default=0.0)
    words = _words(lane, peak, brief=canvas.width < BRIEF_BELOW)
    parts = [
        draw.rule(canvas.left, foot, canvas.side, foot, "grid", opacity=0.5),
        draw.text(canvas.left + 2, top + 11, words, name="label lane"),
    ]
    for (left, right), power in zip(pairwise(edges), lane.power_kw, strict=True):
        if abs(power) > 1e-6:
            size = max(2.0, abs(power) / peak * room)
            parts.append(_bar(canvas.x(left), canvas.x(right), foot, size, power, pattern))
    return parts + _level(canvas, lane, edges, foot, room)


def _words(lane: Lane, peak: float, *, brief: bool) -> str:
    """What stands above a lane: its name, its greatest power, the span of its level; a narrow chart has room for one of them."""
    parts = [lane.name, f"up to {_short(peak)} kW" if peak else "idle"]
    if lane.level:
        parts.append(f"{_short(min(lane.level))} to {_short(max(lane.level))} {lane.level_unit}")
    return "  ·  ".join([parts[0], parts[-1]] if brief else parts)


def _short(value: float) -> str:
    """Three figures, and never an exponent."""
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _bar(left: float, right: float, foot: float, size: float, power: float, pattern: str) -> str:
    place = f'x="{number(left)}" y="{number(foot - size)}" width="{number(right - left)}" height="{number(size)}"'
    if power > 0:
        return f'<rect class="draws" {place} fill="{DRAWS}" fill-opacity="0.75"/>'
    return f'<rect class="gives" {place} fill="url(#{escape(pattern)})" stroke="{GIVES}" stroke-width="0.6"/>'


def _level(canvas: Canvas, lane: Lane, edges: Sequence[dt.datetime], foot: float, room: float) -> list[str]:
    if not lane.level:
        return []
    low, high = min(lane.level), max(lane.level)
    span = (high - low) or 1.0
    points = " ".join(
        f"{number(canvas.x(edge))},{number(foot - 2 - (value - low) / span * (room - 4))}"
        for edge, value in zip(edges[1:], lane.level, strict=True)
    )
    return [f'<polyline class="level" points="{points}" fill="none" stroke="{LEVEL}" stroke-width="1.6" stroke-dasharray="5 3"/>']


def _legend(width: int, key: str) -> list[str]:
    samples = [
        ("draws power", f'<rect class="draws" x="{{x}}" y="3" width="20" height="10" fill="{DRAWS}" fill-opacity="0.75"/>'),
        ("gives power", f'<rect class="gives" x="{{x}}" y="3" width="20" height="10" fill="url(#{key}-gives)" stroke="{GIVES}"/>'),
        ("level", f'<path class="level" d="M{{x}} 8h20" stroke="{LEVEL}" stroke-width="1.6" stroke-dasharray="5 3"/>'),
    ]
    parts: list[str] = []
    place = float(min(10, width))
    for words, sample in samples:
        parts += [sample.format(x=number(place)), draw.text(place + 25, 12, words, name="label legend")]
        place += 25 + len(words) * 7 + 14
    return parts
