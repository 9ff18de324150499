"""Lines over numbers: error by hour of day, calibration, a sum over days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import Frame, number
from electricity_optimizer.charts.legend import FOOT, Entry, legend
from electricity_optimizer.charts.line import COLOURS, DASHES

TICK_PIXELS = 34
"""Room that a label below the axis needs, and half of it more for each letter above four."""


@dataclass(frozen=True)
class Curve:
    """Values at numbers: a line through (xs[k], ys[k]); null and NaN leave a gap.

    `role` becomes the class `series-<role>`, by which a page may colour it; `colour` "" takes the next one.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float | None]
    stroke: Literal["solid", "dashed", "dotted"] = "solid"
    width: float = 1.8
    role: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Tick:
    """A label below the axis at the number `at`."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True)
class _Plane(Frame):
    first: float
    last: float

    def x(self, value: float) -> float:
        """Pixel column of a number."""
        return self.left + (value - self.first) / ((self.last - self.first) or 1.0) * (self.side - self.left)


def curve_chart(
    curves: Sequence[Curve],
    ticks: Sequence[Tick],
    *,
    width: int = 960,
    height: int = 300,
    unit: str = "",
    title: str = "",
    bounds: tuple[float, float] | None = None,
) -> str:
    """SVG of lines with labels at `ticks`; the values' axis holds zero unless `bounds` give its ends. Without any value it says so."""
    known = [(x, y) for curve in curves for x, y in zip(curve.xs, curve.ys, strict=True) if _is_known(y)]
    if not known:
        return draw.document(width, height, title, [draw.text(width / 2, height / 2, "no data yet", anchor="middle", size=14)])
    values = [y for _, y in known if y is not None]
    low, high = bounds or (min(0.0, *values), max(0.0, *values))
    marks = draw.nice_ticks(low, high)
    coloured = [curve.colour or COLOURS[index % len(COLOURS)] for index, curve in enumerate(curves)]
    entries = [Entry(curve.name, curve.role, colour, DASHES[curve.stroke]) for curve, colour in zip(curves, coloured, strict=True)]
    parts, used = legend(entries, width)
    whole = used + height  # the legend takes nothing from the picture
    xs = [x for x, _ in known] + [tick.at for tick in ticks]
    plane = _Plane(width, whole, marks[0], marks[-1], top=used + draw.TOP - 6, bottom=FOOT, first=min(xs), last=max(xs))
    parts += draw.value_axis(plane, marks, unit) + _axis(plane, ticks)
    parts += [_line(plane, curve, colour) for curve, colour in zip(curves, coloured, strict=True)]
    return draw.document(width, whole, title, parts)


def _is_known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _axis(plane: _Plane, ticks: Sequence[Tick]) -> list[str]:
    """A thin line at every tick, and its label where the one before leaves room."""
    parts = [draw.rule(plane.left, plane.foot, plane.side, plane.foot, "axis")]
    last = -math.inf
    for tick in ticks:
        place = plane.x(tick.at)
        parts.append(draw.rule(place, plane.top, place, plane.foot + 4, "grid", opacity=0.12))
        room = TICK_PIXELS + max(0, len(tick.label) - 4) * TICK_PIXELS / 8
        if place - last >= room and place <= plane.side + 8:
            anchor = "end" if place > plane.side - 12 else "middle"
            parts.append(draw.text(place, plane.foot + 16, tick.label, anchor=anchor))
            last = place
    return parts


def _line(plane: _Plane, curve: Curve, colour: str) -> str:
    path, drawing = "", False
    for x, y in zip(curve.xs, curve.ys, strict=True):
        if y is not None and math.isfinite(y):
            path += f"{'L' if drawing else 'M'}{number(plane.x(x))} {number(plane.y(y))}"
            drawing = True
        else:
            drawing = False
    name = f"series series-{escape(curve.role)}" if curve.role else "series"
    dash = f' stroke-dasharray="{DASHES[curve.stroke]}"' if DASHES[curve.stroke] else ""
    look = f'fill="none" stroke="{colour}" stroke-width="{curve.width}" stroke-linejoin="round"{dash}'
    return f'<path class="{name} line" d="{path}" {look}/>'
