"""Standing bars in groups: a value of each model for each weekday."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import Frame, number
from electricity_optimizer.charts.legend import FOOT, Entry, legend
from electricity_optimizer.charts.line import COLOURS

BETWEEN = 0.22
"""Share of a category's room that stays free."""


@dataclass(frozen=True)
class Group:
    """One bar in each category: `values[k]` belongs to category k; null and NaN have none. `role` is for colours, as in a line chart."""

    name: str
    values: Sequence[float | None]
    role: str = ""
    colour: str = ""


def column_chart(
    groups: Sequence[Group], categories: Sequence[str], *, width: int = 960, height: int = 300, unit: str = "", title: str = ""
) -> str:
    """SVG of bars side by side in each category, from a zero line; negative ones hang below it. Without any value it says so."""
    known = [value for group in groups for value in group.values if value is not None and math.isfinite(value)]
    if not known:
        return draw.document(width, height, title, [draw.text(width / 2, height / 2, "no data yet", anchor="middle", size=14)])
    ticks = draw.nice_ticks(min(0.0, *known), max(0.0, *known))
    coloured = [group.colour or COLOURS[index % len(COLOURS)] for index, group in enumerate(groups)]
    entries = [Entry(group.name, group.role, colour, solid=True) for group, colour in zip(groups, coloured, strict=True)]
    parts, used = legend(entries, width)
    frame = Frame(width, used + height, ticks[0], ticks[-1], top=used + draw.TOP - 6, bottom=FOOT)
    parts += draw.value_axis(frame, ticks, unit)
    room = (frame.side - frame.left) / len(categories)
    bar = room * (1 - BETWEEN) / len(groups)
    for place, category in enumerate(categories):
        left = frame.left + place * room + room * BETWEEN / 2
        parts.append(draw.text(frame.left + (place + 0.5) * room, frame.foot + 16, category, anchor="middle"))
        for index, (group, colour) in enumerate(zip(groups, coloured, strict=True)):
            parts += _bar(frame, group, place, left + index * bar, bar, colour)
    return draw.document(width, used + height, title, parts)


def _bar(frame: Frame, group: Group, place: int, left: float, width: float, colour: str) -> list[str]:
    value = group.values[place]
    if value is None or not math.isfinite(value):
        return []
    zero, head = frame.y(0.0), frame.y(value)
    name = f"series series-{escape(group.role)}" if group.role else "series"
    where = f'x="{number(left)}" y="{number(min(zero, head))}" width="{number(max(0.5, width - 1))}" height="{number(abs(zero - head))}"'
    return [f'<rect class="{name} column" {where} fill="{colour}"/>']
