"""A legend that breaks into rows: many names above a chart, each with a sample of its stroke or bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import number

FOOT = 24
"""Pixels below the axis of a chart whose labels have one row."""
LETTER, SAMPLE, GAP, ROW = 6.4, 26, 14, 17
"""Pixels: width of a letter, of a sample with its space, between names, and the height of a row."""


@dataclass(frozen=True)
class Entry:
    """A name with the attributes of its sample; `solid` draws a bar, else a line."""

    name: str
    role: str
    colour: str
    dash: str = ""
    width: float = 1.8
    solid: bool = False


def rows(entries: Sequence[Entry], width: int) -> list[list[Entry]]:
    """The entries in as many rows as `width` pixels ask for."""
    broken: list[list[Entry]] = []
    place = float(width)
    for entry in entries:
        need = SAMPLE + len(entry.name) * LETTER + GAP
        if not broken or place + need > width:
            broken.append([])
            place = 0.0
        broken[-1].append(entry)
        place += need
    return broken


def legend(entries: Sequence[Entry], width: int) -> tuple[list[str], int]:
    """The drawing and its height in pixels; nothing without names."""
    parts: list[str] = []
    broken = rows([entry for entry in entries if entry.name], width)
    for index, row in enumerate(broken):
        place, middle = 2.0, index * ROW + 8
        for entry in row:
            parts += [_sample(entry, place, middle), draw.text(place + SAMPLE, middle + 4, entry.name, name="label legend")]
            place += SAMPLE + len(entry.name) * LETTER + GAP
    return parts, len(broken) * ROW


def _sample(entry: Entry, place: float, middle: float) -> str:
    kind = f"series series-{escape(entry.role)}" if entry.role else "series"
    if entry.solid:
        where = f'x="{number(place + 6)}" y="{number(middle - 5)}" width="12" height="10"'
        return f'<rect class="{kind} column" {where} fill="{entry.colour}"/>'
    where = f'x1="{number(place)}" y1="{number(middle)}" x2="{number(place + 21)}" y2="{number(middle)}"'
    dashes = f' stroke-dasharray="{entry.dash}"' if entry.dash else ""
    return f'<line class="{kind} line" {where} stroke="{entry.colour}" stroke-width="{entry.width}"{dashes}/>'
