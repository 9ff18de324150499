"""The one way to plot: small SVG charts, drawn on the server by pure functions.

They stand in pages as inline SVG and in asset metadata as Markdown images (`markdown_image`). Colours are presentation attributes, so
that a page's style sheet may override them by class and a strict content security policy has nothing to forbid. Kinds differ by
stroke and pattern, never by colour alone. Instants come in UTC; `tz` is for labels only.
"""

from electricity_optimizer.charts.bars import Bar, bar_chart
from electricity_optimizer.charts.gantt import Lane, gantt_chart
from electricity_optimizer.charts.line import Series, line_chart
from electricity_optimizer.charts.small import markdown_image, sparkline

__all__ = ["Bar", "Lane", "Series", "bar_chart", "gantt_chart", "line_chart", "markdown_image", "sparkline"]
