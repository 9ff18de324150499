"""What plans have saved so far: settled at actual prices, against a named baseline."""

import datetime as dt
import difflib
from typing import Any

import polars as pl

from electricity_optimizer.api.envelope import Answer
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.plans import BASELINE, sites_with_plans
from electricity_optimizer.errors import CatalogError

ASSETS = ("savings", "schedule_settlements", "optimized_schedules")
COSTS = ("settled_cost", "baseline_cost", "foresight_cost")
BESIDE = ("naive_cost", "regret_price", "regret_energy", "regret_rounding", "import_kwh", "export_kwh", "co2_kg", "baseline_co2_kg")
SHARES = ("self_consumption", "self_sufficiency")
REFERENCES = {
    "naive": "the plan made with the prices of the last similar day, at the same actuals",
    "foresight": "the best plan with prices, load and sun of the day known, at the same actuals",
    "regret": "settled less foresight, by cause: prices not known, load and sun not known, the rest",
}
METHOD = "each plan carried out at the actual prices, load and sun of its day; nothing is extrapolated"


def savings(store: Store, site: str, version: str) -> Answer:
    """{meta, data: {total, months, days}}; empty lists while no plan is settled. Raises CatalogError for a site without any plan."""
    days = store.warehouse.read("schedule_settlements", site).sort("delivery_day")
    months = store.warehouse.read("savings", site).sort("month")
    if days.is_empty() and months.is_empty():
        _check_known(store, site)
    synthetic = bool(days["synthetic"].any() or months["synthetic"].any())
    currencies = days["currency"].unique().to_list() or months["currency"].unique().to_list()
    return {
        "meta": {
            "site": site, "currency": currencies[0] if currencies else "EUR", "version": version, "synthetic": synthetic, "stale": False,
            "settled_until": days["delivery_day"].max(), "baseline": BASELINE, "references": REFERENCES, "method": METHOD,
        },
        "data": {
            "total": _total(days if days.height else months, days.height or int(months["days"].sum())),
            "months": [_told(row, month=row["month"], days=row["days"]) for row in months.iter_rows(named=True)],
            "days": [_told(row, day=row["delivery_day"], plan_id=row["plan_id"]) for row in days.iter_rows(named=True)],
        },
        "links": {"self": f"/v1/savings?site={site}"},
    }  # fmt: skip


def _check_known(store: Store, site: str) -> None:
    known = sites_with_plans(store)
    if site not in known:
        near = difflib.get_close_matches(site, known, n=3, cutoff=0.3) or known
        raise CatalogError(
            f"site '{site}' has no plan", where="site", remedy=f"near: {', '.join(near)}" if near else "no site has a plan yet"
        )


def _total(rows: pl.DataFrame, days: int) -> Answer | None:
    if rows.is_empty():
        return None
    sums = {name: float(rows[name].sum()) for name in COSTS}
    beside = {name: None if rows[name].null_count() else float(rows[name].sum()) for name in BESIDE}
    return _told({**sums, **beside}, days=days)


def _told(row: dict[str, Any], **more: str | dt.date | int) -> Answer:
    """Costs with what they saved against the baseline; a share of it has no meaning when the baseline earns money."""
    settled, baseline = row["settled_cost"], row["baseline_cost"]
    saved = baseline - settled
    share = round(100 * saved / baseline, 2) if baseline > 0 else None
    numbers = {name: None if row[name] is None else round(row[name], 6) for name in (*COSTS, *BESIDE, *SHARES) if name in row}
    return {**more, **numbers, "savings": round(saved, 6), "savings_percent": share, "against": BASELINE}
