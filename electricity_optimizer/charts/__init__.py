"""The one way to plot: small SVG charts, drawn on the server by pure functions.

They stand in pages as inline SVG and in asset metadata as Markdown images (`markdown_image`). Colours are presentation attributes, so
that a page's style sheet may override them by class and a strict content security policy has nothing to forbid. Kinds differ by
stroke and pattern, never by colour alone. Instants come in UTC; `tz` is for labels only.
"""

from electricity_optimizer.charts.bars import Bar, bar_chart
from electricity_optimizer.charts.columns import Group, column_chart
from electricity_optimizer.charts.curves import Curve, Tick, curve_chart
from electricity_optimizer.charts.gantt import Lane, gantt_chart
from electricity_optimizer.charts.line import Series, line_chart
from electricity_optimizer.charts.small import markdown_image, sparkline

__all__ = [
    "Bar", "Curve", "Group", "Lane", "Series", "Tick",
    "bar_chart", "column_chart", "curve_chart", "gantt_chart", "line_chart", "markdown_image", "sparkline",
]  # fmt: skip
