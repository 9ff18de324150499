"""Which models forecast a zone and which were refused: their cards, without their files."""

import polars as pl

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.store import Store
from electricity_optimizer.catalog.zones import Zone

ASSET = "forecast_models"


def models(store: Store, zone: Zone, role: str | None, version: str) -> Answer:
    """{meta, data: [...]}: a card for each champion and each refused challenger of the last training; empty before the first."""
    trained_at = [version["committed_at"] for version in store.warehouse.versions(ASSET, zone.key).iter_rows(named=True)]
    rows = store.warehouse.read(ASSET, zone.key).with_columns(pl.col("trained_from", "trained_until").cast(pl.String))
    data = [row for row in rows.iter_rows(named=True) if role in (None, row["role"])]
    for row in data:
        del row["zone"]
    return {
        "meta": {
            "zone": zone.key, "unit": "EUR/MWh", "version": version, "stale": False,
            "trained_at": told(max(trained_at, default=None), "UTC"),
            "roles": {"champion": "it forecasts", "challenger": "the last training made it and refused it; card.refused says why"},
        },
        "data": data,
    }  # fmt: skip
