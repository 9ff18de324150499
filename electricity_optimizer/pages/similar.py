"""The part of the page about days like tomorrow: when prices were made by the same weather and calendar, and what they were."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from electricity_optimizer.charts import Series, line_chart, sparkline
from electricity_optimizer.pages import words
from electricity_optimizer.pages.desk import Answer
from electricity_optimizer.pages.price import STROKES, in_cents, of_day, of_kind
from electricity_optimizer.timeline import interval_starts

WIDE, NARROW = (1080, 240), (300, 220)


def similar_part(similar: Answer, curve: Answer, tz: str, day: dt.date, today: dt.date) -> dict[str, Any]:
    """What the template shows of the days like `day`: a row each, and their prices under the curve of the day itself."""
    days = [_row(one) for one in similar["data"]]
    return {
        "title": words.DAYS_LIKE_TOMORROW if day == today + dt.timedelta(days=1) else words.DAYS_LIKE.format(day=words.day_name(day)),
        "note": words.MATCHED_ON[similar["meta"]["matched_on"]] if days else words.NO_SIMILAR_DAYS,
        "days": days,
        "wide": _chart(similar, curve, tz, day, WIDE),
        "narrow": _chart(similar, curve, tz, day, NARROW),
        "href": f"/v1/similar-days?zone={similar['meta']['zone']}&day={day}",
        "withheld": similar["meta"]["withheld"],
    }


def _row(one: Answer) -> dict[str, Any]:
    values = [row["value"] for row in one["prices"]]
    spark = Markup(sparkline(values))  # noqa: S704 - charts escape what they are given
    return {**one, "date": dt.date.fromisoformat(one["day"]), "spark": spark, "known": any(value is not None for value in values)}


def _chart(similar: Answer, curve: Answer, tz: str, day: dt.date, size: tuple[int, int]) -> Markup:
    """The similar days drawn on the hours of `day`, thin, under what is known or forecast of it; nothing without such days."""
    if not similar["data"]:
        return Markup()
    starts = interval_starts(day, tz, 60)
    likes = [_on_hours(one, starts, tz, words.SIMILAR_DAYS if one["rank"] == 1 else "") for one in similar["data"]]
    rows = of_day(curve["data"], day, tz)
    own = [of_kind(rows, kind, stroke, width, brief=True) for kind, stroke, width in STROKES]
    shown = [one for one in (*likes, *own) if one.starts]
    svg = line_chart(shown, tz=tz, width=size[0], height=size[1], unit="ct/kWh", title=words.SIMILAR_CHART)
    return Markup(svg)  # noqa: S704 - charts escape what they are given


def _on_hours(one: Answer, starts: Sequence[dt.datetime], tz: str, name: str) -> Series:
    """The prices of a similar day at the same clock times of another day: an hour that only one of them has stays empty."""
    zone = ZoneInfo(tz)
    by_hour = {dt.datetime.fromisoformat(row["start"]).astimezone(zone).hour: row["value"] for row in one["prices"]}
    values = [in_cents(by_hour.get(start.astimezone(zone).hour)) for start in starts]
    return Series(name=name, starts=list(starts), values=values, minutes=60, width=1.1, role="similar")
