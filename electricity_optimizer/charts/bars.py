"""Bars side by side: costs against a baseline, errors of models."""

from collections.abc import Sequence
from dataclasses import dataclass

from electricity_optimizer.charts import canvas as draw
from electricity_optimizer.charts.canvas import number

ROW, NAMES, NUMBERS = 30, 150, 90
COLOURS = ("#6b7280", "#0072b2", "#009e73")


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its value, and whether it is hatched (a reference) or solid."""

    name: str
    value: float
    hatched: bool = False


def bar_chart(bars: Sequence[Bar], *, width: int = 960, unit: str = "", title: str = "") -> str:
    """SVG of lying bars from a zero line, each with its value; negative ones go left of it."""
    height = len(bars) * ROW + 8
    key = draw.unique(width, bars)
    names = min(NAMES, width // 3)
    low = min((bar.value for bar in bars), default=0.0)
    high = max((bar.value for bar in bars), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (width - names - NUMBERS) / ((high - low) or 1.0)
    zero = names - low * scale
    parts = [draw.rule(zero, 0, zero, height, "zero")]
    for index, bar in enumerate(bars):
        row = index * ROW + 5
        colour = COLOURS[index % len(COLOURS)]
        left, length = zero + min(bar.value, 0.0) * scale, max(1.0, abs(bar.value) * scale)
        fill = f"url(#{key}-{index})" if bar.hatched else colour
        parts += [draw.hatch(f"{key}-{index}", colour, f"bar-{index}")] if bar.hatched else []
        place = f'x="{number(left)}" y="{row}" width="{number(length)}" height="{ROW - 10}"'
        parts.append(f'<rect class="bar bar-{index}" {place} fill="{fill}" stroke="{colour}"/>')
        parts.append(draw.text(0, row + 14, bar.name, name="label"))
        parts.append(draw.text(left + length + 6, row + 14, f"{bar.value:.2f} {unit}", name="label value"))
    return draw.document(width, height, title, parts)
