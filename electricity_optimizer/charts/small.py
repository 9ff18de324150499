"""Charts for a table cell or a metadata entry: a sparkline, and any SVG as a Markdown image."""

import base64
from collections.abc import Sequence
from itertools import pairwise

SPARK_POINTS = 96
"""A sparkline shows at most so many points, so that it stays below 2 KB."""


def sparkline(values: Sequence[float | None], *, width: int = 160, height: int = 32, colour: str = "#0072b2") -> str:
    """Tiny SVG (under 2 KB) of a sequence: means of equal groups when it is long, gaps where values are null, a line at zero."""
    means = _grouped(list(values))
    known = [value for value in means if value is not None]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    if not known:
        return f"{head}</svg>"
    low, high = min(0.0, *known), max(0.0, *known)
    scale = (height - 4) / ((high - low) or 1.0)
    zero = height - 2 - (0.0 - low) * scale
    step = (width - 2) / len(means)
    path, drawing = "", False
    for index, value in enumerate(means):
        if value is not None:
            path += f"{'L' if drawing else 'M'}{1 + index * step:.0f} {height - 2 - (value - low) * scale:.0f}"
        drawing = value is not None
    baseline = f'<path d="M0 {zero:.0f}H{width}" stroke="#6b7280" stroke-width=".6"/>'
    return f'{head}{baseline}<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/></svg>'


def markdown_image(svg: str, alt: str) -> str:
    """Markdown with the SVG as a data URI: what Dagster shows in a metadata entry."""
    encoded = base64.b64encode(svg.encode()).decode()
    label = alt.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{label}](data:image/svg+xml;base64,{encoded})"


def _grouped(values: list[float | None]) -> list[float | None]:
    if len(values) <= SPARK_POINTS:
        return values
    bounds = [round(k * len(values) / SPARK_POINTS) for k in range(SPARK_POINTS + 1)]
    return [_mean(values[left:right]) for left, right in pairwise(bounds)]


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
