"""The plan part of the page: what each device does when, and why."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from electricity_optimizer.charts import Lane, Series, gantt_chart, line_chart
from electricity_optimizer.pages import words
from electricity_optimizer.pages.desk import Answer
from electricity_optimizer.timeline import UTC

SHOWN_REASONS = 8
WIDE, NARROW = 1080, 300
TYPES = {"battery": "battery", "ev": "car", "pv": "sun", "load": "appliance", "heat_pump": "heat pump", "heat_store": "heat store"}


def plan_part(plan: Answer, now: dt.datetime) -> dict[str, Any]:
    """What the template shows of a plan."""
    meta, data = plan["meta"], plan["data"]
    steps, tz = data["steps"], meta["tz"]
    day = dt.date.fromisoformat(meta["delivery_day"])
    reasons = [{"start": step["start"], **reason} for step in steps for reason in step["reasons"]]
    return {
        "meta": meta, "data": data, "tz": tz, "day": words.day_name(day), "steps": steps,
        "today": bool(steps) and _instant(steps[0]["start"]) <= now < _instant(steps[-1]["end"]),
        "reasons": reasons[:SHOWN_REASONS], "more_reasons": reasons[SHOWN_REASONS:],
        "wide": _pictures(data, steps, tz, now, WIDE), "narrow": _pictures(data, steps, tz, now, NARROW),
        "devices": [device["name"] for device in data["devices"]],
    }  # fmt: skip


def power(values: Mapping[str, float]) -> float:
    """What a device draws in a step, kW; below zero when it gives."""
    drawn = values.get("charge_kw", 0.0) - values.get("discharge_kw", 0.0) - values.get("used_kw", 0.0)
    return drawn + sum(value for name, value in values.items() if name.endswith("power_kw"))


def _pictures(data: Answer, steps: Sequence[Answer], tz: str, now: dt.datetime, width: int) -> Markup:
    """The price that the plan was made for, and below it, on the same time axis, the lanes."""
    edges = [_instant(step["start"]) for step in steps] + [_instant(step["end"]) for step in steps[-1:]]
    gantt = gantt_chart(_lanes(data, steps), edges, tz=tz, width=width, now=now, title="What each device does in every step of the plan")
    return Markup(_price(steps, edges, tz, width, now) + gantt)  # noqa: S704 - charts escape what they are given


def _price(steps: Sequence[Answer], edges: Sequence[dt.datetime], tz: str, width: int, now: dt.datetime) -> str:
    lengths = {after - before for before, after in pairwise(edges)}
    if len(lengths) != 1 or "import_price" not in steps[0]:
        return ""
    minutes = int(lengths.pop().total_seconds() // 60)
    prices = [round(100 * step["import_price"], 4) for step in steps]
    series = Series("price of drawn power", edges[:-1], prices, minutes, role="paid")
    return line_chart([series], tz=tz, width=width, height=150, unit="ct/kWh", title="Price that the plan was made for", now=now)


def _lanes(data: Answer, steps: Sequence[Answer]) -> list[Lane]:
    if not steps:
        return []
    lanes = [_lane(device, [step["devices"][device["name"]] for step in steps]) for device in data["devices"]]
    grid = [step.get("import_kw", 0.0) - step.get("export_kw", 0.0) for step in steps]
    return [*lanes, Lane("grid connection", grid)]


def _lane(device: Answer, values: Sequence[Mapping[str, float]]) -> Lane:
    kind = TYPES.get(device["type"] or "", "")
    name = device["name"] if not kind or kind in device["name"] else f"{device['name']} ({kind})"
    level = next((part for part in ("soc_kwh", "temperature") if values and part in values[0]), None)
    if level is None:
        return Lane(name, [power(one) for one in values])
    unit = "kWh" if level == "soc_kwh" else "°C"
    return Lane(name, [power(one) for one in values], [one[level] for one in values], unit)


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(UTC)
