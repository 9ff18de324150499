"""Plans of a site: the newest one, or one by its id, as steps with what every device does and why."""

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any

import orjson
import polars as pl
import zstandard

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.store import Store
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.errors import CatalogError

ASSET = "optimized_schedules"
BASELINE = (
    "the same site at the same prices without optimisation: batteries idle, each load at its earliest time, the car charged at full power "
    "from plug-in, the heat pump holding its lower band, sun used first and the rest exported"
)


def sites_with_plans(store: Store) -> list[str]:
    """Keys of the sites that have a plan."""
    found = store.warehouse.versions(ASSET).filter(pl.col("rows") > 0)
    return found["scope"].unique().sort().to_list()


def plan_days(store: Store, site: str) -> list[dt.date]:
    """Delivery days with a plan of `site`, ascending. Raises CatalogError that lists the near sites when it has none."""
    found = store.warehouse.versions(ASSET, site).filter(pl.col("rows") > 0)
    if found.is_empty():
        known = sites_with_plans(store)
        near = difflib.get_close_matches(site, known, n=3, cutoff=0.3) or known
        remedy = f"near: {', '.join(near)}" if near else "no site has a plan yet"
        raise CatalogError(f"site '{site}' has no plan", where="site", remedy=remedy)
    return [dt.date.fromisoformat(partition) for partition in found["partition"]]


def latest_plan(store: Store, site: str, day: dt.date | None, tz: str | None) -> Answer:
    """The newest plan of `site`, or the one of delivery `day`. Raises CatalogError when there is none."""
    days = plan_days(store, site)
    wanted = day or days[-1]
    if wanted not in days:
        raise CatalogError(f"site '{site}' has no plan for {wanted}", where="day", remedy=f"plans exist from {days[0]} to {days[-1]}")
    return told_plan(store.warehouse.read(ASSET, site, wanted, wanted).row(-1, named=True), tz)


def site_tz(store: Store, site: str) -> str:
    """Time zone of the site's market, by its newest plan. Raises CatalogError when it has none."""
    newest = plan_days(store, site)[-1]
    return zones()[store.warehouse.read(ASSET, site, newest, newest).item(-1, "zone")].tz


def plan_by_id(store: Store, plan_id: str, tz: str | None) -> Answer:
    """The plan with this id among the current ones, newest first. Raises CatalogError when there is none."""
    found = store.warehouse.versions(ASSET).filter(pl.col("rows") > 0).sort("partition", descending=True)
    for site, partition in found.select("scope", "partition").iter_rows():
        day = dt.date.fromisoformat(partition)
        rows = store.warehouse.read(ASSET, site, day, day).filter(pl.col("plan_id") == plan_id)
        if rows.height:
            return told_plan(rows.row(-1, named=True), tz)
    raise CatalogError(f"plan '{plan_id}' is not known", where="plan_id", remedy="take ids from /v1/schedules/latest")


def told_plan(row: Mapping[str, Any], tz: str | None) -> Answer:
    """{meta, data, links} of a row of the schedule table, times in `tz` (the zone's when None): the delivery day, which is what counts.

    What the plan looked ahead to beyond the day is not told: none of it is ever carried out.
    """
    problem, answer = _unpacked(row["problem"]), _unpacked(row["answer"])
    zone = tz or zones()[row["zone"]].tz
    edges = _edges(row["start"], problem, answer)
    bill = answer.get("committed") or {"steps": len(edges) - 1, "cost": answer.get("cost"), "co2_kg": answer.get("co2_kg")}
    day = range(bill["steps"])
    answer["devices"] = _devices_of(problem, answer, day)
    cost, baseline = row["cost"], row["baseline_cost"]
    return {
        "meta": {
            "site": row["site"], "zone": row["zone"], "tz": zone, "plan_id": row["plan_id"],
            "delivery_day": row["delivery_day"].isoformat(),
            "issued_at": told(row["issued_at"], zone), "start": told(edges[0], zone), "end": told(edges[len(day)], zone),
            "looks_ahead_until": told(edges[-1], zone), "previous_plan_id": row["previous_plan_id"],
            "status": row["status"], "verified": row["verified"], "gap": row["gap"], "bound": row["bound"],
            "solve_seconds": row["solve_seconds"], "currency": row["currency"],
            "unit": f"{row['currency']}/kWh", "synthetic": row["synthetic"], "stale": False, "baseline": BASELINE,
        },
        "data": {
            "cost": cost, "baseline_cost": baseline, "savings": None if cost is None or baseline is None else round(baseline - cost, 6),
            "baseline": BASELINE, "cost_parts": bill["cost"], "co2_kg": bill["co2_kg"], "violations": answer.get("violations", []),
            "warnings": [one for one in answer.get("warnings", []) if one.get("step") is None or one["step"] in day],
            "conflict": answer.get("conflict"), "devices": _devices(problem, answer),
            "steps": list(islice(_steps(problem, answer, edges, zone), len(day))),
        },
        "links": {"self": f"/v1/schedules/{row['plan_id']}", "latest": f"/v1/schedules/latest?site={row['site']}"},
    }  # fmt: skip


def _unpacked(packed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(zstandard.decompress(packed))
    return found


def _edges(start: dt.datetime, problem: Mapping[str, Any], answer: Mapping[str, Any]) -> list[dt.datetime]:
    """The n + 1 instants between which the steps lie; steps may differ in length."""
    count = len(problem.get("import_price") or answer.get("grid", {}).get("import_kw") or [])
    minutes = problem.get("step_minutes", 15)
    lengths = minutes if isinstance(minutes, list) else [minutes] * count
    return [start + dt.timedelta(minutes=passed) for passed in accumulate(lengths, initial=0)]


def _devices_of(problem: Mapping[str, Any], answer: Mapping[str, Any], day: range) -> Answer:
    """The devices that may do anything in the day; a run of the look-ahead is none of them."""
    ahead = {device["name"] for device in problem.get("devices", []) if device.get("earliest", 0) >= len(day)}
    return {name: own for name, own in answer.get("devices", {}).items() if name not in ahead}


def _devices(problem: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Answer]:
    kinds = {device["name"]: device.get("type") for device in problem.get("devices", [])}
    return [{"name": name, "type": kinds.get(name), "runs": values.get("runs")} for name, values in answer["devices"].items()]


def _steps(problem: Mapping[str, Any], answer: Mapping[str, Any], edges: Sequence[dt.datetime], tz: str) -> Iterator[Answer]:
    count = len(edges) - 1
    reasons: dict[int, list[Answer]] = defaultdict(list)
    for one in answer.get("explanation", []):
        reasons[one["step"]].append({"device": one["device"], "text": one["text"]})
    site = {name: problem.get(name) for name in ("import_price", "export_price", "load_kw")}
    columns = dict(_lists({**site, **answer.get("grid", {})}, count))
    devices = {name: dict(_lists(values, count)) for name, values in answer.get("devices", {}).items()}
    for k in range(count):
        yield {
            "start": told(edges[k], tz), "end": told(edges[k + 1], tz),
            **{name: values[k] for name, values in columns.items()},
            "devices": {name: {part: values[k] for part, values in parts.items()} for name, parts in devices.items()},
            "reasons": reasons[k],
        }  # fmt: skip


def _lists(values: Mapping[str, Any], count: int, before: str = "") -> Iterator[tuple[str, list[float]]]:
    """The per-step lists below `values`; feeds of a heat store come as `hp.power_kw`."""
    for name, value in values.items():
        if isinstance(value, dict):
            inner = value.items() if name == "feeds" else [(name, value)]
            for key, parts in inner:
                yield from _lists(parts, count, f"{before}{key}.")
        elif name != "runs" and isinstance(value, list) and len(value) == count:
            yield f"{before}{name}", value
