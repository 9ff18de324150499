"""Scales, ticks and frame of a chart: what all kinds share, and the axis of time of the line chart and the Gantt chart."""

import datetime as dt
import math
import zlib
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

from electricity_optimizer.timeline import floor

LEFT, RIGHT, TOP, BOTTOM = 52, 10, 34, 36
INK = "#6b7280"
HOUR = dt.timedelta(hours=1)
HOUR_STEPS = (1, 2, 3, 6, 12, 24, 48, 168)
TICK_PIXELS = 46
"""Room that the label of one hour needs."""
DAY_PIXELS = 64
"""Room that the name of a day needs."""


@dataclass(frozen=True)
class Frame:
    """A drawing area: pixels of the whole picture, the values at its foot and head."""

    width: int
    height: int
    low: float = 0.0
    high: float = 1.0
    left: int = LEFT
    top: int = TOP
    bottom: int = BOTTOM

    @property
    def foot(self) -> int:
        """Pixel row of the axis below."""
        return self.height - self.bottom

    @property
    def side(self) -> int:
        """Pixel column of the right side."""
        return self.width - RIGHT

    def y(self, value: float) -> float:
        """Pixel row of a value."""
        return self.foot - (value - self.low) / (self.high - self.low) * (self.foot - self.top)


@dataclass(frozen=True, kw_only=True)
class Canvas(Frame):
    """A drawing area over time, with the instants at its sides."""

    start: dt.datetime
    end: dt.datetime

    def x(self, instant: dt.datetime) -> float:
        """Pixel column of an instant."""
        return self.left + (instant - self.start) / (self.end - self.start) * (self.side - self.left)


def number(value: float) -> str:
    """A pixel position, short."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, *, anchor: str = "start", name: str = "label", size: int = 11) -> str:
    """A piece of text."""
    place = f'x="{number(x)}" y="{number(y)}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text class="{name}" {place} fill="{INK}">{escape(words)}</text>'


def rule(x1: float, y1: float, x2: float, y2: float, name: str, *, dash: str = "", stroke_width: float = 1, opacity: float = 1) -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    place = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line class="{name}" {place} stroke="{INK}" stroke-width="{stroke_width}" stroke-opacity="{opacity}"{dashes}/>'


def document(width: int, height: int, title: str, parts: list[str]) -> str:
    """The whole picture; `title` is what a screen reader says."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'{head} role="img" font-family="system-ui,sans-serif"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def unique(*content: object) -> str:
    """A name that differs between different pictures and is the same for the same one: ids of patterns share a page."""
    return f"p{zlib.crc32(repr(content).encode()):08x}"


def hatch(key: str, colour: str, role: str, gap: int = 5) -> str:
    """A pattern of slanted lines, used as `url(#key)`; a style sheet colours it by the class `hatch-<role>`."""
    pattern = f'<pattern id="{escape(key)}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    line = f'<line class="hatch hatch-{escape(role)}" y2="{gap}" stroke="{colour}" stroke-width="2" stroke-opacity="0.45"/>'
    return f"<defs>{pattern}{line}</pattern></defs>"


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round values from at or below `low` to at or above `high`, about `count` of them.

    >>> nice_ticks(-0.03, 0.31)
    [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4]
    """
    span = high - low or abs(high) or 1.0
    raw = span / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, max(last, first + 1) + 1)]


def tick_text(value: float, ticks: list[float]) -> str:
    """A tick's number with the decimals that the steps need."""
    step = abs(ticks[1] - ticks[0])
    decimals = next((places for places in range(7) if math.isclose(step, round(step, places), rel_tol=1e-6)), 6)
    return f"{value:.{decimals}f}"


def time_axis(canvas: Canvas, tz: str) -> list[str]:
    """Hour ticks with local labels; the day's name below each local midnight."""
    zone = ZoneInfo(tz)
    room = max(1.0, (canvas.side - canvas.left) / TICK_PIXELS)
    step = next((step for step in HOUR_STEPS if (canvas.end - canvas.start) / HOUR / step <= room), HOUR_STEPS[-1])
    parts = [rule(canvas.left, canvas.foot, canvas.side, canvas.foot, "axis")]
    instant = first = floor(canvas.start + HOUR - dt.timedelta(microseconds=1), 60)
    last_label = -math.inf
    while instant <= canvas.end:
        local, place = instant.astimezone(zone), canvas.x(instant)
        if _is_tick(local, step):
            parts += _tick(canvas, place, local, step)
        if (local.hour == 0 or instant == first) and place - last_label > DAY_PIXELS and place < canvas.side - DAY_PIXELS / 2:
            parts.append(text(place, canvas.foot + 30, f"{local:%a} {local.day} {local:%b}", name="label day"))
            last_label = place
        instant += HOUR
    return parts


def _tick(canvas: Canvas, place: float, local: dt.datetime, step: int) -> list[str]:
    midnight = local.hour == 0
    line = rule(place, TOP, place, canvas.foot + (16 if midnight else 4), "grid", opacity=0.4 if midnight else 0.12)
    if step >= 24 or place > canvas.side - 8:
        return [line]
    return [line, text(place, canvas.foot + 15, f"{local:%H:%M}", anchor="middle")]


def _is_tick(local: dt.datetime, step: int) -> bool:
    if step <= 24:
        return local.hour % step == 0
    return local.hour == 0 and local.toordinal() % (step // 24) == 0


def value_axis(canvas: Frame, ticks: list[float], unit: str) -> list[str]:
    """Value ticks, a strong line at zero, and the unit above them."""
    parts = [text(2, canvas.top - 12, unit, name="label unit")] if unit else []
    for tick in ticks:
        row = canvas.y(tick)
        parts.append(rule(canvas.left, row, canvas.side, row, "zero" if tick == 0 else "grid", opacity=0.9 if tick == 0 else 0.18))
        parts.append(text(canvas.left - 6, row + 4, tick_text(tick, ticks), anchor="end"))
    return parts


def now_marker(canvas: Canvas, now: dt.datetime | None, tz: str) -> list[str]:
    """A line at `now` with its local time, when it lies in the picture."""
    if now is None or not canvas.start <= now <= canvas.end:
        return []
    place = canvas.x(now)
    anchor = "end" if place > canvas.side - 60 else "start"
    words = f"now {now.astimezone(ZoneInfo(tz)):%H:%M}"
    label = text(place + (-4 if anchor == "end" else 4), TOP - 6, words, anchor=anchor, name="label now")
    return [rule(place, TOP - 4, place, canvas.foot, "now", stroke_width=1.5, dash="2 2"), label]
