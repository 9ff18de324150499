"""The savings part of the page: what was paid, against the named baseline and against perfect foresight."""

from typing import Any

from markupsafe import Markup

from electricity_optimizer.charts import Bar, bar_chart
from electricity_optimizer.pages.desk import Answer


def savings_part(savings: Answer) -> dict[str, Any]:
    """What the template shows of settled plans; `total` is None while none is settled."""
    total = savings["data"]["total"]
    return {
        "meta": savings["meta"],
        "total": total,
        "months": savings["data"]["months"],
        "days": savings["data"]["days"],
        "wide": _bars(total, savings["meta"]["currency"], 1080),
        "narrow": _bars(total, savings["meta"]["currency"], 300),
    }


def _bars(total: Answer | None, currency: str, width: int) -> Markup:
    if total is None:
        return Markup()
    bars = [
        Bar("without a plan", total["baseline_cost"], hatched=True),
        Bar("with our plans", total["settled_cost"]),
        Bar("perfect foresight", total["foresight_cost"], hatched=True),
    ]
    return Markup(bar_chart(bars, width=width, unit=currency, title="Cost so far"))  # noqa: S704 - charts escape what they are given
