"""How good the forecasts have been: the newest scores of every model of a zone."""

import datetime as dt

import polars as pl

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.store import Store
from electricity_optimizer.catalog.zones import Zone

ASSET = "forecast_accuracy"
SCORES = ("mae", "rmae", "rmse", "smape", "pinball", "coverage_50", "coverage_80", "coverage_90")


def accuracy(store: Store, zone: Zone, model: str | None, window_days: int | None, version: str) -> Answer:
    """{meta, data: [...]}: errors in EUR/MWh over the last `window_days` delivery days; empty before the first observation."""
    versions = store.warehouse.versions(ASSET, zone.key).filter(pl.col("rows") > 0)
    rows = _newest(store, zone, versions)
    if model is not None:
        rows = rows.filter(pl.col("model") == model)
    if window_days is not None:
        rows = rows.filter(pl.col("window_days") == window_days)
    table = rows.sort("window_days", "mae").select(
        pl.col("delivery_day").cast(pl.String), "model", "window_days", "count", pl.col(SCORES).round(6)
    )
    newest = versions.tail(1).row(0, named=True) if versions.height else None
    return {
        "meta": {
            "zone": zone.key, "unit": "EUR/MWh", "version": version, "stale": False, "until": rows["delivery_day"].max(),
            "computed_at": told(newest["committed_at"] if newest else None, "UTC"),
            "reference": "rmae is the error relative to the naive forecast of the same hours; below 1 is better than naive",
        },
        "data": table.to_dicts(),
    }  # fmt: skip


def _newest(store: Store, zone: Zone, versions: pl.DataFrame) -> pl.DataFrame:
    day = dt.date.fromisoformat(versions["partition"][-1]) if versions.height else None
    return store.warehouse.read(ASSET, zone.key, day, day)
