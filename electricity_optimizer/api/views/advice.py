"""Advice on suppliers: what a site's year costs under every offer, and whether a change pays."""

from typing import Any

import polars as pl

from electricity_optimizer.api.envelope import Answer
from electricity_optimizer.api.store import Store
from electricity_optimizer.errors import CatalogError

ASSET = "supplier_advice"
METHOD = (
    "the last 365 days of the site at the market prices of those days; bands from price years drawn of the zone's own weeks with an "
    "uncertain level; an orderly end of the present contract, never an early one"
)


def advice(store: Store, site: str, version: str) -> Answer:
    """{meta, data: {recommended, choices}} of the newest month with advice. Raises CatalogError for a site that has none."""
    rows = store.warehouse.read(ASSET, site)
    if rows.is_empty():
        raise CatalogError(f"site '{site}' has no advice", where="site", remedy="materialize supplier_advice, the job monthly_advice")
    newest = rows.filter(pl.col("month") == pl.col("month").max()).sort("rank")
    choices = [_told(row) for row in newest.iter_rows(named=True)]
    return {
        "meta": {
            "site": site, "month": newest["month"][0], "as_of": newest["details"][0]["as_of"], "currency": newest["currency"][0],
            "version": version, "synthetic": bool(newest["synthetic"].any()), "stale": False, "method": METHOD,
        },
        "data": {"recommended": next((one["offer"] for one in choices if one["recommended"]), None), "choices": choices},
        "links": {"self": f"/v1/advice?site={site}"},
    }  # fmt: skip


def _told(row: dict[str, Any]) -> Answer:
    left_out = {"site", "month", "currency", "synthetic", "version_id"}
    return {name: value for name, value in row.items() if name not in left_out}
